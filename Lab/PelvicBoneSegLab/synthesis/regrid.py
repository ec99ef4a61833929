"""Arrays brought to the grid of tissue maps; the outer edges of the first voxels coincide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .tissue_map import GRID_MM, bounding_box

_TOUCHING_MM = 0.2
"""Labels that touch reach that much beyond their edge, so that there is no seam between them."""


def grid_size(shape: Sequence[int], spacing: Sequence[float]) -> tuple[int, ...]:
    """Return the number of voxels of `GRID_MM` that cover `shape` voxels of `spacing` in mm."""
    return tuple(
        max(1, int(np.ceil(n * mm / GRID_MM - 1e-6))) for n, mm in zip(shape, spacing, strict=True)
    )


def nearest(array: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """Return the value of the voxel in which each centre of the new grid lies."""
    picks = []
    for n, mm, size in zip(array.shape, spacing, grid_size(array.shape, spacing), strict=True):
        centres = (np.arange(size) + 0.5) * GRID_MM
        picks.append(np.minimum((centres / mm).astype(int), n - 1))
    return array[np.ix_(*picks)]


def smooth(array: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """Interpolate linearly, averaging where the new voxels are larger; float32."""
    result = array.astype(np.float32)
    for axis, mm in enumerate(spacing):
        size = grid_size([array.shape[axis]], [mm])[0]
        result = _along(result, axis, _tent(size, array.shape[axis], mm))
    return result


def smooth_labels(
    labels: np.ndarray, spacing: Sequence[float], smoothed: Sequence[int]
) -> np.ndarray:
    """Bring labels to the new grid; edges move evenly from one thick slice to the next.

    What is interpolated is the distance to each label's edge within the slices, which does not
    leave the stairs that a label's share would.

    Parameters
    ----------
    smoothed
        The values for which this is done. All others are taken from the nearest voxel.
    """
    result = nearest(labels, spacing)
    result[np.isin(result, smoothed)] = 0
    best = np.full(result.shape, -_TOUCHING_MM, np.float32)
    for value in smoothed:
        if not (labels == value).any():
            continue
        box = bounding_box(labels == value, margin=2)
        target, depth = _smooth_depth(labels[box] == value, labels.shape, box, spacing)
        wins = depth > best[target]
        result[target][wins] = value
        best[target][wins] = depth[wins]
    return result


def _smooth_depth(
    mask: np.ndarray, shape: Sequence[int], box: Sequence[slice], spacing: Sequence[float]
) -> tuple[tuple[slice, ...], np.ndarray]:
    """Return where on the new grid a box lies, and the depth below the mask's edge in mm there."""
    depth, target = _depth(mask, spacing), []
    for axis, (cut, mm, n) in enumerate(zip(box, spacing, shape, strict=True)):
        start = int(np.floor(cut.start * mm / GRID_MM))
        stop = min(int(np.ceil(cut.stop * mm / GRID_MM)), grid_size([n], [mm])[0])
        # Beyond the box all is as at its edge.
        weights = _tent(stop - start, cut.stop - cut.start, mm, start, cut.start)
        depth = _along(depth, axis, weights)
        target.append(slice(start, stop))
    return tuple(target), depth


def _depth(mask: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """Return the depth below the edge within the thickest slices, in mm, at most a thickness."""
    from scipy.ndimage import distance_transform_edt

    normal = int(np.argmax(spacing))
    within = [mm for axis, mm in enumerate(spacing) if axis != normal]
    depth = np.empty(mask.shape, np.float32)
    reach = spacing[normal]
    for layer, result in zip(
        np.moveaxis(mask, normal, 0), np.moveaxis(depth, normal, 0), strict=True
    ):
        if not layer.any():
            result[:] = -reach
            continue
        # The edge lies half a voxel beyond the centre of the last one.
        inside, outside = (distance_transform_edt(part, within) for part in (layer, ~layer))
        signed = np.where(layer, inside - within[0] / 2, within[0] / 2 - outside)
        np.clip(signed, -reach, reach, out=result)
    return depth


def _tent(size: int, n: int, mm: float, start: int = 0, first: int = 0) -> np.ndarray:
    """Return the weights of linear interpolation from voxels of `mm`.

    Shape (size, n): to the new voxels from `start` on, from the `n` old ones from `first` on.
    """
    centres = (np.arange(start, start + size) + 0.5) * GRID_MM / mm - 0.5 - first
    distance = np.abs(np.clip(centres, 0, n - 1)[:, None] - np.arange(n))
    weights = np.maximum(1 - distance / max(1.0, GRID_MM / mm), 0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _along(array: np.ndarray, axis: int, matrix: np.ndarray) -> np.ndarray:
    return np.moveaxis(np.tensordot(matrix, array, axes=(1, axis)), 0, axis)
