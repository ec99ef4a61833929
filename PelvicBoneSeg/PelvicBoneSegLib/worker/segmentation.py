"""A scan and what is wanted of it as a request; a `SegmentationResult` as an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy import SEGMENTS, SegmentDefinition
from ..message import from_json, to_json
from ..segmentation.result import BoneSurface, SegmentationResult, SegmentResult
from ..segmentation.volume import Volume
from .request import Arrays, Header, Request

_DEFINITIONS = {one.id: one for one in SEGMENTS}
_PLAIN_FIELDS = ("slice_axis", "device", "precision", "bundle")


def segment_request(
    volume: Volume,
    bones: Iterable[str],
    side: str,
    bundle: str | Path,
    device: str = "auto",
    smoothing: float | None = None,
) -> Request:
    """Ask for a segmentation.

    Parameters
    ----------
    volume, bones, side, smoothing
        As for `segmentation.segmenter.Segmenter.segment`.
    bundle
        Name of an installed bundle, or the folder of another.
    device
        One of `segmentation.device.DEVICES`.

    Returns
    -------
    A request whose answer is a `SegmentationResult`.
    """
    header = {
        "bones": list(bones),
        "side": side,
        "bundle": str(bundle),
        "device": device,
        "smoothing": smoothing,
    }
    arrays = {"voxels": volume.voxels, "ijk_to_lps": volume.ijk_to_lps}
    return Request("segment", header, arrays, read_result)


def warm_request(bundle: str | Path, device: str = "auto") -> Request:
    """Ask for the network to be loaded ahead of its use; the answer is None."""
    return Request("warm", {"bundle": str(bundle), "device": device})


def requested_volume(arrays: Arrays) -> Volume:
    """Return the scan of a request."""
    return Volume(arrays["voxels"], arrays["ijk_to_lps"])


def write_result(result: SegmentationResult) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Take a result apart into what a frame can carry."""
    header = {
        **{name: getattr(result, name) for name in _PLAIN_FIELDS},
        "warnings": list(map(to_json, result.warnings)),
        "timings": result.timings,
        "segments": [_write_segment(one) for one in result.segments],
        "surfaces": list(result.surfaces),
    }
    arrays = {"labels": result.labels, "slice_confidence": result.slice_confidence}
    for one in result.segments:
        arrays[f"slice_confidence {one.definition.id}"] = one.slice_confidence
    for label, surface in result.surfaces.items():
        arrays |= {f"{name} {label}": array for name, array in surface._asdict().items()}
    return header, arrays


def read_result(header: Header, arrays: Arrays) -> SegmentationResult:
    """Put a result together again. Its arrays are those of the frame."""
    return SegmentationResult(
        labels=arrays["labels"],
        segments=tuple(_read_segments(header, arrays)),
        slice_confidence=arrays["slice_confidence"],
        warnings=tuple(map(from_json, header["warnings"])),
        timings=dict(header["timings"]),
        surfaces={
            label: BoneSurface(*(arrays[f"{name} {label}"] for name in BoneSurface._fields))
            for label in header["surfaces"]
        },
        **{name: header[name] for name in _PLAIN_FIELDS},
    )


def _write_segment(segment: SegmentResult) -> dict[str, Any]:
    return {
        "id": segment.definition.id,
        "voxels": segment.voxels,
        "volume_ml": segment.volume_ml,
        "confidence": segment.confidence,
        "touches_border": segment.touches_border,
    }


def _read_segments(header: Header, arrays: Arrays) -> Iterator[SegmentResult]:
    for one in header["segments"]:
        definition: SegmentDefinition = _DEFINITIONS[one["id"]]
        yield SegmentResult(
            definition,
            one["voxels"],
            one["volume_ml"],
            one["confidence"],
            one["touches_border"],
            arrays[f"slice_confidence {definition.id}"],
        )
