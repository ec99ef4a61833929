"""The bones of one body, complete, that are laid onto those of a scan."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt, map_coordinates
from scipy.spatial import cKDTree

from PelvicBoneSegLib.segmentation.affine import transformed

_POINTS = 6000
"""Of each surface: some 4 mm apart on two hip bones."""

_THINNED = 2
"""Every so many voxels of a body along each axis are enough for distances in mm."""


class Body:
    """A bone, or both of a pair.

    Parameters
    ----------
    mask
        Boolean, shape (K, J, I); nothing of the bone is missing.
    ijk_to_lps
        4×4 matrix from indices (i, j, k) to LPS in mm.
    is_paired
        Whether there are two of it, the right one and the left one.
    """

    def __init__(self, mask: np.ndarray, ijk_to_lps: np.ndarray, *, is_paired: bool) -> None:
        self.surface = cKDTree(surface_points(mask, ijk_to_lps))
        matrix = ijk_to_lps @ np.diag([_THINNED, _THINNED, _THINNED, 1])
        thinned = mask[::_THINNED, ::_THINNED, ::_THINNED]
        parts = _sides(thinned, matrix) if is_paired else (thinned,)
        self._fields = [_signed_distances(part, matrix) for part in parts]
        self._lps_to_ijk = np.linalg.inv(matrix)

    def distances(self, points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        """Return how far points of a scan are from the surface of each bone.

        Parameters
        ----------
        points
            LPS in mm, shape (N, 3).
        matrix
            4×4, from there to this body.

        Returns
        -------
        Shape (1, N) or, of a pair, (2, N): mm of the scan, negative within.
        """
        kji = transformed(points, self._lps_to_ijk @ matrix)[:, ::-1].T
        scale = np.cbrt(np.linalg.det(matrix[:3, :3]))
        fields = [map_coordinates(field, kji, order=1, mode="nearest") for field in self._fields]
        return np.stack(fields) / scale


def surface_points(mask: np.ndarray, ijk_to_lps: np.ndarray) -> np.ndarray:
    """Return points of the outlines in all slices of an array, evenly drawn, LPS in mm, (N, 3)."""
    outline = mask & ~binary_erosion(mask, np.ones((1, 3, 3)))
    ijk = np.argwhere(outline)[:, ::-1]
    chosen = np.random.default_rng(0).permutation(len(ijk))[:_POINTS]
    return transformed(ijk[chosen], ijk_to_lps)


def _sides(mask: np.ndarray, ijk_to_lps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Part a mask midway between its ends, into right and left."""
    kji = np.argwhere(mask)
    x = transformed(kji[:, ::-1], ijk_to_lps)[:, 0]
    right = np.zeros_like(mask)
    right[tuple(kji[x < (x.min() + x.max()) / 2].T)] = True
    return right, mask & ~right


def _signed_distances(mask: np.ndarray, ijk_to_lps: np.ndarray) -> np.ndarray:
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)[::-1]
    outside, inside = (distance_transform_edt(part, spacing) for part in (~mask, mask))
    return (outside - inside).astype(np.float32)
