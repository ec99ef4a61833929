"""A segment's status, as Slicer's table of segments shows it."""

from __future__ import annotations

from typing import Any


def mark_completed(segmentation_node: Any, segment_id: str) -> None:
    """Say that a segment needs no more work."""
    import slicer

    logic = slicer.vtkSlicerSegmentationsModuleLogic
    segment = segmentation_node.GetSegmentation().GetSegment(segment_id)
    logic.SetSegmentStatus(segment, logic.Completed)
