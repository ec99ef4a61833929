"""How sure the network was of each bone in each slice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ...segmentation.result import LOW_CONFIDENCE
from ..run_record import read_run_record


@dataclass(frozen=True)
class BoneRow:
    """One bone of a segmentation.

    Attributes
    ----------
    segment_id, name
        The segment as it is now.
    completed
        Whether its status is *Completed*.
    confidence
        Mean probability, 0–1, of each slice along the axis of the run that found the bone; None
        where the slice lacked it.
    """

    segment_id: str
    name: str
    completed: bool
    confidence: tuple[float | None, ...]

    @property
    def doubtful(self) -> tuple[int, ...]:
        """Indices of the slices in which the run found the bone and was not sure."""
        return tuple(index for index, one in enumerate(self.confidence) if is_doubtful(one))


def is_doubtful(confidence: float | None) -> bool:
    """Whether a bone is there and the network was not sure."""
    return confidence is not None and confidence < LOW_CONFIDENCE


def bone_rows(segmentation_node: Any) -> tuple[BoneRow, ...]:
    """Return the bones of a segmentation of which a run left its confidence, in their order."""
    record = read_run_record(segmentation_node)
    if record is None:
        return ()
    segmentation = segmentation_node.GetSegmentation()
    return tuple(
        _row(segmentation.GetSegment(segment_id), segment_id, record.segments[segment_id])
        for segment_id in segmentation.GetSegmentIDs()
        if segment_id in record.segments and len(record.segments[segment_id].slice_confidence)
    )


def next_doubtful(
    rows: tuple[BoneRow, ...], current: tuple[str, int] | None, step: int
) -> tuple[str, int] | None:
    """Return segment identifier and slice of the next doubtful slice, bone by bone.

    Completed bones are passed over. After the last comes the first.

    Parameters
    ----------
    rows
        The bones.
    current
        Where to go from; None for the start.
    step
        1 for the next, −1 for the one before.
    """
    order = {row.segment_id: place for place, row in enumerate(rows)}
    found = [
        (place, index)
        for place, row in enumerate(rows)
        if not row.completed
        for index in row.doubtful
    ]
    if not found:
        return None
    here = (-1, -1) if current is None else (order.get(current[0], -1), current[1])
    if step > 0:
        place, index = next((one for one in found if one > here), found[0])
    else:
        place, index = next((one for one in reversed(found) if one < here), found[-1])
    return rows[place].segment_id, index


def _row(segment: Any, segment_id: str, record: Any) -> BoneRow:
    import slicer

    logic = slicer.vtkSlicerSegmentationsModuleLogic
    return BoneRow(
        segment_id,
        segment.GetName() or segment_id,
        logic.GetSegmentStatus(segment) == logic.Completed,
        tuple(None if math.isnan(one) else float(one) for one in record.slice_confidence),
    )
