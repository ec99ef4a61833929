"""A run over bones that the user has edited since an earlier one."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..anatomy import SegmentDefinition
from .mask import Mask, resampled, segment_mask, side_by_side, without
from .originals import edited_voxels
from .segment_writer import find_segment


class RerunMode(Enum):
    """What becomes of the segments that an earlier run wrote for the same bones."""

    REPLACE = "replace"
    """They get the new run's voxels; edits are lost."""

    KEEP_BOTH = "keep_both"
    """They stay as they are, and the new run's segments are added."""

    UNEDITED_ONLY = "unedited_only"
    """Voxels that the user changed stay as they are; all others come from the new run."""


@dataclass(frozen=True, eq=False)
class Planned:
    """What a bone will be.

    Attributes
    ----------
    segment_id
        The segment that is replaced; None where one is added.
    mask
        Its voxels.
    original
        What counts as the run's, so that its difference to `mask` is what the user edited.
    edited
        Whether voxels of the user are kept in it. Then it may overlap others and be on another
        grid than the run.
    as_found
        Whether the voxels are the run's to the last one.
    """

    segment_id: str | None
    mask: Mask
    original: Mask
    edited: bool = False
    as_found: bool = True


def edited_segments(
    segmentation_node: Any, definitions: Iterable[SegmentDefinition]
) -> tuple[str, ...]:
    """List the segments of these bones that were edited since the run that wrote them.

    A segment of ours of which it is not known what the run wrote, such as one that was loaded
    without its scene, counts as edited.

    Returns
    -------
    Their names, as the user knows them.
    """
    segmentation = segmentation_node.GetSegmentation()
    found = [find_segment(segmentation_node, definition) for definition in definitions]
    return tuple(
        segmentation.GetSegment(segment_id).GetName()
        for segment_id in found
        if segment_id is not None and is_edited(segmentation_node, segment_id)
    )


def is_edited(segmentation_node: Any, segment_id: str) -> bool:
    """Return whether a segment is other than a run wrote it, or that is not known."""
    edited = edited_voxels(segmentation_node, segment_id)
    return edited is None or bool(edited.voxels.any())


def plan(
    masks: Mapping[SegmentDefinition, Mask], segmentation_node: Any | None, rerun: RerunMode
) -> Generator[None, None, dict[SegmentDefinition, Planned]]:
    """Work out what each bone of a run will be, yielding between bones.

    Parameters
    ----------
    masks
        What the run found, in the coordinates of the segmentation node.
    segmentation_node
        Where the segments are going; None for a new node.

    Returns
    -------
    The bones that are to be written. In `UNEDITED_ONLY`, a segment of which it is not known what
    was edited is left out: all of it may be the user's.
    """
    targets: dict[SegmentDefinition, str | None] = dict.fromkeys(masks)
    if segmentation_node is not None and rerun is not RerunMode.KEEP_BOTH:
        targets = {one: find_segment(segmentation_node, one) for one in masks}
    if rerun is not RerunMode.UNEDITED_ONLY:
        return {one: Planned(targets[one], mask, mask) for one, mask in masks.items()}
    edits = {}
    for definition, segment_id in targets.items():
        if segment_id is not None:
            edits[definition] = _Edit(segmentation_node, segment_id)
            yield
    planned = {}
    for definition, mask in masks.items():
        edit = edits.get(definition)
        if edit is None or edit.voxels is not None:
            others = [one for one in edits.values() if one is not edit]
            planned[definition] = _merged(mask, edit, others)
            yield
    return planned


def _merged(mask: Mask, edit: _Edit | None, others: Iterable[_Edit]) -> Planned:
    """Join a bone of the run with what the user made of it and of the others."""
    new = mask
    for other in others:
        if other.kept is not None:
            new = without(new, other.kept)
    if edit is None or edit.voxels is None or edit.kept is None or not edit.voxels.voxels.any():
        segment_id = None if edit is None else edit.segment_id
        return Planned(segment_id, new, new, as_found=new is mask)
    new = resampled(new, edit.voxels.ijk_to_ras)
    (edited, kept, found), to_ras = side_by_side((edit.voxels, edit.kept, new))
    merged = (found & ~edited) | kept
    return Planned(
        edit.segment_id,
        Mask(merged, to_ras).cut(),
        Mask(merged ^ edited, to_ras).cut(),
        edited=True,
        as_found=False,
    )


class _Edit:
    """What the user changed in one segment.

    `voxels` are the changed ones, None where that is not known; `kept` are those among them that
    belong to the segment now, None where the segment has no labelmap.
    """

    def __init__(self, segmentation_node: Any, segment_id: str) -> None:
        self.segment_id = segment_id
        self.voxels = edited_voxels(segmentation_node, segment_id)
        self.kept = segment_mask(segmentation_node.GetSegmentation().GetSegment(segment_id))
        if self.voxels is not None and self.kept is not None:
            present = resampled(self.kept, self.voxels.ijk_to_ras)
            (edited, now), to_ras = side_by_side((self.voxels, present))
            self.kept = Mask(edited & now, to_ras).cut()
