"""Surface files read back by VTK, which did not write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .writers import PLY_FACE, PLY_VERTEX

MM_PER_GLTF_UNIT = 1000.0


def read_back(path: Path, counts: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Read the bones of a file, in the order in which they were written.

    Parameters
    ----------
    path
        An STL, OBJ, PLY or GLB file.
    counts
        How many triangles each bone has.

    Returns
    -------
    For each bone its points (N, 3) in mm and its triangles (M, 3) of indices into them.

    Raises
    ------
    OSError
        The file has not as many triangles as were written.
    """
    parts = [_arrays(surface) for surface in _READERS[path.suffix](path)]
    if path.suffix == ".glb":
        parts = [(points * MM_PER_GLTF_UNIT, triangles) for points, triangles in parts]
    if len(parts) == 1 and len(counts) > 1:
        points, triangles = parts[0]
        ends = np.cumsum(counts)[:-1]
        parts = [(points, piece) for piece in np.split(triangles, ends)]
    if [len(triangles) for _, triangles in parts] != list(counts):
        raise OSError(f"{path.name} could not be read back as it was written")
    return [_without_unused(points, triangles) for points, triangles in parts]


def _read_stl(path: Path) -> list[Any]:
    from vtkmodules.vtkIOGeometry import vtkSTLReader

    reader = vtkSTLReader()
    reader.MergingOff()  # keeps the order of the triangles
    return [_output(reader, path)]


def _read_obj(path: Path) -> list[Any]:
    from vtkmodules.vtkIOGeometry import vtkOBJReader

    return [_output(vtkOBJReader(), path)]


def _read_ply(path: Path) -> list[Any]:
    from vtkmodules.vtkIOPLY import vtkPLYReader

    # VTK's reader ends the whole program where a PLY file ends early.
    if path.stat().st_size != _stated_ply_size(path):
        return []
    return [_output(vtkPLYReader(), path)]


def _stated_ply_size(path: Path) -> int:
    """Return how many bytes a file of `write_ply` must have by its header."""
    with path.open("rb") as file:
        sizes = {b"vertex": PLY_VERTEX.itemsize, b"face": PLY_FACE.itemsize}
        stated = 0
        for line in file:
            stated += len(line)
            if line == b"end_header\n":
                return stated
            if line.startswith(b"element"):
                _, kind, count = line.split()
                stated += int(count) * sizes[kind]
    return -1


def _read_glb(path: Path) -> list[Any]:
    from vtkmodules.vtkCommonDataModel import vtkPolyData
    from vtkmodules.vtkIOGeometry import vtkGLTFReader

    blocks = _output(vtkGLTFReader(), path)
    surfaces = []
    leaves = blocks.NewIterator()
    leaves.InitTraversal()
    while not leaves.IsDoneWithTraversal():
        surface = vtkPolyData()
        surface.ShallowCopy(leaves.GetCurrentDataObject())
        surfaces.append(surface)
        leaves.GoToNextItem()
    return surfaces


_READERS = {".stl": _read_stl, ".obj": _read_obj, ".ply": _read_ply, ".glb": _read_glb}


def _output(reader: Any, path: Path) -> Any:
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def _arrays(surface: Any) -> tuple[np.ndarray, np.ndarray]:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    if not surface.GetNumberOfPolys():
        return np.zeros((0, 3)), np.zeros((0, 3), int)
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64)
    connectivity = vtk_to_numpy(surface.GetPolys().GetConnectivityArray())
    return points, connectivity.reshape(-1, 3)


def _without_unused(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    used, index = np.unique(triangles, return_inverse=True)
    return points[used], index.reshape(triangles.shape)
