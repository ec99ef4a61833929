"""Two structures on one grid of voxels: nothing here touches MRML."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .segments import SegmentVoxels

MARGIN = 1
"""Voxels around the structures, so that no surface lies on the border of the array."""

SAME_VOXEL = 1e-3
"""In voxels: less than what storing a matrix in a file may change over a long axis."""

TIE = 1e-6
"""Half-way between two voxels counts as the upper one, whatever the rounding of the matrices."""


def on_one_grid(
    first: Sequence[SegmentVoxels], second: Sequence[SegmentVoxels], grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sample two structures on the voxels of one grid, each voxel by its nearest one.

    Parameters
    ----------
    first, second
        Each structure's segments.
    grid
        4×4 matrix from voxel indices to LPS in mm. Voxels of it with any index may be used, so
        that nothing is cut off.

    Returns
    -------
    Two boolean arrays of one shape (K, J, I), around both structures, and the 4×4 matrix from
    their indices to LPS. Where both structures are empty, there is no place to be around.
    """
    structures = [[cut for cut in map(_cut, segments) if cut] for segments in (first, second)]
    corners = [_corners(mask, to_lps, grid) for cuts in structures for mask, to_lps in cuts]
    if not corners:
        nothing = np.zeros((3, 3, 3), bool)
        return nothing, nothing, grid
    points = np.concatenate(corners)
    low = np.ceil(points.min(axis=0) - TIE).astype(int) - MARGIN
    high = np.floor(points.max(axis=0) + TIE).astype(int) + MARGIN
    to_lps = grid.copy()
    to_lps[:3, 3] += grid[:3, :3] @ low
    shape = tuple(int(n) for n in (high - low + 1)[::-1])
    masks = []
    for cuts in structures:
        mask = np.zeros(shape, bool)
        for voxels, voxels_to_lps in cuts:
            mask |= _nearest(voxels, np.linalg.inv(voxels_to_lps) @ to_lps, shape)
        masks.append(mask)
    return masks[0], masks[1], to_lps


def is_on_grid(segment: SegmentVoxels, grid: np.ndarray) -> bool:
    """Return whether a segment's voxels are voxels of the grid, in whatever order of the axes."""
    matrix = np.linalg.inv(grid) @ segment.ijk_to_lps
    whole = np.rint(matrix)
    return bool(
        np.abs(matrix - whole).max() < SAME_VOXEL
        and (np.abs(whole[:3, :3]).sum(axis=0) == 1).all()
        and (np.abs(whole[:3, :3]).sum(axis=1) == 1).all()
    )


def _cut(segment: SegmentVoxels) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the mask cut to its bounding box and its matrix; None where it is empty."""
    mask = segment.labels == segment.value
    if not mask.any():
        return None
    rows = mask.any(axis=2)
    occupied = (rows.any(axis=1), rows.any(axis=0), mask.any(axis=(0, 1)))
    low, high = np.array([np.flatnonzero(axis)[[0, -1]] for axis in occupied]).T
    matrix = segment.ijk_to_lps.copy()
    matrix[:3, 3] += matrix[:3, :3] @ low[::-1]
    return mask[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))], matrix


def _corners(mask: np.ndarray, to_lps: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Return the eight corners of the array in indices (i, j, k) of the grid."""
    ends = [(-0.5, n - 0.5) for n in mask.shape[::-1]]
    corners = np.array([(i, j, k, 1.0) for i in ends[0] for j in ends[1] for k in ends[2]])
    return (corners @ (np.linalg.inv(grid) @ to_lps).T)[:, :3]


def _nearest(mask: np.ndarray, matrix: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sample a mask at voxels of another array, whose indices the matrix brings to the mask's."""
    sampled = np.zeros(shape, bool)
    j, i = np.meshgrid(np.arange(shape[1]), np.arange(shape[2]), indexing="ij")
    in_slice = i[..., None] * matrix[:3, 0] + j[..., None] * matrix[:3, 1] + matrix[:3, 3]
    limits = mask.shape[::-1]
    for k in range(shape[0]):
        ijk = np.floor(in_slice + k * matrix[:3, 2] + 0.5 + TIE).astype(np.intp)
        inside = ((ijk >= 0) & (ijk < limits)).all(axis=-1)
        found = ijk[inside]
        sampled[k][inside] = mask[found[:, 2], found[:, 1], found[:, 0]]
    return sampled
