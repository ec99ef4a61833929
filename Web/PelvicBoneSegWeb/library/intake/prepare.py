"""An uploaded file becomes folders that the library can take in. Runs in the process of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PelvicBoneSegLib.errors import InputError
from PelvicBoneSegLib.segmentation.label_files import write_nrrd
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.volume import Volume

from ..errors import TooLargeWhenReadError
from ..folder import SCAN_FILE, THUMBNAIL_FILE
from ..limits import Limits
from ..pseudonym import pseudonym_of
from ..scan import ScanDescription
from .dicom_series import Series, sort_series
from .formats import META_IMAGE, NRRD, ZIP, format_of
from .headers import check_meta_header, check_nrrd_header
from .thumbnail import write_thumbnail
from .unpack import unpack

UPLOAD = "upload"
"""What the received file is called."""

_NO_PLANE = "3D"

_WIDEST_VOXEL = 8
"""Bytes."""

_CHECKS: dict[str, Callable[[Path], None]] = {
    NRRD: check_nrrd_header,
    META_IMAGE: check_meta_header,
}


@dataclass(frozen=True)
class Prepared:
    """What came of an upload.

    Attributes
    ----------
    scans
        For each scan its folder, with `SCAN_FILE` and `THUMBNAIL_FILE`, and what it is.
    refused
        Why other series of the same file were left out.
    """

    scans: tuple[tuple[Path, ScanDescription], ...]
    refused: tuple[str, ...] = ()


def prepare(folder: Path, secret: bytes, limits: Limits) -> Prepared:
    """Check the file `UPLOAD` in a folder, and write what is to be stored beside it.

    Of the file, voxels and geometry are kept, the modality's code and what the series is weighted
    by: no other word of its headers.

    Parameters
    ----------
    folder
        Relative, so that no message tells where the server keeps things.
    secret
        See `pseudonym.pseudonym_of`.

    Raises
    ------
    InputError
        The file, or each series in it, is refused.
    OSError
        The folder cannot be written to.
    """
    upload = folder / UPLOAD
    suffix = format_of(upload)
    if suffix == ZIP:
        return _prepare_archive(folder, upload, secret, limits)
    # ITK and our own checks go by the suffix.
    file = upload.rename(folder / f"{UPLOAD}{suffix}")
    if suffix in _CHECKS:
        _CHECKS[suffix](file)
    _check_size(file, limits.scan_bytes)
    scan = _store(folder / "scan-1", read_volume(file), "", "", None)
    return Prepared((scan,))


def _prepare_archive(folder: Path, archive: Path, secret: bytes, limits: Limits) -> Prepared:
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    files = unpack(archive, unpacked, limits)
    archive.unlink()
    scans, refused = [], []
    for number, one in enumerate(sort_series(files, folder, limits), 1):
        try:
            volume = read_volume(one.folder)
        except InputError as error:
            refused.append(error)
            continue
        scans.append(_store_series(folder / f"scan-{number}", volume, one, secret))
    if not scans:
        raise refused[0]
    return Prepared(tuple(scans), tuple(str(error.message) for error in refused))


def _store_series(
    target: Path, volume: Volume, series: Series, secret: bytes
) -> tuple[Path, ScanDescription]:
    patient = pseudonym_of(series.patient, secret) if series.patient else ""
    return _store(target, volume, patient, series.modality, series.weighting)


def _store(
    target: Path, volume: Volume, patient: str, modality: str, weighting: str | None
) -> tuple[Path, ScanDescription]:
    target.mkdir()
    write_nrrd(target / SCAN_FILE, volume.voxels, volume.ijk_to_lps)
    write_thumbnail(target / THUMBNAIL_FILE, volume)
    plane = volume.axes.acquisition_plane or ""
    slices, rows, columns = volume.voxels.shape
    i, j, k = (round(float(value), 4) for value in volume.spacing)
    return target, ScanDescription(
        patient=patient,
        series=" ".join(_words(weighting, plane)),
        modality=modality,
        plane=plane,
        size=(columns, rows, slices),
        spacing=(i, j, k),
        bytes=(target / SCAN_FILE).stat().st_size,
    )


def _words(weighting: str | None, plane: str) -> Iterator[str]:
    if weighting:
        yield weighting
    yield plane or _NO_PLANE


def _check_size(path: Path, limit: int) -> None:
    """Refuse by the header what would fill the memory; what is wrong with it is told later."""
    import SimpleITK as sitk

    from PelvicBoneSegLib.segmentation.native_stderr import captured_native_stderr

    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    with captured_native_stderr():
        try:
            reader.ReadImageInformation()
        except RuntimeError:
            return  # read_volume says why
    bits = re.search(r"(\d+)-bit", sitk.GetPixelIDValueAsString(reader.GetPixelID()))
    depth = int(bits[1]) // 8 if bits else _WIDEST_VOXEL
    size = math.prod(reader.GetSize()) * reader.GetNumberOfComponents() * depth
    if size > limit:
        raise TooLargeWhenReadError(size, limit)
