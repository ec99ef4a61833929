"""The strip: how sure the network was of each bone in each slice."""

from __future__ import annotations

from typing import Any

from PelvicBoneSegLib.scene.review.bone_row import BoneRow, bone_rows, is_doubtful

LOWEST = 0.5
"""Confidence of the shortest bar: what wins among several classes is seldom below."""

_SHORTEST = 20
"""Height of the shortest bar, in percent of its row."""


def strip_rows(segmentation_node: Any | None) -> list[dict[str, Any]]:
    """Return what the page draws: see `state.SegmentState.rows`."""
    return [] if segmentation_node is None else [_row(one) for one in bone_rows(segmentation_node)]


def describe(row: BoneRow, index: int) -> str:
    """Return bone, slice and confidence in words."""
    confidence = row.confidence[index]
    doubt = ", doubtful" if is_doubtful(confidence) else ""
    return f"{row.name}, slice {index + 1}: {confidence:.2f}{doubt}"


def _row(row: BoneRow) -> dict[str, Any]:
    bars = [None if one is None else _bar(row, index) for index, one in enumerate(row.confidence)]
    return {"id": row.segment_id, "name": row.name, "doubtful": len(row.doubtful), "bars": bars}


def _bar(row: BoneRow, index: int) -> dict[str, Any]:
    confidence = row.confidence[index] or 0.0
    part = min(max((confidence - LOWEST) / (1 - LOWEST), 0.0), 1.0)
    return {
        "index": index,
        "height": round(_SHORTEST + (100 - _SHORTEST) * part),
        "doubtful": is_doubtful(confidence),
        "tip": describe(row, index),
    }
