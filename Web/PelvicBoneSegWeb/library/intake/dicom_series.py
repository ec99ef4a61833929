"""The series of a study, each in a folder of its own, and what their headers tell us."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.errors import UnreadableImageError
from PelvicBoneSegLib.segmentation.dicom_slice import DAMAGE, DicomSlice, read_slice
from PelvicBoneSegLib.segmentation.weighting import weighting

from ..errors import ArchiveError, BurnedInNameError, TooLargeWhenReadError
from ..limits import Limits

_TAGS = (
    "BitsAllocated",
    "EchoTime",
    "Modality",
    "PatientBirthDate",
    "PatientID",
    "PatientName",
    "RepetitionTime",
    "ScanningSequence",
    "SeriesDescription",
)

_BURNED_IN = "BurnedInAnnotation"
"""A screenshot may be the last of a series."""

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


def sort_series(files: list[Path], folder: Path, limits: Limits) -> list[Series]:
    """Move DICOM files into a folder for each series.

    Localisers and single pictures are left out where there is anything else, as
    `segmentation.dicom_folder` does.

    Parameters
    ----------
    folder
        Where to make the folders.
    limits
        `Limits.scan_bytes` bounds the voxels of a series in memory, `Limits.archive_bytes` those of
        all of them.

    Raises
    ------
    ArchiveError
        There is no image among the files.
    BurnedInNameError, TooLargeWhenReadError
        A series must not be stored, or is too large, or all of them are.
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
    chosen = [(slices, _header(slices[0].path, _TAGS)) for slices in stacks or found]
    _check_sizes([_bytes_of(slices, header) for slices, header in chosen], limits)
    return [
        _series(slices, header, folder / f"series-{number}")
        for number, (slices, header) in enumerate(chosen, 1)
    ]


def _check_sizes(sizes: list[int], limits: Limits) -> None:
    if max(sizes) > limits.scan_bytes:
        raise TooLargeWhenReadError(max(sizes), limits.scan_bytes)
    if sum(sizes) > limits.archive_bytes:
        most = limits.archive_bytes >> 20
        raise ArchiveError(f"its series take {sum(sizes) >> 20} MB when read, more than {most} MB")


def _bytes_of(slices: list[DicomSlice], header: Any) -> int:
    depth = max(1, int(_number(header.get("BitsAllocated")) or 16) // 8)
    return sum(one.rows * one.columns * one.frames * one.samples for one in slices) * depth


def _series(slices: list[DicomSlice], header: Any, folder: Path) -> Series:
    if any(_has_text_in_it(one.path) for one in slices):
        raise BurnedInNameError
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


def _has_text_in_it(path: Path) -> bool:
    header = _header(path, (_BURNED_IN,))
    return str(header.get(_BURNED_IN, "")).strip().upper() == "YES"


def _header(path: Path, tags: Sequence[str]) -> Any:
    from pydicom import dcmread
    from pydicom.errors import BytesLengthException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in read_slice, which has read the file before
        try:
            header = dcmread(path, stop_before_pixels=True, specific_tags=list(tags))
            list(header)  # pydicom finds out what a value is when it is asked for
        except (*DAMAGE, BytesLengthException) as error:
            raise UnreadableImageError(path, "its DICOM header is damaged") from error
    return header


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
