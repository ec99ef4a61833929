"""Faults in image files that ITK repairs in silence, or reads past.

Seen with ITK 5.4: of a NIfTI file that ends early the rest is read as zeros; so are NIfTI voxels
that are not finite; a NIfTI spacing that is 0 or not a number becomes 1 mm, a negative one
positive; a NIfTI sform that contradicts the spacing is taken for its directions alone; a negative
MetaImage spacing becomes a flipped axis.
"""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from ..errors import AbsurdGeometryError, NonFiniteVoxelsError, UnreadableImageError

_TEXT_HEADER_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"

_BLOCK_BYTES = 1 << 22

_TAIL_BYTES = 1 << 16
"""Read beyond the voxels: at its end, gzip compares the checksum."""

_PAIR_SUFFIXES = (".hdr", ".img", ".hdr.gz", ".img.gz")

_NIFTI_FLOATS = {16: "f4", 64: "f8"}

SCALE_TOLERANCE = 0.01
"""How far the sform's voxel size may be from the stated spacing, relatively."""

_NIFTI_1_HEADER, _NIFTI_2_HEADER = 348, 540
"""The size of the header is its first number."""

# https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
_NIFTI_FIELDS = {
    "dim": (40, "8h"),
    "datatype": (70, "h"),
    "bitpix": (72, "h"),
    "pixdim": (76, "8f"),
    "vox_offset": (108, "f"),
    "form_codes": (252, "2h"),
    "sform": (280, "12f"),
}


def check_name(path: Path) -> None:
    """Check that a file's name is text; with another, ITK ends the whole program.

    Raises
    ------
    UnreadableImageError
        The name has bytes that are not UTF-8.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise UnreadableImageError(path, "its name is not UTF-8 text, rename it") from error


def check_nifti(path: Path) -> None:
    """Check that a NIfTI file is whole, that its spacing is one and its voxels are numbers.

    Raises
    ------
    UnreadableImageError
        It is no NIfTI in one file, or ends before its last voxel, or its compression is damaged.
    AbsurdGeometryError
        Its spacing is not a positive number, or contradicts its sform.
    NonFiniteVoxelsError
        It has voxels that are not a number or infinite.
    """
    if path.name.lower().endswith(_PAIR_SUFFIXES):
        raise UnreadableImageError(path, "NIfTI in two files (hdr and img) is not supported")
    with path.open("rb") as file:
        try:
            _check_content(path, _uncompressed(file))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableImageError(path, "it is truncated or damaged") from error


def check_meta_image(path: Path) -> None:
    """Check the spacing in the text header of an MHA or MHD file.

    Raises
    ------
    AbsurdGeometryError
        It is not a positive number.
    """
    with path.open("rb") as file:
        header = file.read(_TEXT_HEADER_BYTES).split(b"ElementDataFile")[0].decode("latin-1")
    found = re.search(r"^ElementSpacing\s*=(.*)$", header, re.MULTILINE)
    if found and not all(_is_positive(text) for text in found.group(1).split()):
        raise AbsurdGeometryError(f"spacing {' × '.join(found.group(1).split())} mm")


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def _uncompressed(file: BinaryIO) -> BinaryIO:
    is_compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_compressed else file


def _check_content(path: Path, file: BinaryIO) -> None:
    """Go through the voxels block by block; the file may be larger than memory."""
    byte_order, fields = _nifti_fields(path, file.read(_NIFTI_1_HEADER))
    _check_nifti_spacing(fields)
    start, end, dtype = _voxel_layout(path, fields)
    reached = _NIFTI_1_HEADER + sum(len(block) for block in _blocks(file, start - _NIFTI_1_HEADER))
    bad = 0
    for block in _blocks(file, end - start):
        reached += len(block)
        if dtype:
            bad += _count_non_finite(block, byte_order + dtype)
    if reached < end:
        raise UnreadableImageError(
            path, f"it is truncated ({reached} bytes of {end} when uncompressed)"
        )
    file.read(_TAIL_BYTES)
    if bad:
        raise NonFiniteVoxelsError(bad)


def _blocks(file: BinaryIO, count: int) -> Iterator[bytes]:
    while count > 0 and (block := file.read(min(count, _BLOCK_BYTES))):
        yield block
        count -= len(block)


def _count_non_finite(block: bytes, dtype: str) -> int:
    whole = len(block) // np.dtype(dtype).itemsize
    return whole - int(np.count_nonzero(np.isfinite(np.frombuffer(block, dtype, whole))))


def _nifti_fields(path: Path, content: bytes) -> tuple[str, dict[str, tuple[float, ...]]]:
    """Return the byte order and the fields of the header."""
    for byte_order in "<>" if len(content) >= _NIFTI_1_HEADER else "":
        size = struct.unpack_from(f"{byte_order}i", content)[0]
        if size == _NIFTI_2_HEADER:
            raise UnreadableImageError(path, "NIfTI-2 is not supported, only NIfTI-1")
        if size == _NIFTI_1_HEADER:
            return byte_order, {
                name: struct.unpack_from(byte_order + form, content, offset)
                for name, (offset, form) in _NIFTI_FIELDS.items()
            }
    raise UnreadableImageError(path, "its NIfTI header is damaged")


def _voxel_layout(path: Path, fields: dict[str, tuple[float, ...]]) -> tuple[int, int, str | None]:
    """Return where the voxels begin and end, and their NumPy type if it is a float."""
    start = int(fields["vox_offset"][0]) if math.isfinite(fields["vox_offset"][0]) else -1
    sizes = [int(size) for size in fields["dim"][1 : 1 + int(fields["dim"][0])]]
    dtype = _NIFTI_FLOATS.get(int(fields["datatype"][0]))
    bits = np.dtype(dtype).itemsize * 8 if dtype else fields["bitpix"][0]
    if start < 0 or not sizes or min(sizes) < 1 or bits != fields["bitpix"][0]:
        raise UnreadableImageError(path, "its NIfTI header is damaged")
    start = max(start, _NIFTI_1_HEADER)  # as ITK does
    return start, start + math.prod(sizes) * int(fields["bitpix"][0]) // 8, dtype


def _check_nifti_spacing(fields: dict[str, tuple[float, ...]]) -> None:
    spacing = np.array(fields["pixdim"][1:4], np.float64)
    text = " × ".join(f"{value:.4g}" for value in spacing)
    if fields["dim"][0] >= 3 and not (np.isfinite(spacing) & (spacing > 0)).all():
        raise AbsurdGeometryError(f"spacing {text} mm")
    qform_code, sform_code = fields["form_codes"]
    if qform_code <= 0 < sform_code:
        scale = np.linalg.norm(np.reshape(fields["sform"], (3, 4))[:, :3], axis=0)
        if not np.allclose(scale, spacing, rtol=SCALE_TOLERANCE):
            other = " × ".join(f"{value:.4g}" for value in scale)
            raise AbsurdGeometryError(f"its header says both {text} mm and {other} mm (sform)")
