"""What a file is, by its content. Its name is never asked."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

from ..errors import ArchiveError, RefusedFileError

NIFTI, NIFTI_GZ, NRRD, META_IMAGE, ZIP = ".nii", ".nii.gz", ".nrrd", ".mha", ".zip"

_HEAD_BYTES = 4096
_NIFTI_HEADER = 348
_NIFTI_MAGIC_AT, _IN_ONE_FILE, _IN_TWO_FILES = 344, b"n+1\0", b"ni1\0"
_DICOM_PREAMBLE, _DICOM_MAGIC = 128, b"DICM"


def format_of(path: Path) -> str:
    """Return the suffix that the file should have.

    Raises
    ------
    RefusedFileError
        It is none of our formats.
    ArchiveError
        It is an empty zip file.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if head.startswith(b"PK\x05\x06"):
        raise ArchiveError("it is empty")
    if head.startswith(b"NRRD"):
        return NRRD
    if head.startswith(b"\x1f\x8b"):
        _check_nifti(_first_bytes(path))
        return NIFTI_GZ
    if is_dicom(head):
        raise RefusedFileError("it is a single DICOM slice; zip the folder of its series")
    if _is_meta_image(head):
        return META_IMAGE
    _check_nifti(head)
    return NIFTI


def is_dicom(head: bytes) -> bool:
    """Tell by its first bytes whether a file is DICOM (PS3.10, 7.1)."""
    return head[_DICOM_PREAMBLE : _DICOM_PREAMBLE + len(_DICOM_MAGIC)] == _DICOM_MAGIC


def _is_meta_image(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0]
    return first.split(b"=")[0].strip() in (b"ObjectType", b"NDims", b"Comment")


def _first_bytes(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(_NIFTI_HEADER)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RefusedFileError("its compression is damaged") from error


def _check_nifti(head: bytes) -> None:
    sizes = [struct.unpack_from(f"{order}i", head)[0] for order in "<>"] if len(head) >= 4 else []
    if _NIFTI_HEADER not in sizes and 540 not in sizes:
        raise RefusedFileError("it is not an image in one of these formats")
    magic = head[_NIFTI_MAGIC_AT : _NIFTI_MAGIC_AT + 4]
    if magic == _IN_TWO_FILES:
        raise RefusedFileError("it is half of a NIfTI in two files (hdr and img)")
    if _NIFTI_HEADER in sizes and magic != _IN_ONE_FILE:
        raise RefusedFileError("it is an Analyze image, which does not say how the patient lies")
