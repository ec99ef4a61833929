"""Where the library's files lie. Every name is made here; no name comes from a visitor.

=====================================  ===========================================================
``library.sqlite``                     the index
``secret.key``                         the key of the pseudonyms
``server.lock``                        held by the server that uses the folder
``incoming/TICKET``                    uploads on their way; emptied when a server starts
``scans/SCAN/scan.nrrd``               voxels and geometry, without any text
``scans/SCAN/thumbnail.png``           its middle slice
``scans/SCAN/segmentations/RUN/``      `SEGMENTATION_FILE`; of an automatic one `REPORT_FILE`, and
                                       `RESULT_FILE` for a viewer; of one that was saved from a
                                       viewer `ATTRIBUTES_FILE`
=====================================  ===========================================================
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import IO

from PelvicBoneSegLib.errors import OutputNotWritableError

from .errors import LibraryInUseError

INDEX_FILE = "library.sqlite"
SCAN_FILE = "scan.nrrd"
THUMBNAIL_FILE = "thumbnail.png"
SEGMENTATION_FILE = "segmentation.seg.nrrd"
REPORT_FILE = "segmentation.report.json"
ATTRIBUTES_FILE = "segmentation.attributes.json"
RESULT_FILE = "segmentation.result.gz"

_ID = re.compile(r"[0-9a-f]{32}")
_KEY_BYTES = 32


def new_id() -> str:
    """Return a random name of 128 bits, which nobody can guess."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Tell whether a text is what `new_id` gives: only then may it become part of a path."""
    return _ID.fullmatch(text) is not None


class LibraryFolder:
    """The folder of one server.

    Parameters
    ----------
    root
        Made if need be, for nobody else to read.

    Raises
    ------
    LibraryInUseError
        Another server has it.
    OutputNotWritableError
        It cannot be made or written to.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        try:
            for folder in (self.root, self.incoming, self.scans):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _lock(self.root)
            self.secret = _read_or_make_key(self.root / "secret.key")
        except OSError as error:
            raise OutputNotWritableError(self.root, error.strerror or str(error)) from error

    @property
    def index(self) -> Path:
        """The SQLite file."""
        return self.root / INDEX_FILE

    @property
    def incoming(self) -> Path:
        """What is not stored yet."""
        return self.root / "incoming"

    @property
    def scans(self) -> Path:
        """One folder for each scan."""
        return self.root / "scans"

    def scan(self, scan_id: str) -> Path:
        """Return the folder of a scan."""
        return self.scans / _checked(scan_id)

    def segmentation(self, scan_id: str, segmentation_id: str) -> Path:
        """Return the folder of a segmentation."""
        return self.scan(scan_id) / "segmentations" / _checked(segmentation_id)

    def new_ticket(self) -> Path:
        """Make an empty folder for an upload."""
        ticket = self.incoming / new_id()
        ticket.mkdir(mode=0o700)
        return ticket

    def close(self) -> None:
        """Let another server have the folder."""
        self._lock.close()


def move_for_good(source: Path, target: Path) -> None:
    """Move a folder, with all that is in it on the disk before and its new name after.

    Raises
    ------
    OSError
        It cannot be done.
    """
    for path in (*source.rglob("*"), source):
        sync(path)
    os.rename(source, target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Have the disk take what was written to a file or a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file or a folder that may be gone already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def bytes_in(folder: Path) -> int:
    """Return what the files in a folder take together."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _checked(identifier: str) -> str:
    if not is_id(identifier):
        raise ValueError("a name that is not ours")
    return identifier


def _lock(root: Path) -> IO[bytes]:
    # The system lets go of it when the process ends, however it ends.
    file = (root / "server.lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise LibraryInUseError(root) from error
    return file


def _read_or_make_key(path: Path) -> bytes:
    if path.exists() and path.stat().st_size == _KEY_BYTES:
        return path.read_bytes()
    # Written beside and renamed: half a key would change every pseudonym.
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    os.replace(scratch, path)
    sync(path.parent)
    return path.read_bytes()
