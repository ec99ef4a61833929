"""A model card as Markdown: the same parts that the panel shows, and more that was measured."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.model_card import CardPart, card_parts

from ..carry_over.markdown import comparison
from ..evaluation.page_block import BENCHMARKS, markdown_table
from ..evaluation.report_names import bone_name
from ..label_ceiling.page import SOURCE
from ..label_ceiling.pictures import LEGEND, SlicePicture
from ..label_ceiling.places import reading_of
from ..markdown import escaped

MODELS = Path("docs/models")
COMMAND = "python -m PelvicBoneSegLab.model_cards"


def stated(bundle: Bundle) -> str:
    """Return the part of the card that `bundle.json` and the weights alone decide."""
    title, *parts = card_parts(bundle.description)
    size = CardPart("Size", (f"{len(bundle.weights) / 1e6:.1f} MB of weights in float16.",))
    return "\n\n".join(
        [
            f"# {escaped(title.title)}",
            f"This page is written by `{COMMAND}`; not by hand.",
            *map(escaped, title.paragraphs),
            *(_section(part) for part in (*parts, size)),
        ]
    )


def carried_over(report: dict[str, Any]) -> str:
    """Return the section on other sequences, planes and CT.

    Parameters
    ----------
    report
        As `python -m PelvicBoneSegLab.carry_over` writes it.
    """
    table = comparison({report["bundle"]["name"]: report["summary"]})
    return (
        "## Carry-over to scans unlike the training data\n\nDice between scans of one man that "
        "were segmented each on its own, femoral heads against spheres laid by hand, and Dice "
        "against the automatic labels of a CT. How it was measured, scan by scan: "
        f"[benchmarks](../{BENCHMARKS.name}).\n\n{table}"
    )


def failures(bundle: Bundle, pictures: Iterable[SlicePicture]) -> str:
    """Return the section with the worst slice of each bone."""
    shown = "\n\n".join(_failure(bundle, picture) for picture in pictures)
    return (
        "## Known failures\n\nOf each bone the slice with the lowest Dice on the validation "
        "patients, among those in which the mask shows at least a quarter of its largest area. "
        "Some are failures of the mask: [what the labels allow](../label_ceiling.md).\n\n"
        f"{LEGEND} {SOURCE}\n\n{shown}"
    )


def picture_name(bundle: Bundle, picture: SlicePicture) -> str:
    """Return the file name of a picture, from the folder of the page."""
    return f"images/{bundle.name}_{picture.bone}.png"


def _section(part: CardPart) -> str:
    blocks = [f"## {escaped(part.title)}", *map(escaped, part.paragraphs)]
    if part.items:
        blocks.append("\n".join(f"- {escaped(item)}" for item in part.items))
    if part.table:
        heading, *rows = ([escaped(cell) for cell in row] for row in part.table)
        blocks.append("\n".join(markdown_table(heading, rows)))
    return "\n\n".join(blocks)


def _failure(bundle: Bundle, picture: SlicePicture) -> str:
    caption = (
        f"{bone_name(picture.bone)}, {picture.case}, slice {picture.index}: Dice {picture.dice:.2f}"
    )
    text = f"{caption}. {reading_of(picture)}".strip()
    return f"![{escaped(caption)}]({picture_name(bundle, picture)})\n\n{escaped(text)}"
