"""Names that every file system takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_NOT_ALLOWED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)

LONGEST_BYTES = 120
"""Two such names and a suffix fit into the 255 bytes that file systems allow."""


def safe_file_name(name: str) -> str:
    """Make a name fit to be (a part of) a file's name on Windows, macOS and Linux.

    Separators and reserved characters become ``_``; other scripts' letters stay. The name is never
    empty.
    """
    text = unicodedata.normalize("NFC", name).encode("utf-8", "replace").decode("utf-8")
    text = _NOT_ALLOWED.sub("_", text)
    text = text.encode()[:LONGEST_BYTES].decode("utf-8", "ignore").strip().strip(".").strip()
    if not text:
        return "unnamed"
    return f"{text}_" if _RESERVED.fullmatch(text) else text


def different_names(names: Iterable[str]) -> list[str]:
    """Return the names, numbered where they are equal or differ in case or blanks alone.

    ``a b`` and ``a_b`` are the same to an OBJ file and its materials.
    """
    taken: set[str] = set()
    different = []
    for name in names:
        unused, number = name, 2
        while _bare(unused) in taken:
            unused, number = f"{name} {number}", number + 1
        taken.add(_bare(unused))
        different.append(unused)
    return different


def _bare(name: str) -> str:
    return "_".join(name.casefold().split())
