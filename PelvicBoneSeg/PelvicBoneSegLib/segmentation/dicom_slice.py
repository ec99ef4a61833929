"""One DICOM file: what its header says, as checked numbers."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UnreadableImageError

_TAGS = (
    "BitsAllocated",
    "Columns",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "ImageType",
    "NumberOfFrames",
    "PixelSpacing",
    "Rows",
    "SamplesPerPixel",
    "SeriesDescription",
    "SeriesInstanceUID",
    "SeriesNumber",
)

DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
"""What pydicom, which converts a value when it is asked for, raises where one makes no sense.

Memory gives out where a damaged length speaks of gigabytes; whole headers need next to none.
"""


@dataclass(frozen=True, eq=False)
class DicomSlice:
    """An image of a series, without its voxels.

    Attributes
    ----------
    path
        Its file.
    series, description
        What tells the series from others: for us its UID, for the user its number and name.
    is_localiser
        Whether it is a planning picture.
    rows, columns, samples, frames
        Number of voxels along j and i, of values a voxel, and of images in the file.
    position
        LPS of the centre of its first voxel, in mm. NaN, like the next two, where the header
        does not tell.
    orientation
        Directions in which columns (i) and rows (j) are counted, shape (2, 3), LPS.
    pixel_spacing
        Distance in mm of rows, then of columns.
    is_cut_off
        Whether the file ends before its last voxel, as far as can be seen without decompressing.
    """

    path: Path
    series: str
    description: str
    is_localiser: bool
    rows: int
    columns: int
    samples: int
    frames: int
    position: np.ndarray
    orientation: np.ndarray
    pixel_spacing: np.ndarray
    is_cut_off: bool

    @property
    def has_place(self) -> bool:
        """Whether the header says where the slice is."""
        parts = (self.position, self.orientation, self.pixel_spacing)
        return all(bool(np.isfinite(part).all()) for part in parts)


def read_slice(path: Path) -> DicomSlice | None:
    """Return what the header of an image says, None for any other file.

    Raises
    ------
    UnreadableImageError
        The file is empty, or its header is truncated or damaged.
    OSError
        The file cannot be opened.
    """
    from pydicom.errors import BytesLengthException, InvalidDicomError

    size = path.stat().st_size
    if not size and path.suffix.lower() in ("", ".dcm", ".ima"):
        raise UnreadableImageError(path, "the file is empty")
    try:
        with warnings.catch_warnings():
            # pydicom warns of values that break the standard; those that matter are checked here.
            warnings.simplefilter("ignore")
            return _read(path, size)
    except InvalidDicomError:
        return None
    except (*DAMAGE, BytesLengthException) as error:
        raise UnreadableImageError(path, "its DICOM header is damaged") from error


def _read(path: Path, size: int) -> DicomSlice | None:
    from pydicom import dcmread

    with path.open("rb") as file:
        header = dcmread(file, stop_before_pixels=True, specific_tags=list(_TAGS))
        bytes_of_pixels = size - file.tell()
    if not all(name in header for name in ("SeriesInstanceUID", "Rows", "Columns")):
        kind = header.file_meta.get("MediaStorageSOPClassUID")
        if kind is None or "Image Storage" in kind.name:
            raise UnreadableImageError(path, "its DICOM header is truncated")
        return None
    rows, columns = _count(header.Rows), _count(header.Columns)
    samples = _count(header.get("SamplesPerPixel") or 1)
    frames = _count(header.get("NumberOfFrames") or 1)
    bits = rows * columns * samples * frames * _count(header.get("BitsAllocated") or 16)
    return DicomSlice(
        path=path,
        series=str(header.SeriesInstanceUID),
        description=_description(header),
        is_localiser="LOCALIZER" in (header.get("ImageType") or ()),
        rows=rows,
        columns=columns,
        samples=samples,
        frames=frames,
        position=_numbers(header.get("ImagePositionPatient"), (3,)),
        orientation=_numbers(header.get("ImageOrientationPatient"), (2, 3)),
        pixel_spacing=_numbers(header.get("PixelSpacing"), (2,)),
        is_cut_off=_is_cut_off(header.file_meta.TransferSyntaxUID, bits, bytes_of_pixels),
    )


def _description(header: Any) -> str:
    name = header.get("SeriesDescription") or "no description"
    return f"{header.get('SeriesNumber') or '?'} '{name}'"


def _count(value: Any) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(f"a count of {number}")
    return number


def _numbers(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    if not value:
        return np.full(shape, np.nan)
    numbers = np.array(value, np.float64).reshape(shape)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{value} are no numbers")
    return numbers


def _is_cut_off(syntax: Any, bits: int, bytes_left: int) -> bool:
    """Tell whether voxels are missing, in whose place whatever is in memory would be read."""
    if syntax.is_compressed or syntax.is_deflated:
        return False
    return bytes_left < bits // 8 + (8 if syntax.is_implicit_VR else 12)
