"""DICOM files out of a zip file of a stranger."""

from __future__ import annotations

import stat
import zlib
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ..errors import ArchiveError
from ..limits import Limits
from .formats import is_dicom
from .zip_end import check_list_of_entries

_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 132
_ENCRYPTED = 0x1

_SMALL_BYTES = 1 << 20
"""Entries up to here may grow as much as they like: they are bounded by their number."""


def unpack(archive: Path, folder: Path, limits: Limits) -> list[Path]:
    """Write the DICOM files of a zip file into a folder, under numbers.

    Names in the archive decide nothing but whether it is refused. What is no DICOM is left out.

    Returns
    -------
    The files.

    Raises
    ------
    ArchiveError
        It is no zip file, damaged, encrypted, too large or too many when unpacked, holds links or
        paths that lead out of a folder, or no DICOM at all.
    OSError
        The folder cannot be written to.
    """
    check_list_of_entries(archive, limits.archive_files)
    try:
        opened = ZipFile(archive)
    except (BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise ArchiveError("it is damaged") from error
    with opened:
        entries = _checked_entries(opened, limits)
        written: list[Path] = []
        left = limits.archive_bytes
        for entry in entries:
            target = folder / f"{len(written) + 1:06}.dcm"
            size = _unpack_entry(opened, entry, target, left)
            left -= size
            if size:
                written.append(target)
    if not written:
        raise ArchiveError("it holds no DICOM file")
    return written


def _checked_entries(opened: ZipFile, limits: Limits) -> list[ZipInfo]:
    entries = opened.infolist()
    if len(entries) > limits.archive_files:
        raise ArchiveError(f"it holds {len(entries)} entries, more than {limits.archive_files}")
    files = [entry for entry in entries if not entry.is_dir()]
    for entry in entries:
        _check_entry(entry, limits)
    total = sum(entry.file_size for entry in files)
    if total > limits.archive_bytes:
        raise ArchiveError(
            f"it holds {total >> 20} MB when unpacked, more than {limits.archive_bytes >> 20} MB"
        )
    return files


def _check_entry(entry: ZipInfo, limits: Limits) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if ".." in path.parts or path.is_absolute() or ":" in entry.filename:
        raise ArchiveError("it holds a path that leads out of its folder")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveError("it holds a link, or something else that is no plain file")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        # LZMA asks for as much memory as the archive says, and has errors of its own.
        raise ArchiveError("it is packed in a way that is not supported")
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError("it is encrypted")
    grows = entry.file_size > limits.archive_ratio * max(entry.compress_size, 1)
    if grows and entry.file_size > _SMALL_BYTES:
        raise ArchiveError("a file in it would grow suspiciously much")


def _unpack_entry(opened: ZipFile, entry: ZipInfo, target: Path, left: int) -> int:
    """Write an entry if it is DICOM; return its size, 0 for another."""
    try:
        with opened.open(entry) as source:
            head = _read(source, _HEAD_BYTES)
            if not is_dicom(head):
                return 0
            with target.open("xb") as file:
                return _copy(head, source, file, left)
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise ArchiveError("it is damaged") from error


def _copy(head: bytes, source: IO[bytes], target: IO[bytes], left: int) -> int:
    """Copy at most what is left: the sizes that an archive states need not be true."""
    total, block = 0, head
    while block:
        total += len(block)
        if total > left:
            raise ArchiveError("it holds more than it says")
        target.write(block)
        block = source.read(_BLOCK_BYTES)
    return total


def _read(source: IO[bytes], count: int) -> bytes:
    head = b""
    while len(head) < count and (block := source.read(count - len(head))):
        head += block
    return head
