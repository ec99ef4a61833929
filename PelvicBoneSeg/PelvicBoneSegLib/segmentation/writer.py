"""The results of a run as files."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy import SEGMENTS, SegmentDefinition
from ..errors import InputInTheWayError, UnknownFormatError
from .bundle import Bundle
from .label_files import LabelledSegment, nifti_warnings, write_nifti, write_seg_nrrd
from .output_folder import write_together
from .report import build_report
from .result import SegmentationResult
from .surface import closed_surface, write_stl
from .volume import Volume

SEG_NRRD, LABELS_NIFTI, STL = "seg.nrrd", "labels.nii.gz", "stl"
FORMATS = (SEG_NRRD, LABELS_NIFTI, STL)
"""What can be asked for. The report is always written."""


def check_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Return the formats, each once.

    Raises
    ------
    UnknownFormatError
        One is not in `FORMATS`, or there is none.
    """
    chosen = tuple(dict.fromkeys(formats))
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown or not chosen:
        raise UnknownFormatError(", ".join(unknown) or "none", FORMATS)
    return chosen


def check_input_is_kept(
    scan: Path | str, directory: Path | str, stem: str, formats: Iterable[str]
) -> None:
    """Check that a run cannot replace or take away the scan that it reads.

    Raises
    ------
    InputInTheWayError
        One of the run's file names is the scan, by its name or through a link.
    """
    for name in (*_names(stem, SEGMENTS, formats), _report_name(stem)):
        path = os.path.join(directory, name)
        if os.path.exists(path) and os.path.exists(scan) and os.path.samefile(path, scan):
            raise InputInTheWayError(path)


def write_outputs(
    directory: Path | str,
    stem: str,
    result: SegmentationResult,
    volume: Volume,
    bundle: Bundle,
    source: str,
    formats: Iterable[str] = FORMATS,
    timings: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Write the results of a run, all files or none.

    Bones that were not found are in no file but the report; where none was found, the report is
    the only file. Files that an earlier run left under the same names are replaced, or taken away
    where this run looked for the bone and did not find it.

    Parameters
    ----------
    directory
        Where to; made if need be.
    stem
        What file names begin with, see `reader.stem_of`.
    result, volume, bundle
        The run, the scan that it ran on, and the network.
    source
        The scan's path, for the report.
    formats
        Out of `FORMATS`.
    timings
        Seconds of the stages before the segmentation, by stage.

    Returns
    -------
    The report, as written.

    Raises
    ------
    UnknownFormatError
        A format that is not in `FORMATS`.
    OutputNotWritableError
        Something could not be stored; nothing was changed.
    """
    formats = check_formats(formats)
    result = replace(result, warnings=(*result.warnings, *_format_warnings(volume, formats)))
    found = [segment.definition for segment in result.segments if segment.voxels]
    chosen = [segment.definition for segment in result.segments]
    names = _names(stem, found, formats)
    report_name = _report_name(stem)
    report: dict[str, Any] = {}

    def fill(folder: Path) -> None:
        stages = _write_results(folder, stem, result.labels, volume, found, formats)
        seconds = {**(timings or {}), **result.timings, **stages}
        report.update(build_report(result, volume, bundle, source, seconds, [*names, report_name]))
        text = json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / report_name).write_text(text + "\n", encoding="utf-8")

    write_together(directory, fill, outdated=_names(stem, chosen, formats))
    return report


def _names(stem: str, segments: Sequence[SegmentDefinition], formats: Iterable[str]) -> list[str]:
    if not segments:
        return []
    names = [f"{stem}.{name}" for name in (SEG_NRRD, LABELS_NIFTI) if name in formats]
    return names + [_stl_name(stem, segment) for segment in segments if STL in formats]


def _report_name(stem: str) -> str:
    return f"{stem}.report.json"


def _stl_name(stem: str, segment: SegmentDefinition) -> str:
    return f"{stem}_{segment.id}.stl"


def _write_results(
    folder: Path,
    stem: str,
    labels: np.ndarray,
    volume: Volume,
    found: list[SegmentDefinition],
    formats: Iterable[str],
) -> dict[str, float]:
    """Write all but the report; return the seconds that surfaces and files took."""
    start = time.perf_counter()
    surfaces = {
        segment: closed_surface(labels == segment.label, volume.ijk_to_lps)
        for segment in found
        if STL in formats
    }
    after_surfaces = time.perf_counter()
    if found and SEG_NRRD in formats:
        described = [LabelledSegment.of(definition) for definition in found]
        write_seg_nrrd(folder / f"{stem}.{SEG_NRRD}", labels, volume.ijk_to_lps, described)
    if found and LABELS_NIFTI in formats:
        write_nifti(folder / f"{stem}.{LABELS_NIFTI}", labels, volume.ijk_to_lps)
    for segment, surface in surfaces.items():
        write_stl(surface, folder / _stl_name(stem, segment))
    end = time.perf_counter()
    return {"surface": after_surfaces - start, "write": end - after_surfaces}


def _format_warnings(volume: Volume, formats: Iterable[str]) -> tuple[str, ...]:
    if LABELS_NIFTI not in formats:
        return ()
    return tuple(
        f"{warning} Prefer {SEG_NRRD}."
        for warning in nifti_warnings(volume.ijk_to_lps, LABELS_NIFTI)
    )
