"""The distance between two surfaces, painted on the bone in 3D."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib import colormaps
from PIL import Image

from PelvicBoneSegLib.segmentation.surface import closed_surface

from ..offscreen import render

RANGE_MM = 10.0
"""Distances beyond it get the colour of the range's end."""

MISSED_MM = 5.0
"""Where the true surface is further than this from the predicted one, it is shown in grey."""

VIEWS = {"from the front": (0.0, -1.0, 0.12), "from behind": (0.0, 1.0, 0.12)}
"""Directions from the bones to the camera, LPS."""

_COLOURS = "RdYlBu_r"
_SIZE = (820, 820)
_MISSED_GREY = (0.55, 0.55, 0.58)


def distance_pictures(
    masks: Iterable[tuple[np.ndarray, np.ndarray]], ijk_to_lps: np.ndarray
) -> dict[str, bytes]:
    """Render predicted bones, painted with the signed distance to the true ones.

    Surfaces are made and smoothed as Slicer does it. Positive distances lie outside the truth (too
    much bone), negative ones inside (too little). Parts of the truth that are further than
    `MISSED_MM` from the prediction are added in translucent grey, so that a bone that was missed
    is seen.

    Parameters
    ----------
    masks
        Truth and prediction of each bone, shape (K, J, I).
    ijk_to_lps
        4×4 matrix of both.

    Returns
    -------
    PNG with a transparent ground, by the names in `VIEWS`; nothing where all masks are empty.
    """
    # First, so that the classes below are those that can draw.
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401
    from vtkmodules.vtkRenderingCore import vtkRenderer

    renderer = vtkRenderer()
    renderer.SetBackgroundAlpha(0)
    for truth, prediction in masks:
        for actor in _actors(
            closed_surface(truth, ijk_to_lps), closed_surface(prediction, ijk_to_lps)
        ):
            renderer.AddActor(actor)
    if not renderer.GetActors().GetNumberOfItems():
        return {}
    pictures = {
        name: render(renderer, direction, _SIZE, zoom=1.35) for name, direction in VIEWS.items()
    }
    rows, columns = _occupied(np.maximum.reduce([one[..., 3] for one in pictures.values()]))
    return {name: _png(picture[rows, columns]) for name, picture in pictures.items()}


def signed_distances(surface: Any, reference: Any) -> np.ndarray:
    """Return the distance in mm of each point of a surface to another one, negative inside it.

    Parameters
    ----------
    surface, reference
        vtkPolyData of triangles in mm; `reference` is closed and its fronts point outward.

    Returns
    -------
    Shape (N,): one number a point of `surface`.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkDoubleArray
    from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

    distance = vtkImplicitPolyDataDistance()
    distance.SetInput(reference)
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64)
    values = vtkDoubleArray()
    distance.FunctionValue(numpy_to_vtk(points, deep=True), values)
    return vtk_to_numpy(values).copy()


def distance_colours(count: int = 256) -> np.ndarray:
    """Return the colours from −`RANGE_MM` to +`RANGE_MM`: RGB in 0–1, shape (count, 3)."""
    return colormaps[_COLOURS](np.linspace(0, 1, count))[:, :3]


def _actors(truth: Any, prediction: Any) -> list[Any]:
    """Return the painted prediction and what it misses of the truth, each where there is any."""
    has_truth, has_prediction = (one.GetNumberOfPoints() > 0 for one in (truth, prediction))
    if not has_truth and not has_prediction:
        return []
    if not has_prediction:
        return [_grey(truth)]
    painted = signed_distances(prediction, truth) if has_truth else _all_extra(prediction)
    actors = [_painted(prediction, painted)]
    if has_truth:
        missed = _beyond(truth, np.abs(signed_distances(truth, prediction)))
        if missed.GetNumberOfCells():
            actors.append(_grey(missed))
    return actors


def _all_extra(surface: Any) -> np.ndarray:
    return np.full(surface.GetNumberOfPoints(), RANGE_MM)


def _painted(surface: Any, distances: np.ndarray) -> Any:
    from vtkmodules.vtkCommonCore import vtkLookupTable

    colours = distance_colours()
    table = vtkLookupTable()
    table.SetNumberOfTableValues(len(colours))
    for index, colour in enumerate(colours):
        table.SetTableValue(index, (*colour, 1.0))
    actor = _actor(_with_scalars(surface, distances))
    mapper = actor.GetMapper()
    mapper.SetLookupTable(table)
    mapper.SetScalarRange(-RANGE_MM, RANGE_MM)
    mapper.InterpolateScalarsBeforeMappingOn()
    return actor


def _grey(surface: Any) -> Any:
    actor = _actor(surface)
    actor.GetMapper().ScalarVisibilityOff()
    actor.GetProperty().SetColor(_MISSED_GREY)
    actor.GetProperty().SetOpacity(0.55)
    return actor


def _actor(surface: Any) -> Any:
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    normals = vtkPolyDataNormals()
    normals.SetInputData(surface)
    normals.SplittingOff()
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(normals.GetOutputPort())
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetSpecular(0.1)
    actor.GetProperty().SetAmbient(0.15)
    return actor


def _beyond(surface: Any, distances: np.ndarray) -> Any:
    """Return the part of a surface whose points are further away than `MISSED_MM`."""
    from vtkmodules.vtkFiltersCore import vtkClipPolyData

    clip = vtkClipPolyData()
    clip.SetInputData(_with_scalars(surface, distances))
    clip.SetValue(MISSED_MM)
    clip.Update()
    return clip.GetOutput()


def _with_scalars(surface: Any, values: np.ndarray) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk

    copy = surface.NewInstance()
    copy.ShallowCopy(surface)
    copy.GetPointData().SetScalars(numpy_to_vtk(values, deep=True))
    return copy


def _occupied(opacity: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns that show something, with a narrow margin."""
    ranges = []
    for axis in range(2):
        filled = np.flatnonzero(opacity.any(axis=1 - axis))
        ranges.append(slice(max(int(filled[0]) - 8, 0), int(filled[-1]) + 9))
    return ranges[0], ranges[1]


def _png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
