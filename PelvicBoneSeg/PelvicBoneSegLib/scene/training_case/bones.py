"""The bones of a segmentation that a case would hold, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from ...anatomy import SegmentDefinition
from ..export.bones import bones_of
from ..rerun import edited_segments
from ..run_record import read_run_record
from ..segment_writer import find_segment

BY_RUN, BY_RUN_EDITED, BY_HAND = "run", "run, edited", "by hand"
"""How a segment came about. `BY_HAND` is whatever no run of ours wrote."""


class Status(Enum):
    """Slicer's status of a segment, by what its tag holds."""

    NOT_STARTED = "notstarted"
    IN_PROGRESS = "inprogress"
    COMPLETED = "completed"
    FLAGGED = "flagged"


@dataclass(frozen=True)
class CaseBone:
    """One bone.

    Attributes
    ----------
    segment_id, name
        The segment, as the user knows it. Neither is saved.
    definition
        Which bone.
    status
        Whether the user is done with it, or has doubts.
    """

    segment_id: str
    name: str
    definition: SegmentDefinition
    status: Status


@dataclass(frozen=True)
class Origin:
    """How a bone came about.

    Attributes
    ----------
    made_by
        `BY_RUN`, `BY_RUN_EDITED` or `BY_HAND`.
    bundle
        Name and version of the bundle that found it, or None.
    confidence
        Of the run, 0–1, or None.
    """

    made_by: str
    bundle: str | None
    confidence: float | None


def bones_to_save(node: Any) -> tuple[CaseBone, ...]:
    """List the bones among a segmentation's segments, in their order, empty ones too.

    Hidden segments are among them: what is shown says nothing of what is right.
    """
    ids = node.GetSegmentation().GetSegmentIDs()
    bones = bones_of(node, ids)
    return tuple(_bone(node, one, bones[one]) for one in ids if one in bones)


def origin_of(node: Any, bone: CaseBone) -> Origin:
    """Find out how a bone came about. Takes some 30 ms where a run of ours wrote it."""
    record = read_run_record(node)
    run = record.segments.get(bone.segment_id) if record else None
    made_by = BY_HAND
    if find_segment(node, bone.definition) == bone.segment_id:
        made_by = BY_RUN_EDITED if edited_segments(node, (bone.definition,)) else BY_RUN
    return Origin(made_by, run.bundle if run else None, run.confidence if run else None)


def _bone(node: Any, segment_id: str, definition: SegmentDefinition) -> CaseBone:
    import slicer

    logic = slicer.vtkSlicerSegmentationsModuleLogic
    segment = node.GetSegmentation().GetSegment(segment_id)
    status = logic.GetSegmentStatusAsMachineReadableString(logic.GetSegmentStatus(segment))
    return CaseBone(segment_id, segment.GetName(), definition, Status(status))
