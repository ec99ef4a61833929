"""Closed meshes to voxels."""

from __future__ import annotations

import numpy as np

from .grid import Grid
from .mesh import Mesh

Box = tuple[slice, ...]


def mesh_mask(mesh: Mesh, grid: Grid) -> tuple[Box, np.ndarray]:
    """Return the box (k, j, i) of the grid around the mesh, and which voxels there are inside.

    A mesh outside the grid gives an empty box.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkImagingStencil import vtkImageStencilToImage, vtkPolyDataToImageStencil

    index = grid.to_index(mesh.points)
    upper = np.array(grid.shape[::-1]) - 1
    first = np.clip(np.floor(index.min(axis=0)).astype(int), 0, upper + 1)
    last = np.clip(np.ceil(index.max(axis=0)).astype(int), -1, upper)
    box = tuple(slice(a, max(a, b + 1)) for a, b in zip(first[::-1], last[::-1], strict=True))
    shape = tuple(s.stop - s.start for s in box)
    if 0 in shape:
        return box, np.zeros(shape, dtype=bool)
    stencil = vtkPolyDataToImageStencil()
    stencil.SetInputData(_poly_data(index, mesh.triangles))
    stencil.SetOutputWholeExtent(*np.column_stack([first, last]).ravel().tolist())
    image = vtkImageStencilToImage()
    image.SetInputConnection(stencil.GetOutputPort())
    image.SetOutputScalarTypeToUnsignedChar()
    image.SetInsideValue(1)
    image.Update()
    scalars = vtk_to_numpy(image.GetOutput().GetPointData().GetScalars())
    return box, scalars.reshape(shape).astype(bool)


def _poly_data(points: np.ndarray, triangles: np.ndarray):
    """Return a vtkPolyData that owns copies of the arrays."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    vtk_points = vtkPoints()
    vtk_points.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=float), deep=True))
    cells = vtkCellArray()
    cells.SetData(3, numpy_to_vtkIdTypeArray(triangles.astype(np.int64).ravel(), deep=True))
    poly = vtkPolyData()
    poly.SetPoints(vtk_points)
    poly.SetPolys(cells)
    return poly
