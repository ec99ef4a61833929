"""Two label maps on one grid."""

from __future__ import annotations

from itertools import product

import numpy as np

from .errors import GeometryMismatchError
from .label_map import LabelMap, profiles

VOXEL_TOLERANCE = 0.05
"""Voxels whose centres are this near, in voxels of the truth, are the same ones. Single-precision
geometry in NIfTI headers moves them by a thousandth; half a voxel would be another grid."""


def aligned(
    prediction: LabelMap, truth: LabelMap, resample: bool = False
) -> tuple[LabelMap, LabelMap]:
    """Bring both to the truth's grid.

    Axes in another order, flipped axes and cropped images are the same voxels in another order:
    they are put in place without a change. The truth's grid is extended where the prediction has
    labelled voxels outside of it.

    Parameters
    ----------
    prediction, truth
        What is compared.
    resample
        Resample the prediction (nearest neighbour) if its voxels are not those of the truth.

    Returns
    -------
    Prediction and truth, with equal shape and matrix.

    Raises
    ------
    GeometryMismatchError
        The voxels are not the same, and `resample` is off.
    """
    to_truth = np.linalg.inv(truth.ijk_to_lps) @ prediction.ijk_to_lps
    same = np.rint(to_truth)
    off_mm = _largest_shift(truth, prediction, to_truth - same)
    if _is_reordering(same) and off_mm <= VOXEL_TOLERANCE * truth.spacing.min():
        flags, start = _reordered(prediction.flags, same)
        low, high = _extent(truth, start + _labelled_corners(flags))
        flags = _placed(flags, start - low, high - low)
    elif resample:
        low, high = _extent(truth, _labelled_corners(prediction.flags), to_truth)
        flags = _resampled(prediction.flags, to_truth, low, high - low)
    else:
        raise GeometryMismatchError(_difference(prediction, truth, to_truth))
    matrix = truth.ijk_to_lps.copy()
    matrix[:3, 3] += matrix[:3, :3] @ low
    return (
        LabelMap(flags, matrix, prediction.structures),
        LabelMap(_placed(truth.flags, -low, high - low), matrix, truth.structures),
    )


def _is_reordering(matrix: np.ndarray) -> bool:
    """Tell whether each axis becomes one axis, either way round."""
    ones = np.abs(matrix[:3, :3])
    return bool((ones.sum(0) == 1).all() and (ones.sum(1) == 1).all() and ones.max() == 1)


def _largest_shift(truth: LabelMap, prediction: LabelMap, shift: np.ndarray) -> float:
    """Return by how many mm `shift`, in the truth's voxels, moves a corner of the prediction."""
    moved = (_corners(np.zeros(3), np.array(prediction.flags.shape[::-1]) - 1) @ shift.T)[:, :3]
    return float(np.linalg.norm(moved @ truth.ijk_to_lps[:3, :3].T, axis=1).max())


def _corners(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the eight corners of a box as homogeneous points i, j, k, 1; shape (8, 4)."""
    return np.array([(*corner, 1.0) for corner in product(*zip(low, high, strict=True))])


def _reordered(flags: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the prediction with the truth's axes, and the truth's i, j, k of its first voxel."""
    size = np.array(flags.shape[::-1])
    source = np.abs(same[:3, :3]).argmax(axis=1)
    flipped = same[:3, :3].sum(axis=1) < 0
    start = same[:3, 3] - flipped * (size[source] - 1)
    turned = np.transpose(flags, 2 - source[::-1])
    turned = turned[tuple(slice(None, None, -1 if flip else None) for flip in flipped[::-1])]
    return turned, start.astype(np.int64)


def _labelled_corners(flags: np.ndarray) -> np.ndarray:
    """Return first and last i, j, k of what is labelled, shape (2, 3); no rows if nothing is."""
    axes = [np.flatnonzero(profile) for profile in profiles(flags)]
    if not axes[0].size:
        return np.zeros((0, 3), np.int64)
    return np.array([[axis[0], axis[-1]] for axis in axes[::-1]]).T


def _extent(
    truth: LabelMap, corners: np.ndarray, to_truth: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return where a grid begins and ends that has the truth's voxels and those corners."""
    low, high = np.zeros(3, np.int64), np.array(truth.flags.shape[::-1])
    if not len(corners):
        return low, high
    if to_truth is not None:
        corners = np.rint((_corners(*corners) @ to_truth.T)[:, :3]).astype(np.int64)
    return np.minimum(low, corners.min(axis=0)), np.maximum(high, corners.max(axis=0) + 1)


def _placed(flags: np.ndarray, start: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Cut or pad an array so that its first voxel comes to lie at i, j, k `start`."""
    shape = tuple(size[::-1])
    if not start.any() and flags.shape == shape:
        return flags
    placed = np.zeros(shape, flags.dtype)
    to, source = [], []
    for offset, count, room in zip(start[::-1], flags.shape, shape, strict=True):
        to.append(slice(max(offset, 0), min(offset + count, room)))
        source.append(slice(max(-offset, 0), min(count, room - offset)))
    placed[tuple(to)] = flags[tuple(source)]
    return placed


def _resampled(
    flags: np.ndarray, to_truth: np.ndarray, low: np.ndarray, size: np.ndarray
) -> np.ndarray:
    import SimpleITK as sitk

    # In voxel coordinates of either grid, as ITK takes no skewed axes.
    from_truth = np.linalg.inv(to_truth)
    turn, shift = from_truth[:3, :3].ravel().tolist(), from_truth[:3, 3].tolist()
    resampled = sitk.Resample(
        sitk.GetImageFromArray(flags), size.tolist(), sitk.AffineTransform(turn, shift),
        sitk.sitkNearestNeighbor, low.astype(float).tolist(), [1.0] * 3,
        np.eye(3).ravel().tolist(), 0,
    )  # fmt: skip
    return sitk.GetArrayFromImage(resampled)


def _difference(prediction: LabelMap, truth: LabelMap, to_truth: np.ndarray) -> str:
    texts = []
    for one in (prediction, truth):
        size = "×".join(map(str, one.flags.shape[::-1]))
        spacing = "×".join(f"{value:.4g}" for value in one.spacing)
        texts.append(f"{size} voxels of {spacing} mm")
    off = _largest_shift(truth, prediction, to_truth - np.eye(4))
    return f"{texts[0]} and {texts[1]}, and corners of the same index up to {off:.3g} mm apart"
