"""A folder of DICOM files that holds one series of slices."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import (
    EmptyDicomFolderError,
    IrregularSlicesError,
    NotScalarError,
    SeveralSeriesError,
    TooFewSlicesError,
    UnreadableImageError,
    WrongDimensionError,
)
from .native_stderr import captured_native_stderr

GAP_TOLERANCE = 0.1
"""How far a slice may be from its place in a regular stack, in slice distances."""

PARALLEL_TOLERANCE = 1e-3
"""How far row and column directions (unit vectors) may differ between slices."""

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


@dataclass(frozen=True)
class DicomSlice:
    """One file: the header elements that its place depends on, and its length after them."""

    path: Path
    header: Any
    bytes_of_pixels: int

    @property
    def is_localiser(self) -> bool:
        """Whether it is a planning picture."""
        return "LOCALIZER" in (self.header.get("ImageType") or ())

    @property
    def position(self) -> np.ndarray:
        """LPS of the centre of its first voxel, in mm."""
        return np.array(self.header.ImagePositionPatient, np.float64)

    @property
    def orientation(self) -> np.ndarray:
        """Directions in which columns (i) and rows (j) are counted; shape (2, 3)."""
        return np.array(self.header.ImageOrientationPatient, np.float64).reshape(2, 3)


def read_dicom_folder(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the one series of slices in a folder.

    Localisers, series of fewer than three slices and other files may lie beside it. Folders within
    the folder are not looked into.

    Returns
    -------
    Voxels of shape (K, J, I) and the 4×4 IJK→LPS matrix, slices along their normal.

    Raises
    ------
    EmptyDicomFolderError, SeveralSeriesError
        Not exactly one series.
    UnreadableImageError, NotScalarError, WrongDimensionError, TooFewSlicesError
        A file is damaged, or the series is no scalar 3D volume.
    IrregularSlicesError
        The slices are not parallel, or one is missing or elsewhere.
    """
    slices = _only_series(path)
    _check_headers(path, slices)
    normal = np.cross(*slices[0].orientation)
    slices = sorted(slices, key=lambda one: float(one.position @ normal))
    step = _check_stack(path, slices)
    return _read_voxels([one.path for one in slices]), _matrix(slices[0], step)


def _only_series(folder: Path) -> list[DicomSlice]:
    series = defaultdict(list)
    for path in sorted(folder.iterdir()):
        one = _read_slice(path) if path.is_file() else None
        if one is not None:
            series[one.header.SeriesInstanceUID].append(one)
    found = list(series.values())
    stacks = [one for one in found if len(one) >= 3 and not one[0].is_localiser] or found
    if not stacks:
        raise EmptyDicomFolderError(folder)
    if len(stacks) > 1:
        raise SeveralSeriesError(folder, [_description(one) for one in stacks])
    return stacks[0]


def _description(slices: list[DicomSlice]) -> str:
    header = slices[0].header
    name = header.get("SeriesDescription") or "no description"
    return f"{header.get('SeriesNumber') or '?'} '{name}' ({len(slices)} images)"


def _read_slice(path: Path) -> DicomSlice | None:
    """Return an image without its voxels, None for any other file."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    size = path.stat().st_size
    if not size and path.suffix.lower() in ("", ".dcm", ".ima"):
        raise UnreadableImageError(path, "the file is empty")
    try:
        with path.open("rb") as file:
            header = dcmread(file, stop_before_pixels=True, specific_tags=list(_TAGS))
            bytes_of_pixels = size - file.tell()
    except InvalidDicomError:
        return None
    except (EOFError, OSError, ValueError) as error:
        raise UnreadableImageError(path, "its DICOM header is damaged") from error
    if "SeriesInstanceUID" in header and "Rows" in header and "Columns" in header:
        return DicomSlice(path, header, bytes_of_pixels)
    kind = header.file_meta.get("MediaStorageSOPClassUID")
    if kind is None or "Image Storage" in kind.name:
        raise UnreadableImageError(path, "its DICOM header is truncated")
    return None


def _check_headers(folder: Path, slices: list[DicomSlice]) -> None:
    for one in slices:
        if int(one.header.get("NumberOfFrames") or 1) > 1:
            raise UnreadableImageError(
                one.path, "it is a multi-frame DICOM object (load it into Slicer, save as NRRD)"
            )
        samples = int(one.header.get("SamplesPerPixel") or 1)
        if samples > 1:
            raise NotScalarError(samples)
        needed = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
        if any(not one.header.get(name) for name in needed):
            raise UnreadableImageError(one.path, "its DICOM header does not say where the slice is")
        _check_length(one)
    if len(slices) < 3:
        header = slices[0].header
        raise TooFewSlicesError((len(slices), int(header.Rows), int(header.Columns)))
    if len({(one.header.Rows, one.header.Columns) for one in slices}) > 1:
        raise IrregularSlicesError(folder, "they differ in size")


def _check_length(one: DicomSlice) -> None:
    """Uncompressed voxels that are cut off would be read as whatever is in memory."""
    header = one.header
    syntax = header.file_meta.TransferSyntaxUID
    if syntax.is_compressed or syntax.is_deflated:
        return
    bits = int(header.Rows) * int(header.Columns) * int(header.get("BitsAllocated", 16))
    if one.bytes_of_pixels < bits // 8 + (8 if syntax.is_implicit_VR else 12):
        raise UnreadableImageError(one.path, "it is truncated")


def _check_stack(folder: Path, slices: list[DicomSlice]) -> np.ndarray:
    """Return the vector in mm from one slice to the next."""
    turned = [np.abs(one.orientation - slices[0].orientation).max() for one in slices]
    if max(turned) > PARALLEL_TOLERANCE:
        raise IrregularSlicesError(folder, "they are not parallel")
    positions = np.array([one.position for one in slices])
    gaps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    usual = float(np.median(gaps))
    if gaps.min() < GAP_TOLERANCE * usual or usual == 0:
        raise WrongDimensionError(4)  # several images of one place: time points, echoes
    worst = int(np.argmax(np.abs(gaps - usual)))
    if abs(gaps[worst] - usual) > GAP_TOLERANCE * usual:
        raise IrregularSlicesError(
            folder,
            f"{slices[worst].path.name} and {slices[worst + 1].path.name} are {gaps[worst]:.4g} mm "
            f"apart, the others {usual:.4g} mm, so slices may be missing",
        )
    step = (positions[-1] - positions[0]) / (len(slices) - 1)
    off = np.linalg.norm(positions - positions[0] - np.arange(len(slices))[:, None] * step, axis=1)
    if off.max() > GAP_TOLERANCE * usual:
        raise IrregularSlicesError(
            folder, f"{slices[int(off.argmax())].path.name} is {off.max():.4g} mm out of line"
        )
    return step


def _matrix(first: DicomSlice, step: np.ndarray) -> np.ndarray:
    """DICOM PS3.3 C.7.6.2.1.1; pixel spacing gives the distance of rows first."""
    between_rows, between_columns = (float(value) for value in first.header.PixelSpacing)
    along_i, along_j = first.orientation
    matrix = np.eye(4)
    matrix[:3, 0] = along_i * between_columns
    matrix[:3, 1] = along_j * between_rows
    matrix[:3, 2] = step
    matrix[:3, 3] = first.position
    return matrix


def _read_voxels(paths: list[Path]) -> np.ndarray:
    import SimpleITK as sitk

    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in paths])
    with captured_native_stderr():
        try:
            return sitk.GetArrayFromImage(reader.Execute())
        except RuntimeError as error:
            raise UnreadableImageError(
                paths[0].parent, "the voxels of a DICOM file in it are truncated or damaged"
            ) from error
