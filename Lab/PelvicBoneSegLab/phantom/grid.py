"""The scan's voxel grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from PelvicBoneSegLib.segmentation.affine import transformed

# Columns are the LPS directions of i (left), j (down) and k (back) in a plain coronal scan.
CORONAL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def rotation(degrees: tuple[float, float, float]) -> np.ndarray:
    """Return the (3, 3) rotation about x, then y, then z, angles in degrees."""
    result = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        turn = np.eye(3)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn[[a, a, b, b], [a, b, a, b]] = (
            np.cos(angle),
            -np.sin(angle),
            np.sin(angle),
            np.cos(angle),
        )
        result = turn @ result
    return result


@dataclass(frozen=True)
class Grid:
    """Voxels of an image.

    Attributes
    ----------
    shape
        Voxels along k, j, i.
    affine
        (4, 4), from (i, j, k) to LPS in mm.
    """

    shape: tuple[int, ...]
    affine: np.ndarray

    @classmethod
    def centred(
        cls,
        shape: tuple[int, int, int],
        spacing: tuple[float, float, float],
        direction: np.ndarray,
        centre: np.ndarray,
    ) -> Grid:
        """Return the grid of shape (k, j, i) and spacing (i, j, k) mm whose middle is `centre`."""
        affine = np.eye(4)
        affine[:3, :3] = direction * spacing
        affine[:3, 3] = centre - affine[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
        return cls(shape, affine)

    @property
    def spacing(self) -> np.ndarray:
        """Voxel size along i, j, k in mm."""
        return np.linalg.norm(self.affine[:3, :3], axis=0)

    @property
    def direction(self) -> np.ndarray:
        """(3, 3), unit vectors of i, j, k as columns."""
        return self.affine[:3, :3] / self.spacing

    def split_slices(self, parts: int) -> Grid:
        """Return the grid with each slice cut in `parts` thin ones that fill it."""
        affine = self.affine.copy()
        affine[:3, 2] /= parts
        affine[:3, 3] -= affine[:3, 2] * (parts - 1) / 2
        return Grid((self.shape[0] * parts, *self.shape[1:]), affine)

    def every(self, step: tuple[int, int, int]) -> Grid:
        """Return the sparser grid of every step-th voxel along k, j, i, last ones covered."""
        shape = tuple(-(-(size - 1) // s) + 1 for size, s in zip(self.shape, step, strict=True))
        affine = self.affine.copy()
        affine[:3, :3] *= step[::-1]
        return Grid(shape, affine)

    def to_index(self, points: np.ndarray) -> np.ndarray:
        """Return (n, 3) LPS points as continuous (i, j, k)."""
        return transformed(points, np.linalg.inv(self.affine))

    def coordinates(self) -> np.ndarray:
        """Return the LPS position of each voxel, (3, k, j, i), float32."""
        k, j, i = (np.arange(size, dtype=np.float32) for size in self.shape)
        a = self.affine.astype(np.float32)
        return np.stack(
            [
                a[n, 0] * i
                + a[n, 1] * j[:, np.newaxis]
                + a[n, 2] * k[:, np.newaxis, np.newaxis]
                + a[n, 3]
                for n in range(3)
            ]
        )
