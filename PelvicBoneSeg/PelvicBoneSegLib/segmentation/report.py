"""The account of a run that lies beside its results; its schema is in docs/report.md."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from .. import __version__
from .bundle import Bundle
from .result import SegmentationResult, SegmentResult
from .volume import Volume

REPORT_FORMAT = 1
"""Raised whenever a field changes its meaning or goes."""


def build_report(
    result: SegmentationResult,
    volume: Volume,
    bundle: Bundle,
    source: str,
    timings: Mapping[str, float],
    files: Iterable[str],
) -> dict[str, Any]:
    """Put together what `docs/report.md` describes, ready for JSON.

    Parameters
    ----------
    result, volume, bundle
        The run, the scan that it ran on, and the network.
    source
        What the user calls the scan: its path.
    timings
        Seconds by stage.
    files
        Names of the files that lie beside the report.
    """
    return {
        "format": REPORT_FORMAT,
        "product": {"name": "PelvicBoneSeg", "version": __version__},
        "input": {"path": source, **_geometry(volume)},
        "bundle": {"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256},
        "device": result.device,
        "precision": result.precision,
        "timings_s": {stage: round(value, 4) for stage, value in timings.items()},
        "segments": [_segment(segment) for segment in result.segments],
        "slice_axis": "kji"[result.slice_axis],
        "slice_confidence": [_rounded(value) for value in result.slice_confidence.tolist()],
        "warnings": list(result.warnings),
        "files": list(files),
    }


def _geometry(volume: Volume) -> dict[str, Any]:
    return {
        "size": list(volume.voxels.shape[::-1]),
        "spacing_mm": [round(float(value), 6) for value in volume.spacing],
        "ijk_to_lps": volume.ijk_to_lps.tolist(),
        "acquisition_plane": volume.axes.acquisition_plane,
        "left_handed": volume.is_left_handed,
    }


def _segment(segment: SegmentResult) -> dict[str, Any]:
    return {
        "id": segment.definition.id,
        "name": segment.definition.name,
        "label": segment.definition.label,
        "voxels": segment.voxels,
        "ml": round(segment.volume_ml, 3),
        "confidence": _rounded(segment.confidence),
        "touches_border": segment.touches_border,
    }


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None or math.isnan(confidence) else round(confidence, 4)
