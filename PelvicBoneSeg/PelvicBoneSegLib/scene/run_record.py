"""Which run wrote which segment, kept with the segmentation node and saved with the scene."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np

from ..anatomy import SegmentDefinition
from ..segmentation.result import SegmentationResult

RECORD_ATTRIBUTE = "PelvicBoneSeg.Run"
"""Attribute of the segmentation node: JSON, which survives a scene file's quoting as it is."""


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes
    ----------
    bundle, device, precision, slice_axis
        See `segmentation.result.SegmentationResult`.
    finished
        When its segments were written: ISO 8601, local time with its offset from UTC.
    """

    bundle: str
    device: str
    precision: str
    finished: str
    slice_axis: int

    def __post_init__(self) -> None:
        for field in fields(Run):
            if type(getattr(self, field.name)) is not (int if field.name == "slice_axis" else str):
                raise ValueError(field.name)
        if self.slice_axis not in (0, 1, 2):
            raise ValueError("slice_axis")


@dataclass(frozen=True)
class SegmentRecord(Run):
    """The run that wrote a segment, and what it thought of it.

    Attributes
    ----------
    confidence
        Mean probability of the bone over the segment's voxels, 0–1, or None.
    slice_confidence
        The same of each slice along `slice_axis`, float64; NaN where the slice lacks the bone.
    ijk_to_ras
        4×4 matrix from voxel indices (i, j, k) of the scan to RAS in mm of the segmentation node,
        its parent transforms left out.
    """

    confidence: float | None
    slice_confidence: np.ndarray
    ijk_to_ras: np.ndarray


@dataclass(frozen=True)
class RunRecord(Run):
    """The latest run that wrote into a segmentation, and all segments of this and earlier runs.

    Attributes
    ----------
    segments
        By the segment's identifier.
    """

    segments: Mapping[str, SegmentRecord]


def read_run_record(segmentation_node: Any) -> RunRecord | None:
    """Return the record of a segmentation node; None where there is none or it is damaged.

    Segments that are no longer there are left out.
    """
    text = segmentation_node.GetAttribute(RECORD_ATTRIBUTE)
    if text is None:
        return None
    try:
        record = json.loads(text)
        segments = {str(key): _read_segment(one) for key, one in record.pop("segments").items()}
        segmentation = segmentation_node.GetSegmentation()
        present = {key: one for key, one in segments.items() if segmentation.GetSegment(key)}
        return RunRecord(**record, segments=present)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def write_run_record(segmentation_node: Any, record: RunRecord) -> None:
    """Keep a record in the place of an earlier one."""
    segments = {key: _segment_fields(one) for key, one in record.segments.items()}
    latest = {field.name: getattr(record, field.name) for field in fields(Run)}
    text = json.dumps({**latest, "segments": segments}, allow_nan=False)
    segmentation_node.SetAttribute(RECORD_ATTRIBUTE, text)


def _segment_fields(segment: SegmentRecord) -> dict[str, Any]:
    return {
        **asdict(segment),
        "slice_confidence": [
            None if math.isnan(one) else round(float(one), 4) for one in segment.slice_confidence
        ],
        "ijk_to_ras": segment.ijk_to_ras.tolist(),
    }


def _read_segment(stored: dict[str, Any]) -> SegmentRecord:
    slices = [_probability(one) for one in stored.pop("slice_confidence")]
    matrix = np.array(stored.pop("ijk_to_ras"), np.float64)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        raise ValueError("ijk_to_ras")
    return SegmentRecord(
        **{**stored, "confidence": _probability(stored["confidence"])},
        slice_confidence=np.array([np.nan if one is None else one for one in slices], np.float64),
        ijk_to_ras=matrix,
    )


def _probability(value: Any) -> float | None:
    if value is not None and not 0 <= value <= 1:
        raise ValueError("a probability")
    return value


def record_run(
    segmentation_node: Any,
    result: SegmentationResult,
    written: Mapping[SegmentDefinition, str],
    ijk_to_ras: np.ndarray,
) -> None:
    """Enter a run and the segments that it wrote, of whatever other segments are still there.

    Parameters
    ----------
    written
        The identifier of each segment.
    ijk_to_ras
        See `SegmentRecord`.
    """
    run: dict[str, Any] = {
        "bundle": result.bundle,
        "device": result.device,
        "precision": result.precision,
        "finished": datetime.now().astimezone().isoformat(timespec="seconds"),
        "slice_axis": result.slice_axis,
    }
    earlier = read_run_record(segmentation_node)
    segments = dict(earlier.segments) if earlier else {}
    for one in result.segments:
        if one.definition in written:
            segments[written[one.definition]] = SegmentRecord(
                **run,
                confidence=one.confidence,
                slice_confidence=one.slice_confidence,
                ijk_to_ras=ijk_to_ras,
            )
    write_run_record(segmentation_node, RunRecord(**run, segments=segments))
