"""A bundle in a zip file. No path of the archive is ever trusted."""

from __future__ import annotations

import stat
import zlib
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ..errors import BundleArchiveError
from .bundle import DESCRIPTION_FILE, WEIGHTS_FILE

MAX_BYTES = {DESCRIPTION_FILE: 1 << 20, WEIGHTS_FILE: 1 << 30}
"""The largest network that smp offers has some 700 MB of weights in float16."""

MAX_RATIO = 200
"""Weights hardly shrink and `bundle.json` some five times; a bomb shrinks a thousand times."""

MAX_ENTRIES = 32
_BLOCK_BYTES = 1 << 20
_ENCRYPTED = 0x1


def unpack(archive: Path, folder: Path) -> None:
    """Write a zip file's two files into an empty folder, under our own names.

    They may lie at the root of the archive or together in one folder of it. What macOS adds to
    every archive is left out; anything else is refused.

    Raises
    ------
    BundleArchiveError
        It is no zip file, or damaged, too large, encrypted, or holds anything else.
    OSError
        The folder cannot be written to.
    """
    try:
        opened = ZipFile(archive)
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise BundleArchiveError(archive, "it is no zip file") from error
    except OSError as error:
        raise BundleArchiveError(archive, f"it cannot be read ({error.strerror})") from error
    with opened:
        for name, entry in _entries(archive, opened).items():
            try:
                source = opened.open(entry)
            except (BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
                raise BundleArchiveError(archive, f"{name} cannot be unpacked") from error
            with source, (folder / name).open("xb") as target:
                _copy(archive, name, source, target)


def _entries(archive: Path, opened: ZipFile) -> dict[str, ZipInfo]:
    """Return the entries of the two files by name, having refused all else."""
    entries = opened.infolist()
    if len(entries) > MAX_ENTRIES:
        raise BundleArchiveError(archive, f"it holds {len(entries)} entries")
    found: dict[str, ZipInfo] = {}
    folders = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if entry.is_dir() or path.parts[:1] == ("__MACOSX",) or path.name == ".DS_Store":
            continue
        if path.name not in MAX_BYTES or len(path.parts) > 2 or ".." in path.parts:
            raise BundleArchiveError(archive, f"it also holds '{entry.filename[:100]}'")
        if path.name in found:
            raise BundleArchiveError(archive, f"it holds {path.name} twice")
        _check_entry(archive, entry, path.name)
        found[path.name] = entry
        folders.add(path.parent)
    missing = sorted(set(MAX_BYTES) - set(found))
    if missing:
        raise BundleArchiveError(archive, f"{' and '.join(missing)} is missing")
    if len(folders) > 1:
        raise BundleArchiveError(archive, "its two files lie in different folders")
    return found


def _check_entry(archive: Path, entry: ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise BundleArchiveError(archive, f"{name} is a link or no plain file")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        # LZMA asks for as much memory as the archive says, and has errors of its own.
        raise BundleArchiveError(archive, f"{name} is packed in a way that is not supported")
    if entry.flag_bits & _ENCRYPTED:
        raise BundleArchiveError(archive, f"{name} is encrypted")
    if entry.file_size > MAX_BYTES[name]:
        raise BundleArchiveError(archive, f"{name} is larger than {MAX_BYTES[name] >> 20} MB")
    if entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise BundleArchiveError(archive, f"{name} would grow suspiciously much")


def _copy(archive: Path, name: str, source: IO[bytes], target: IO[bytes]) -> None:
    """Copy at most what is allowed: the size that an archive states need not be true."""
    total = 0
    while True:
        try:
            block = source.read(_BLOCK_BYTES)
        except (BadZipFile, EOFError, zlib.error, NotImplementedError, OSError) as error:
            raise BundleArchiveError(archive, f"{name} is damaged ({error})") from error
        if not block:
            return
        total += len(block)
        if total > MAX_BYTES[name]:
            raise BundleArchiveError(archive, f"{name} is larger than {MAX_BYTES[name] >> 20} MB")
        target.write(block)
