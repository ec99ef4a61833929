"""How far one structure's surface is from another's: nothing here touches MRML."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import Cancelled
from ...segmentation.surface import closed_surface
from ..job import CancelCallback

POINTS_AT_A_TIME = 2000
"""VTK keeps Python's global lock meanwhile, so that Slicer would stand still on more of them."""


def painted_surface(
    mask: np.ndarray,
    reference: np.ndarray,
    ijk_to_lps: np.ndarray,
    array_name: str,
    cancel: CancelCallback | None = None,
) -> Any | None:
    """Make a structure's closed surface with its distance to the reference's at every point.

    Parameters
    ----------
    mask, reference
        Boolean, of one shape (K, J, I).
    ijk_to_lps
        4×4 matrix of both.
    array_name
        What the point scalars are called.
    cancel
        Polled now and then; True stops.

    Returns
    -------
    vtkPolyData in LPS in mm with distances in mm, positive outside the reference; None where
    either mask is empty.

    Raises
    ------
    Cancelled
        `cancel` returned True.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

    if not mask.any() or not reference.any():
        return None
    surface = closed_surface(mask, ijk_to_lps)
    # The same smoothing for both, so that it does not count as a distance.
    distance = vtkImplicitPolyDataDistance()
    distance.SetInput(closed_surface(reference, ijk_to_lps))
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64)
    found = np.empty(len(points), np.float32)
    for start in range(0, len(points), POINTS_AT_A_TIME):
        if cancel and cancel():
            raise Cancelled
        part = slice(start, start + POINTS_AT_A_TIME)
        values = numpy_to_vtk(np.zeros(len(points[part])), deep=True)
        distance.FunctionValue(numpy_to_vtk(points[part], deep=True), values)
        found[part] = vtk_to_numpy(values)
    scalars = numpy_to_vtk(found, deep=True)
    scalars.SetName(array_name)
    surface.GetPointData().SetScalars(scalars)
    return _with_normals(surface)


def _with_normals(surface: Any) -> Any:
    """Let views shade the surface smoothly, as they do segments."""
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

    normals = vtkPolyDataNormals()
    normals.SetInputData(surface)
    normals.SplittingOff()
    normals.ConsistencyOff()
    normals.Update()
    return normals.GetOutput()
