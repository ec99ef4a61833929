"""A surface as arrays, with the name and colour that files can keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LPS, RAS = "LPS", "RAS"
SPACES = (LPS, RAS)
"""Coordinate systems of files. Both are in mm and right-handed."""

_FLIP = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of one bone.

    Attributes
    ----------
    name
        What the user reads.
    colour
        Red, green, blue in 0–1.
    points
        Shape (N, 3), world LPS in mm.
    triangles
        Shape (M, 3), indices into `points`; counter-clockwise seen from outside.
    """

    name: str
    colour: tuple[float, float, float]
    points: np.ndarray
    triangles: np.ndarray


def points_in(mesh: Mesh, space: str) -> np.ndarray:
    """Return a mesh's points in one of `SPACES`, float32."""
    points = mesh.points if space == LPS else mesh.points * _FLIP
    return np.ascontiguousarray(points, np.float32)


def signed_volume_mm3(points: np.ndarray, triangles: np.ndarray) -> float:
    """Return the enclosed volume; it is negative where the triangles face inward."""
    # Far from the origin the tetrahedra are large and their differences lose digits.
    corners = (points - points.mean(axis=0, dtype=np.float64))[triangles]
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


def turned_outward(mesh: Mesh) -> Mesh:
    """Return the mesh with its fronts outward, whatever the handedness of what it was made from."""
    if not len(mesh.triangles) or signed_volume_mm3(mesh.points, mesh.triangles) >= 0:
        return mesh
    return Mesh(mesh.name, mesh.colour, mesh.points, mesh.triangles[:, ::-1])
