"""STL, OBJ and PLY files of surfaces.

Slicer's exporter and VTK's writers are not used: they do not say that a disk is full, and neither
keeps names and colours of several bones in one file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ..file_names import different_names
from .mesh import Mesh, points_in

_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
PLY_VERTEX = np.dtype([("place", "<f4", 3), ("colour", "u1", 3)])
PLY_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])

_LINES_AT_ONCE = 5000
"""Formatted in one go; other threads can run in between."""


def header_of(space: str) -> str:
    """Return what Slicer writes, and looks for to know the coordinate system.

    See vtkMRMLModelStorageNode::GetCoordinateSystemFromFileHeader.
    """
    return f"3D Slicer output. SPACE={space}"


def write_stl(path: Path, meshes: Sequence[Mesh], space: str) -> None:
    """Write a binary STL file, all bones in one. STL keeps neither names nor colours.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    corners = np.concatenate([points_in(mesh, space)[mesh.triangles] for mesh in meshes])
    stl = np.zeros(len(corners), _STL_TRIANGLE)
    stl["corners"] = corners
    first, second, third = (corners[:, corner].astype(np.float64) for corner in range(3))
    normals = np.cross(second - first, third - first)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    stl["normal"] = normals / np.where(lengths > 0, lengths, 1)
    count = np.array(len(stl), "<u4").tobytes()
    path.write_bytes(header_of(space).encode().ljust(80, b"\0") + count + stl.tobytes())


def write_ply(path: Path, meshes: Sequence[Mesh], space: str) -> None:
    """Write a binary PLY file with the bones' colours at the points.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    vertices = np.zeros(starts[-1], PLY_VERTEX)
    faces = np.zeros(sum(len(mesh.triangles) for mesh in meshes), PLY_FACE)
    faces["count"] = 3
    vertices["place"] = np.concatenate([points_in(mesh, space) for mesh in meshes])
    faces["corners"] = np.concatenate(
        [mesh.triangles + start for mesh, start in zip(meshes, starts, strict=False)]
    )
    for mesh, start in zip(meshes, starts, strict=False):
        colour = np.round(np.multiply(mesh.colour, 255))
        vertices["colour"][start : start + len(mesh.points)] = colour
    lines = [
        "ply", "format binary_little_endian 1.0", f"comment {header_of(space)}",
        f"element vertex {len(vertices)}", *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {colour}" for colour in ("red", "green", "blue")),
        f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", "",
    ]  # fmt: skip
    path.write_bytes("\n".join(lines).encode("ascii") + vertices.tobytes() + faces.tobytes())


def write_obj(path: Path, meshes: Sequence[Mesh], space: str) -> None:
    """Write an OBJ file, a group with a material for each bone, and its MTL file beside it.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    names = [_one_word(name) for name in different_names(mesh.name for mesh in meshes)]
    material_file = path.with_name(mtl_name(path.name))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {header_of(space)}\nmtllib {material_file.name}\n")
        start = 1
        for name, mesh in zip(names, meshes, strict=True):
            file.writelines(_lines("v %.9g %.9g %.9g\n", points_in(mesh, space)))
            file.write(f"g {name}\nusemtl {name}\n")
            file.writelines(_lines("f %d %d %d\n", mesh.triangles + start))
            start += len(mesh.points)
    materials = [
        "newmtl {}\nKd {:.6g} {:.6g} {:.6g}\nillum 1\n".format(name, *mesh.colour)
        for name, mesh in zip(names, meshes, strict=True)
    ]
    material_file.write_text("\n".join(materials), encoding="utf-8", newline="\n")


def mtl_name(obj_name: str) -> str:
    """Return the name of the MTL file of an OBJ file; a blank in it would end it."""
    return _one_word(f"{obj_name.removesuffix('.obj')}.mtl")


def _one_word(text: str) -> str:
    return "_".join(text.split()) or "unnamed"


def _lines(pattern: str, rows: np.ndarray) -> Iterable[str]:
    for start in range(0, len(rows), _LINES_AT_ONCE):
        block = rows[start : start + _LINES_AT_ONCE]
        yield pattern * len(block) % tuple(block.ravel().tolist())
