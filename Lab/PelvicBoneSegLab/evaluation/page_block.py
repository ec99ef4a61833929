"""Blocks of a page that a command writes, between two marks; the rest of the page is by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..markdown import write_page

BENCHMARKS = Path("docs/benchmarks.md")


@dataclass(frozen=True)
class PageBlock:
    """A block by its name, which its marks carry."""

    name: str

    @property
    def begin(self) -> str:
        """The line above the block."""
        return f"<!-- {self.name}:begin -->"

    @property
    def end(self) -> str:
        """The line below the block."""
        return f"<!-- {self.name}:end -->"

    def put_into(self, text: str, content: str) -> str:
        """Put content between the marks; at the end of the text where there are none yet."""
        marked = f"{self.begin}\n{content}\n{self.end}"
        if self.begin not in text or self.end not in text:
            return f"{text.rstrip()}\n\n{marked}\n".lstrip()
        before, _, rest = text.partition(self.begin)
        return f"{before}{marked}{rest.partition(self.end)[2]}"

    def read(self, page: Path) -> str:
        """Return what is between the marks in a page; nothing where there are none yet."""
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        return text.partition(self.begin)[2].partition(self.end)[0]

    def update(self, page: Path, content: str, pictures: Mapping[str, bytes] | None = None) -> None:
        """Put content into a page, which is made if need be; the rest of it stays.

        Parameters
        ----------
        page
            The file.
        content
            What comes between the marks.
        pictures
            Path from the page's folder → content.

        Raises
        ------
        OutputNotWritableError
            Something cannot be stored; all is as it was.
        """
        before = page.read_text(encoding="utf-8") if page.exists() else "# Benchmarks\n"
        write_page(page, self.put_into(before, content), dict(pictures or {}))


def markdown_table(heading: list[str], rows: list[list[str]]) -> list[str]:
    """Lay a table out as lines of Markdown, all columns but the first to the right."""
    lines = [heading, ["---", *("---:" for _ in heading[1:])], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
