"""Text stays text in Markdown, and a page appears with its pictures."""

from __future__ import annotations

import pytest

from PelvicBoneSegLab.markdown import escaped, write_page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pelvic_mr_t1 *x*", r"pelvic\_mr\_t1 \*x\*"),
        ("[a](b) ![c](d)", r"\[a\](b) \!\[c\](d)"),
        ("<img src=x> a|b &lt; ~x~ `y`", r"\<img src=x\> a\|b \&lt; \~x\~ \`y\`"),
        ("# no heading", r"\# no heading"),
        ("- no item", r"\- no item"),
        ("1. no number", r"1\. no number"),
        ("2) no number", r"2\) no number"),
        ("0.911 mm - 1.2", "0.911 mm - 1.2"),
        ("one\n\n\ttwo", "one two"),
    ],
)
def test_nothing_of_a_text_is_markup(text, expected):
    assert escaped(text) == expected


def test_a_page_has_its_pictures_in_folders(tmp_path):
    write_page(tmp_path / "docs" / "page.md", "text\n", {"images/one.png": b"1"})
    assert (tmp_path / "docs" / "page.md").read_text() == "text\n"
    assert (tmp_path / "docs" / "images" / "one.png").read_bytes() == b"1"
