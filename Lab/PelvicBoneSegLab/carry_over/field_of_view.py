"""Scans of one patient on one grid, each within its own field of view."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from PelvicBoneSegLib.segmentation.affine import transformed

GRID_MM = 1.0
"""Points of the common grid lie at whole multiples of this, along the axes of LPS. Pixels of the
scans have 0.5 to 2 mm and slices 3 to 3.6 mm, so no scan's own direction is favoured; a finer grid
only repeats voxels."""

OUTSIDE = -1


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """Which voxel of a scan lies at each point of the common grid.

    Attributes
    ----------
    start
        Whole multiples of `GRID_MM` of the first point: x, y, z in LPS; shape (3,).
    voxel
        int32, shape (Z, Y, X), at rising LPS coordinates: the index into the scan's flattened
        (K, J, I) array, `OUTSIDE` where the point lies in no voxel. A voxel reaches half its
        spacing around its centre: slices as thick as they are apart.
    """

    start: np.ndarray
    voxel: np.ndarray

    @classmethod
    def of(cls, shape: tuple[int, ...], ijk_to_lps: np.ndarray) -> FieldOfView:
        """Find the nearest voxel of each point around a scan.

        Parameters
        ----------
        shape
            (K, J, I).
        ijk_to_lps
            4×4 matrix of voxel centres.
        """
        size = np.array(shape[::-1])
        corners = np.array(list(product(*((-0.5, count - 0.5) for count in size))))
        corners = transformed(corners, ijk_to_lps)
        start = np.floor(corners.min(axis=0) / GRID_MM).astype(np.int64)
        stop = np.ceil(corners.max(axis=0) / GRID_MM).astype(np.int64) + 1
        to_ijk = np.linalg.inv(ijk_to_lps)
        x, y, z = np.ogrid[tuple(slice(*ends) for ends in zip(start, stop, strict=True))]
        voxel = np.zeros(stop - start, np.int64)
        inside = np.ones(voxel.shape, bool)
        for axis, step in enumerate((1, size[0], size[0] * size[1])):
            place = GRID_MM * (x * to_ijk[axis, 0] + y * to_ijk[axis, 1] + z * to_ijk[axis, 2])
            nearest = np.floor(place + to_ijk[axis, 3] + 0.5).astype(np.int64)
            inside &= (nearest >= 0) & (nearest < size[axis])
            voxel += step * nearest
        voxel = np.where(inside, voxel, OUTSIDE).astype(np.int32)
        return cls(start, np.ascontiguousarray(voxel.transpose(2, 1, 0)))

    @property
    def stop(self) -> np.ndarray:
        """Whole multiples of `GRID_MM` behind the last point: x, y, z; shape (3,)."""
        return self.start + self.voxel.shape[::-1]

    def sample(self, labels: np.ndarray) -> np.ndarray:
        """Return each point's label, shape (Z, Y, X); 0 outside of the scan.

        Parameters
        ----------
        labels
            Of the scan's voxels, shape (K, J, I).
        """
        return np.where(self.voxel == OUTSIDE, 0, labels.ravel()[self.voxel]).astype(labels.dtype)

    def cut(self, start: np.ndarray, stop: np.ndarray) -> tuple[slice, slice, slice]:
        """Return where a box of the common grid, within this one, lies in the arrays."""
        x, y, z = (
            slice(int(low), int(high))
            for low, high in zip(start - self.start, stop - self.start, strict=True)
        )
        return z, y, x

    def at(self, points: np.ndarray) -> np.ndarray:
        """Return the voxel at points, LPS in mm, shape (N, 3); `OUTSIDE` where there is none."""
        place = np.rint(points / GRID_MM).astype(np.int64) - self.start
        known = ((place >= 0) & (place < self.voxel.shape[::-1])).all(axis=-1)
        x, y, z = np.where(known[:, None], place, 0).T
        return np.where(known, self.voxel[z, y, x], OUTSIDE)

    def points(self) -> np.ndarray:
        """Return the points inside, LPS in mm, shape (N, 3), in the order of the array."""
        return GRID_MM * (np.argwhere(self.voxel != OUTSIDE)[:, ::-1] + self.start)


def shared_box(first: FieldOfView, second: FieldOfView) -> tuple[np.ndarray, np.ndarray] | None:
    """Return start and stop of the box that both grids have, x, y, z; None where they have none."""
    start = np.maximum(first.start, second.start)
    stop = np.minimum(first.stop, second.stop)
    return (start, stop) if (stop > start).all() else None
