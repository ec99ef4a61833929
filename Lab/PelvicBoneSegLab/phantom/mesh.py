"""Closed triangle meshes: the phantom's bones before they become voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mesh:
    """A closed surface: points (n, 3) in mm, LPS; triangles (m, 3) with outward normals."""

    points: np.ndarray
    triangles: np.ndarray

    def volume_ml(self) -> float:
        """Return the enclosed volume in ml, positive where the normals point outwards."""
        a, b, c = np.moveaxis(self.points.astype(float)[self.triangles], 1, 0)
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6000)

    def normals(self) -> np.ndarray:
        """Return the outward unit normal at each point, (n, 3)."""
        a, b, c = np.moveaxis(self.points.astype(float)[self.triangles], 1, 0)
        face = np.cross(b - a, c - a)
        total = np.zeros((len(self.points), 3))
        for corner in range(3):
            np.add.at(total, self.triangles[:, corner], face)
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

    def rotated(self, rotation: np.ndarray, centre: np.ndarray) -> Mesh:
        """Return the mesh turned by a (3, 3) rotation about a point (3,) in mm."""
        return Mesh((self.points - centre) @ rotation.T + centre, self.triangles)

    def moved(self, shift: np.ndarray) -> Mesh:
        """Return the mesh translated by (3,) in mm."""
        return Mesh(self.points + shift, self.triangles)


def superellipsoid(
    centre: np.ndarray,
    axes: np.ndarray,
    radii: tuple[float, float, float],
    squareness: float = 1.0,
    steps: int = 24,
) -> Mesh:
    """Return a closed superellipsoid.

    Parameters
    ----------
    centre
        (3,) in mm.
    axes
        (3, 3), rows are the unit vectors that the radii belong to.
    radii
        Half-axes in mm.
    squareness
        1 is an ellipsoid; towards 0 the third axis gets flat ends, as a vertebral body has.
    steps
        Points from pole to pole.
    """
    latitude = np.linspace(-np.pi / 2, np.pi / 2, steps + 1)[1:-1, np.newaxis]
    longitude = np.linspace(0, 2 * np.pi, 2 * steps, endpoint=False)[np.newaxis]
    ring = np.cos(latitude) ** squareness
    height = np.sign(np.sin(latitude)) * np.abs(np.sin(latitude)) ** squareness
    local = np.stack(
        [ring * np.cos(longitude), ring * np.sin(longitude), height + 0 * longitude], axis=-1
    ).reshape(-1, 3)
    local = np.vstack([local, [[0, 0, -1], [0, 0, 1]]]) * radii
    return Mesh(centre + local @ np.asarray(axes), _sphere_triangles(steps - 1, 2 * steps))


def _sphere_triangles(rings: int, around: int) -> np.ndarray:
    """Return outward triangles of rings x around points followed by the lower and upper pole."""
    index = np.arange(rings * around).reshape(rings, around)
    beside = np.roll(index, -1, axis=1)
    a, b, c, d = index[:-1], beside[:-1], beside[1:], index[1:]
    lower, upper = rings * around, rings * around + 1
    faces = [np.stack(f, axis=-1).reshape(-1, 3) for f in ((a, b, c), (a, c, d))]
    faces.append(np.stack([beside[0], index[0], np.full(around, lower)], axis=-1))
    faces.append(np.stack([index[-1], beside[-1], np.full(around, upper)], axis=-1))
    return np.vstack(faces)
