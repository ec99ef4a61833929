"""Segments in one label map: nothing here touches MRML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...message import Message, templates
from ..comparison.grid import is_on_grid, on_one_grid
from ..comparison.segments import SegmentVoxels

_ = templates(__name__)


@dataclass(frozen=True, eq=False)
class NamedVoxels:
    """A segment that is to be in a label map.

    Attributes
    ----------
    name
        What the user reads.
    label
        Its value in the label map.
    voxels
        A copy of it.
    """

    name: str
    label: int
    voxels: SegmentVoxels


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Several segments on one grid.

    Attributes
    ----------
    labels
        uint8, or uint16 where a value is above 255; shape (K, J, I).
    ijk_to_lps
        4×4 matrix from its voxels to world LPS in mm.
    overlaps
        Names of a segment and of a later one in the list, which took that many of its voxels.
    outside
        How many voxels of each segment, by name, lie outside the grid and are lost.
    resampled
        Whether a segment's own voxels are not those of the grid.
    """

    labels: np.ndarray
    ijk_to_lps: np.ndarray
    overlaps: tuple[tuple[str, str, int], ...]
    outside: tuple[tuple[str, int], ...]
    resampled: bool


def label_map_on(
    segments: Sequence[NamedVoxels], grid: np.ndarray, shape: tuple[int, ...]
) -> LabelMap:
    """Put segments on a grid, each voxel by the nearest one of the segment.

    Where segments overlap, the later in the list wins, as in Slicer's own export.

    Parameters
    ----------
    segments
        In the order of the segmentation.
    grid
        4×4 matrix from voxel indices to world LPS in mm.
    shape
        (K, J, I) of the label map.
    """
    top = max((segment.label for segment in segments), default=0)
    labels = np.zeros(shape, np.uint8 if top < 256 else np.uint16)
    overlaps, outside = [], []
    for number, segment in enumerate(segments):
        mask, low = _on_grid(segment.voxels, grid)
        start = np.maximum(low, 0)
        end = np.maximum(np.minimum(low + mask.shape, shape), start)
        inside = mask[tuple(map(slice, start - low, end - low))]
        lost = int(np.count_nonzero(mask)) - int(np.count_nonzero(inside))
        if lost:
            outside.append((segment.name, lost))
        place = labels[tuple(map(slice, start, end))]
        taken = place[inside]
        for earlier in segments[:number]:
            count = int(np.count_nonzero(taken == earlier.label))
            if count:
                overlaps.append((earlier.name, segment.name, count))
        place[inside] = segment.label
    resampled = not all(is_on_grid(segment.voxels, grid) for segment in segments)
    return LabelMap(labels, grid, tuple(overlaps), tuple(outside), resampled)


def extent_of(
    segments: Sequence[NamedVoxels], grid: np.ndarray
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return the grid and shape (K, J, I) that just hold all segments."""
    placed = [_on_grid(segment.voxels, grid) for segment in segments]
    low = np.min([start for mask, start in placed], axis=0)
    high = np.max([start + mask.shape for mask, start in placed], axis=0)
    moved = grid.copy()
    moved[:3, 3] += grid[:3, :3] @ low[::-1]
    return moved, tuple(int(count) for count in high - low)


def warnings_of(label_map: LabelMap) -> tuple[str, ...]:
    """Say in words what a label map could not keep."""
    overlaps = (
        Message(
            _("{earlier} and {later} overlap in {count} voxels, which count as {later}."),
            earlier=earlier,
            later=later,
            count=count,
        )
        for earlier, later, count in label_map.overlaps
    )
    outside = (
        Message(
            _("{name}: {count} voxels lie outside the image and were left out."),
            name=name,
            count=count,
        )
        for name, count in label_map.outside
    )
    resampled = Message(
        _("The segments have other voxels than the image: resampled (nearest neighbour).")
    )
    return (*overlaps, *outside, *((resampled,) if label_map.resampled else ()))


def _on_grid(voxels: SegmentVoxels, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a mask around the segment and where it begins on the grid, as (k, j, i)."""
    mask, _nothing, to_lps = on_one_grid([voxels], [], grid)
    low = np.rint((np.linalg.inv(grid) @ to_lps)[:3, 3]).astype(int)
    return mask, low[::-1]
