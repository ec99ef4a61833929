"""Closed surfaces of bones, as Slicer makes them, and STL files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

STL_HEADER = b"3D Slicer output. SPACE=LPS"
"""What Slicer writes, and looks for to know the coordinate system (vtkMRMLModelStorageNode)."""

_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def closed_surface(mask: np.ndarray, ijk_to_lps: np.ndarray, smoothing: float = 0.5) -> Any:
    """Make the surface that Slicer would show of a segment.

    The steps and parameters are those of Slicer 5.12's vtkSegmentationCore,
    ``vtkBinaryLabelmapToClosedSurfaceConversionRule::CreateClosedSurface``: discrete flying edges
    and a windowed sinc filter, both in voxel coordinates, then the way into the world. Other than
    there, the mask is first cut to the bone, which is faster, and the triangles of a left-handed
    image are turned, which Slicer leaves inside out.

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

    box = _bounding_box(mask)
    if box is None:
        return vtkPolyData()
    surface = _flying_edges(mask[box])
    if smoothing > 0:
        surface = _smoothed(surface, smoothing)
    to_lps = np.array(ijk_to_lps, np.float64)
    to_lps[:3, 3] += to_lps[:3, :3] @ [axis.start for axis in reversed(box)]
    return _moved(surface, to_lps)


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
    stl = np.zeros(len(triangles), _STL_TRIANGLE)
    stl["corners"] = points[triangles]
    first, second, third = (stl["corners"][:, corner].astype(np.float64) for corner in range(3))
    normals = np.cross(second - first, third - first)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    stl["normal"] = normals / np.where(lengths > 0, lengths, 1)
    count = np.array(len(stl), "<u4").tobytes()
    Path(path).write_bytes(STL_HEADER.ljust(80, b"\0") + count + stl.tobytes())


def _bounding_box(mask: np.ndarray) -> tuple[slice, slice, slice] | None:
    if not mask.any():
        return None
    rows = np.any(mask, axis=2)
    occupied = (np.any(rows, axis=1), np.any(rows, axis=0), np.any(mask, axis=(0, 1)))
    k, j, i = (np.flatnonzero(axis)[[0, -1]] for axis in occupied)
    return slice(k[0], k[1] + 1), slice(j[0], j[1] + 1), slice(i[0], i[1] + 1)


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
    """Return a copy in the world, triangles turned where the matrix mirrors."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    corners, triangles = _arrays(surface)
    if np.linalg.det(matrix[:3, :3]) < 0:
        triangles = triangles[:, ::-1]
    points = vtkPoints()
    world = (corners @ matrix[:3, :3].T + matrix[:3, 3]).astype(np.float32)
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
