"""The series of a study, each in a folder of its own, and what their headers tell us."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.segmentation.dicom_slice import DicomSlice, read_slice
from PelvicBoneSegLib.segmentation.weighting import weighting

from ..errors import ArchiveError, BurnedInNameError, TooLargeWhenReadError

_TAGS = (
    "BitsAllocated",
    "BurnedInAnnotation",
    "EchoTime",
    "Modality",
    "PatientBirthDate",
    "PatientID",
    "PatientName",
    "RepetitionTime",
    "ScanningSequence",
    "SeriesDescription",
)

_MODALITY = re.compile(r"[A-Z]{2,4}")
"""DICOM's defined terms; anything else might be free text."""

_FEWEST_SLICES = 3


@dataclass(frozen=True)
class Series:
    """A series that may be a scan.

    Attributes
    ----------
    folder
        Holds its files and nothing else.
    patient
        What tells patients apart; never stored, see `pseudonym.pseudonym_of`. "" where unknown.
    modality
        As in DICOM; "" where unknown.
    weighting
        One of `weighting.WEIGHTINGS`, or None.
    """

    folder: Path
    patient: str
    modality: str
    weighting: str | None


def sort_series(files: list[Path], folder: Path, limit: int) -> list[Series]:
    """Move DICOM files into a folder for each series.

    Localisers and single pictures are left out where there is anything else, as
    `segmentation.dicom_folder` does.

    Parameters
    ----------
    folder
        Where to make the folders.
    limit
        Bytes that the voxels of a series may take in memory.

    Raises
    ------
    ArchiveError
        There is no image among the files.
    BurnedInNameError, TooLargeWhenReadError
        A series must not be stored, or is too large.
    UnreadableImageError
        A header is damaged.
    """
    by_series: dict[str, list[DicomSlice]] = defaultdict(list)
    for file in files:
        one = read_slice(file)
        if one is not None:
            by_series[one.series].append(one)
    found = list(by_series.values())
    if not found:
        raise ArchiveError("it holds no DICOM image")
    stacks = [one for one in found if len(one) >= _FEWEST_SLICES and not one[0].is_localiser]
    return [
        _series(slices, folder / f"series-{number}", limit)
        for number, slices in enumerate(stacks or found, 1)
    ]


def _series(slices: list[DicomSlice], folder: Path, limit: int) -> Series:
    header = _header(slices[0].path)
    if str(header.get("BurnedInAnnotation", "")).upper() == "YES":
        raise BurnedInNameError
    depth = max(1, int(header.get("BitsAllocated") or 16) // 8)
    size = sum(one.rows * one.columns * one.frames * one.samples for one in slices) * depth
    if size > limit:
        raise TooLargeWhenReadError(size, limit)
    folder.mkdir()
    for one in slices:
        one.path.rename(folder / one.path.name)
    modality = str(header.get("Modality", ""))
    return Series(
        folder=folder,
        patient=_patient(header),
        modality=modality if _MODALITY.fullmatch(modality) else "",
        weighting=weighting(
            _text(header, "SeriesDescription"),
            "\\".join(_values(header.get("ScanningSequence"))),
            _number(header.get("RepetitionTime")),
            _number(header.get("EchoTime")),
        ),
    )


def _header(path: Path) -> Any:
    from pydicom import dcmread

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in read_slice, which has read the file before
        return dcmread(path, stop_before_pixels=True, specific_tags=list(_TAGS))


def _patient(header: Any) -> str:
    number = _text(header, "PatientID")
    return number or " ".join(
        filter(None, (_text(header, "PatientName"), _text(header, "PatientBirthDate")))
    )


def _text(header: Any, name: str) -> str:
    return str(header.get(name) or "").strip()


def _values(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(map(str, value or ()))


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
