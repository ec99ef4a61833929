"""How long a zip file's list of entries is, before anything reads it.

`zipfile` makes an object of every entry as it opens a file: a list of 500 MB takes it 4 GB and a
minute. APPNOTE.TXT, 4.3.6 and 4.3.14 to 4.3.16, at https://pkware.cachefly.net/webdocs/casestudies/.
"""

from __future__ import annotations

import struct
from pathlib import Path

from ..errors import ArchiveError

_END = struct.Struct("<4s4H2LH")
_END_MARK, _END_SIZE_FIELD = b"PK\x05\x06", 5
_LONGEST_COMMENT = (1 << 16) - 1

_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MARK, _LOCATOR_PLACE_FIELD = b"PK\x06\x07", 2

_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_MARK, _END64_SIZE_FIELD = b"PK\x06\x06", 8

_ENTRY_BYTES = 1024
"""Of the list, for an entry: 46, its name and some extras."""


def check_list_of_entries(archive: Path, entries: int) -> None:
    """Check that a zip file's list of entries is no longer than so many may need.

    Raises
    ------
    ArchiveError
        It is longer, or does not end as zip files do.
    """
    file_bytes = archive.stat().st_size
    with archive.open("rb") as file:
        file.seek(max(0, file_bytes - _LONGEST_COMMENT - _END.size - _LOCATOR.size - _END64.size))
        begin, tail = file.tell(), file.read()
    # A comment may hold the mark too: every place at which the end may be has to be harmless.
    ends = _places(tail, _END_MARK)
    if not ends:
        raise ArchiveError("it is damaged")
    if max(_size(tail, begin, end) for end in ends) > entries * _ENTRY_BYTES:
        raise ArchiveError(f"its list is far too long for {entries} entries, which is the limit")


def _places(tail: bytes, mark: bytes) -> list[int]:
    places, place = [], tail.find(mark)
    while place >= 0:
        if place + _END.size <= len(tail):
            places.append(place)
        place = tail.find(mark, place + 1)
    return places


def _size(tail: bytes, begin: int, end: int) -> int:
    """Return what the end at a place says of the list's length, in bytes."""
    locator_at = end - _LOCATOR.size
    if locator_at < 0 or tail[locator_at:end][:4] != _LOCATOR_MARK:
        return _END.unpack_from(tail, end)[_END_SIZE_FIELD]
    end64_at = locator_at - _END64.size
    told = _LOCATOR.unpack_from(tail, locator_at)[_LOCATOR_PLACE_FIELD]
    # Readers differ in where they look for it, unless it is where both would.
    if end64_at < 0 or told != begin + end64_at or not tail.startswith(_END64_MARK, end64_at):
        raise ArchiveError("it is damaged")
    return _END64.unpack_from(tail, end64_at)[_END64_SIZE_FIELD]
