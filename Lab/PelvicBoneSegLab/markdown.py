"""Text for Markdown, and pages with pictures."""

from __future__ import annotations

import re
from pathlib import Path

from PelvicBoneSegLib.segmentation.output_folder import write_together

_ANYWHERE = re.compile(r"([\\`*_\[\]<>|&~!])")
_AT_THE_BEGINNING = re.compile(r"^((?=[#+=-])|\d+(?=[.)](?: |$)))")


def escaped(text: str) -> str:
    """Return text on one line, of which nothing is markup.

    https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    inline = _ANYWHERE.sub(r"\\\1", " ".join(text.split()))
    return _AT_THE_BEGINNING.sub(r"\1\\", inline)


def write_page(page: Path, text: str, pictures: dict[str, bytes]) -> None:
    """Write a page and its pictures, all or none.

    Parameters
    ----------
    page
        The file.
    text
        Its whole content.
    pictures
        Path from the page's folder → content.

    Raises
    ------
    OutputNotWritableError
        Something could not be stored; the folder is as it was.
    """

    def fill(folder: Path) -> None:
        (folder / page.name).write_text(text, encoding="utf-8")
        for name, content in pictures.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    write_together(page.parent, fill)
