"""Closed surfaces of bones, as Slicer makes them, and STL files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .affine import transformed
from .components import box_of
from .result import BoneSurface
from .surface_files.mesh import LPS, Mesh
from .surface_files.writers import write_stl as write_stl_file


def closed_surface(mask: np.ndarray, ijk_to_lps: np.ndarray, smoothing: float = 0.5) -> Any:
    """Make the surface that Slicer would show of a segment.

    The steps and parameters are those of Slicer 5.12's vtkSegmentationCore,
    ``vtkBinaryLabelmapToClosedSurfaceConversionRule::CreateClosedSurface``: discrete flying edges
    and a windowed sinc filter, both in voxel coordinates, then the way into the world. Other than
    there, the mask is first cut to the bone, which is faster, and the slices of a left-handed image
    are taken the other way round, as Slicer leaves its surfaces inside out.

    Parameters
    ----------
    mask
        Shape (K, J, I); voxels that are not 0 belong to the bone. It may reach the border.
    ijk_to_lps
        4×4 matrix, as in `Volume`.
    smoothing
        0 (none) to 1 (strong); Slicer's default is 0.5.

    Returns
    -------
    vtkPolyData in LPS in mm: triangles without any open edge, their fronts outward. It is empty
    where the mask is.
    """
    from vtkmodules.vtkCommonDataModel import vtkPolyData

    if not mask.any():
        return vtkPolyData()
    box = box_of(mask)
    mask = mask[box]
    to_lps = np.array(ijk_to_lps, np.float64)
    to_lps[:3, 3] += to_lps[:3, :3] @ [axis.start for axis in reversed(box)]
    if np.linalg.det(to_lps[:3, :3]) < 0:
        mask = mask[::-1]
        to_lps[:3, 3] += to_lps[:3, 2] * (len(mask) - 1)
        to_lps[:3, 2] *= -1
    surface = _flying_edges(mask)
    if smoothing > 0:
        surface = _smoothed(surface, smoothing)
    return _moved(surface, to_lps)


def surface_arrays(surface: Any) -> BoneSurface:
    """Turn a closed surface into arrays, with the point normals that Slicer gives it.

    Parameters
    ----------
    surface
        vtkPolyData of `closed_surface`, not empty.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

    normals = vtkPolyDataNormals()
    normals.SetInputData(surface)
    normals.SplittingOff()
    normals.ConsistencyOff()
    normals.Update()
    points, triangles = _arrays(surface)
    return BoneSurface(
        points.astype(np.float32),
        triangles.astype(np.int32),
        vtk_to_numpy(normals.GetOutput().GetPointData().GetNormals()).astype(np.float32),
    )


def write_stl(surface: Any, path: Path | str) -> None:
    """Write a binary STL file.

    Parameters
    ----------
    surface
        vtkPolyData with triangles in LPS in mm.
    path
        Where to. A file that is there is replaced.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    points, triangles = _arrays(surface)
    nameless = Mesh(Path(path).stem, (1.0, 1.0, 1.0), points, triangles)
    write_stl_file(Path(path), [nameless], LPS)


def _flying_edges(mask: np.ndarray) -> Any:
    """Return the surface in voxel coordinates of `mask`, closed also where it meets the border."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersGeneral import vtkDiscreteFlyingEdges3D

    padded = np.pad(mask != 0, 1).view(np.uint8)
    image = vtkImageData()
    image.SetDimensions(*padded.shape[::-1])
    image.SetOrigin(-1, -1, -1)
    image.GetPointData().SetScalars(numpy_to_vtk(padded.ravel()))
    edges = vtkDiscreteFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 1)
    edges.ComputeGradientsOff()
    edges.ComputeNormalsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    return edges.GetOutput()


def _smoothed(surface: Any, smoothing: float) -> Any:
    from vtkmodules.vtkFiltersCore import vtkWindowedSincPolyDataFilter

    smoother = vtkWindowedSincPolyDataFilter()
    smoother.SetInputData(surface)
    smoother.SetNumberOfIterations(round(20 + 40 * smoothing))
    smoother.SetPassBand(10 ** (-4 * smoothing))
    smoother.BoundarySmoothingOff()
    smoother.FeatureEdgeSmoothingOff()
    smoother.NonManifoldSmoothingOn()
    smoother.NormalizeCoordinatesOn()
    smoother.Update()
    return smoother.GetOutput()


def _moved(surface: Any, matrix: np.ndarray) -> Any:
    """Return a copy in the world."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    corners, triangles = _arrays(surface)
    points = vtkPoints()
    world = transformed(corners, matrix).astype(np.float32)
    points.SetData(numpy_to_vtk(world, deep=True))
    cells = vtkCellArray()
    connectivity = np.ascontiguousarray(triangles, np.int64).ravel()
    cells.SetData(3, numpy_to_vtkIdTypeArray(connectivity, deep=True))
    moved = vtkPolyData()
    moved.SetPoints(points)
    moved.SetPolys(cells)
    return moved


def _arrays(surface: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return points (N, 3) and triangles (M, 3) of indices into them."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64)
    triangles = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return points, triangles
