from __future__ import annotations

import pytest

from PelvicBoneSegLab.evaluation.page_block import PageBlock, markdown_table
from PelvicBoneSegLib.errors import OutputNotWritableError

BLOCK = PageBlock("some")


def test_a_page_is_renewed_with_its_pictures(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{BLOCK.begin}\nold\n{BLOCK.end}\n\nBy hand: ±.\n", "utf-8")
    BLOCK.update(page, "new", {"images/one.png": b"1"})
    text = f"# Title\n\n{BLOCK.begin}\nnew\n{BLOCK.end}\n\nBy hand: ±.\n"
    assert page.read_text("utf-8") == text
    assert (tmp_path / "images" / "one.png").read_bytes() == b"1"


def test_other_blocks_stay(tmp_path):
    page = tmp_path / "page.md"
    PageBlock("other").update(page, "theirs")
    BLOCK.update(page, "ours")
    BLOCK.update(page, "ours again")
    text = page.read_text("utf-8")
    assert text.count("theirs") == 1
    assert text.endswith(f"{BLOCK.begin}\nours again\n{BLOCK.end}\n")
    assert text.count("ours") == 1


def test_a_page_that_cannot_be_written_stays_as_it_was(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before", "utf-8")
    (tmp_path / "one.png").mkdir()
    with pytest.raises(OutputNotWritableError):
        BLOCK.update(page, "new", {"one.png": b"1"})
    assert page.read_text("utf-8") == "before"


def test_a_table_has_its_figures_to_the_right():
    lines = markdown_table(["a", "b"], [["1", "2"]])
    assert lines == ["| a | b |", "| --- | ---: |", "| 1 | 2 |"]
