"""One segment's voxels in the coordinates of its segmentation node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..evaluation.label_map import profiles
from .comparison.grid import SAME_VOXEL, on_one_grid
from .comparison.segments import SegmentVoxels
from .matrices import to_numpy
from .prepared_segment import BINARY_LABELMAP


@dataclass(frozen=True, eq=False)
class Mask:
    """Voxels with their place.

    Attributes
    ----------
    voxels
        Boolean, shape (K, J, I).
    ijk_to_ras
        4×4 matrix from indices of `voxels` to RAS in mm, in the coordinates of the segmentation
        node: its parent transforms are left out.
    """

    voxels: np.ndarray
    ijk_to_ras: np.ndarray

    def cut(self) -> Mask:
        """Return the part that holds all voxels that are set; one voxel where none is."""
        found = [np.flatnonzero(profile) for profile in profiles(self.voxels)]
        ends = [(axis[0], axis[-1] + 1) if axis.size else (0, 1) for axis in found]
        box = tuple(slice(*end) for end in ends)
        return Mask(self.voxels[box], shifted(self.ijk_to_ras, [axis.start for axis in box]))


def segment_mask(segment: Any) -> Mask | None:
    """Copy a vtkSegment's binary labelmap, cut to the segment; None where it has no labelmap."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    image = segment.GetRepresentation(BINARY_LABELMAP)
    if image is None:
        return None
    matrix = vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    shape = image.GetDimensions()[::-1]
    scalars = image.GetPointData().GetScalars()
    if scalars is None or min(shape) < 1:
        # An empty segment has an empty extent.
        return Mask(np.zeros((1, 1, 1), bool), to_numpy(matrix))
    # Array indices start at 0, image indices at the extent.
    to_ras = shifted(to_numpy(matrix), image.GetExtent()[::2][::-1])
    voxels = vtk_to_numpy(scalars).reshape(shape) == segment.GetLabelValue()
    return Mask(voxels, to_ras).cut()


def shifted(ijk_to_ras: np.ndarray, kji: Sequence[int]) -> np.ndarray:
    """Return the matrix of an array that begins at another voxel, given in (k, j, i) order."""
    matrix = ijk_to_ras.copy()
    matrix[:3, 3] += matrix[:3, :3] @ list(kji)[::-1]
    return matrix


def on_same_voxels(mask: Mask, ijk_to_ras: np.ndarray) -> bool:
    """Return whether a mask's voxels are voxels of a grid, in the same order of the axes."""
    matrix = np.linalg.inv(ijk_to_ras) @ mask.ijk_to_ras
    steps = np.abs(matrix[:3, :3] - np.eye(3)) * mask.voxels.shape[::-1]
    shift = matrix[:3, 3]
    return bool(steps.max() < SAME_VOXEL and np.abs(shift - np.rint(shift)).max() < SAME_VOXEL)


def resampled(mask: Mask, ijk_to_ras: np.ndarray) -> Mask:
    """Return a mask on the voxels of a grid, each voxel by its nearest one.

    The array returned begins where the mask does. Nothing is copied where the mask is on these
    voxels already.
    """
    if on_same_voxels(mask, ijk_to_ras):
        return mask
    voxels = SegmentVoxels(mask.voxels.astype(np.uint8), 1, mask.ijk_to_ras)
    sampled, _, to_ras = on_one_grid([voxels], [], ijk_to_ras)
    return Mask(sampled, to_ras).cut()


def start_of(mask: Mask, ijk_to_ras: np.ndarray) -> np.ndarray:
    """Return the index (k, j, i) of a mask's first voxel on a grid that has the same voxels."""
    return np.rint((np.linalg.inv(ijk_to_ras) @ mask.ijk_to_ras)[:3, 3]).astype(int)[::-1]


def side_by_side(masks: Sequence[Mask]) -> tuple[list[np.ndarray], np.ndarray]:
    """Bring masks on the voxels of one grid into arrays of one shape around all of them.

    Returns
    -------
    Boolean arrays of shape (K, J, I), and the 4×4 matrix from their indices to RAS.
    """
    first = masks[0].ijk_to_ras
    starts = [start_of(mask, first) for mask in masks]
    low = np.min(starts, axis=0)
    high = np.max([s + mask.voxels.shape for s, mask in zip(starts, masks, strict=True)], axis=0)
    arrays = []
    for start, mask in zip(starts, masks, strict=True):
        array = np.zeros(high - low, bool)
        box = zip(start - low, mask.voxels.shape, strict=True)
        array[tuple(slice(begin, begin + size) for begin, size in box)] = mask.voxels
        arrays.append(array)
    return arrays, shifted(first, low)


def without(mask: Mask, taken: Mask) -> Mask:
    """Return a mask less the voxels of another, which may be on another grid.

    It is the same object where they have none in common.
    """
    taken = resampled(taken, mask.ijk_to_ras)
    start = start_of(taken, mask.ijk_to_ras)
    low = np.maximum(start, 0)
    high = np.minimum(start + taken.voxels.shape, mask.voxels.shape)
    if (low >= high).any():
        return mask
    here = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    there = tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))
    common = mask.voxels[here] & taken.voxels[there]
    if not common.any():
        return mask
    voxels = mask.voxels.copy()
    voxels[here] &= ~common
    return Mask(voxels, mask.ijk_to_ras).cut()
