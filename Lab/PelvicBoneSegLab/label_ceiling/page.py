"""The generated block of docs/label_ceiling.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle

from ..evaluation.page_block import PageBlock, markdown_table
from ..evaluation.report_names import bone_name
from .measures import CeilingMeasures
from .pictures import LEGEND, SlicePicture
from .places import reading_of

BLOCK = PageBlock("label-ceiling")

SOURCE = (
    "Image: TCIA collection CPTAC-UCEC (doi 10.7937/k9/tcia.2018.3r3juisw), CC BY 4.0; cut out and "
    "drawn on."
)

Figure = Callable[[CeilingMeasures], float]


@dataclass(frozen=True)
class Findings:
    """What was measured.

    Attributes
    ----------
    bundle
        By which.
    validation, training
        On patients that it was not trained on, and on those that it was.
    control
        On phantoms, whose masks are exact; empty where none were given.
    pictures
        To be shown.
    """

    bundle: Bundle
    validation: list[CeilingMeasures]
    training: list[CeilingMeasures]
    control: list[CeilingMeasures]
    pictures: list[SlicePicture]


def make_block(findings: Findings) -> str:
    """Lay out everything as Markdown."""
    bundle = findings.bundle
    cases = sorted({one.case for one in findings.validation})
    return "\n\n".join(
        [
            f"Bundle `{bundle.name}` {bundle.version} (weights `{bundle.sha256[:12]}`); validation "
            f"patients {', '.join(cases)}; "
            f"{len({one.case for one in findings.training})} training patients"
            + (f"; {len({one.case for one in findings.control})} phantoms" * bool(findings.control))
            + ".",
            "### What a perfect reader would reach",
            _ceiling_table(findings),
            "### Patient by patient",
            _case_table(findings.validation),
            "### How steady the line is",
            _steadiness_table(findings),
            "### Pictures",
            LEGEND + " " + SOURCE,
            *(_picture(one) for one in findings.pictures),
        ]
    )


def picture_name(picture: SlicePicture) -> str:
    """Return the file name of a picture, from the folder of the page."""
    return f"images/label_ceiling/{picture.bone}_{picture.case}_{picture.index}.png"


def _ceiling_table(findings: Findings) -> str:
    def row(bone: str) -> list[str]:
        held_out, fitted = (
            [one for one in group if one.bone == bone]
            for group in (findings.validation, findings.training)
        )
        return [
            bone_name(bone),
            _mean(held_out, lambda one: one.dice),
            _mean(held_out, lambda one: one.covered_dice),
            _mean(held_out, lambda one: one.ceiling),
            _range(held_out, lambda one: one.ceiling),
            _mean(held_out, lambda one: one.second_annotator),
            _mean(fitted, lambda one: one.dice),
            _range(fitted, lambda one: one.dice),
        ]

    heading = [
        "3D Dice", "bundle", "where labels speak", "perfect reader", "by patient",
        "second annotator", "the bundle on its own training masks", "by patient",
    ]  # fmt: skip
    return "\n".join(markdown_table(heading, [row(bone) for bone in _bones(findings.validation)]))


def _case_table(measures: Sequence[CeilingMeasures]) -> str:
    heading = [
        "bone, patient", "Dice", "where labels speak", "in slices that both show",
        "share of the error in slices that one shows", "slices the mask lacks",
        "line of the mask against the usual one, mm outside", "unsteadiness, mm", "perfect reader",
    ]  # fmt: skip
    rows = [
        [
            f"{bone_name(one.bone)}, {one.case}",
            *(f"{value:.3f}" for value in (one.dice, one.covered_dice, one.shared_slices_dice)),
            f"{one.one_sided_share:.0%}",
            str(one.missing_slices),
            f"{one.outlines.offset_mm:+.2f}".replace("-", "−"),
            f"{one.outlines.jitter_mm:.2f}",
            f"{one.ceiling:.3f}",
        ]
        for bone in _bones(measures)
        for one in measures
        if one.bone == bone
    ]
    return "\n".join(markdown_table(heading, rows))


def _steadiness_table(findings: Findings) -> str:
    everyone = findings.validation + findings.training

    def row(bone: str) -> list[str]:
        masks, exact = (
            [one for one in group if one.bone == bone] for group in (everyone, findings.control)
        )
        return [
            bone_name(bone),
            _spread(masks, lambda one: one.outlines.offset_mm),
            _mean(masks, lambda one: one.outlines.jitter_mm, 2),
            _mean(exact, lambda one: one.outlines.jitter_mm, 2),
            _mean(masks, lambda one: 100 * one.outlines.loss_per_mm, 1),
            _mean(masks, lambda one: 100 * abs(one.asymmetry or 0.0), 1)
            if masks[0].asymmetry is not None
            else "–",
            _mean(masks, lambda one: 100 * abs(one.found_asymmetry or 0.0), 1)
            if masks[0].found_asymmetry is not None
            else "–",
        ]

    heading = [
        "all patients", "line from patient to patient, sd in mm", "unsteadiness in mm",
        "the same on phantoms", "Dice points lost per mm", "left to right, mask, %",
        "left to right, bundle, %",
    ]  # fmt: skip
    return "\n".join(markdown_table(heading, [row(bone) for bone in _bones(everyone)]))


def _picture(picture: SlicePicture) -> str:
    caption = (
        f"{bone_name(picture.bone)}, {picture.case}, slice {picture.index}: mask "
        f"{picture.truth_mm2 / 100:.1f} cm², bundle {picture.found_mm2 / 100:.1f} cm², Dice "
        f"{picture.dice:.2f}"
    )
    return f"![{caption}]({picture_name(picture)})\n\n{f'{caption}. {reading_of(picture)}'.strip()}"


def _bones(measures: Iterable[CeilingMeasures]) -> list[str]:
    shown = {one.bone for one in measures}
    return [bone for bone in BONES if bone in shown]


def _mean(measures: Sequence[CeilingMeasures], figure: Figure, digits: int = 3) -> str:
    return f"{mean(map(figure, measures)):.{digits}f}" if measures else "–"


def _range(measures: Sequence[CeilingMeasures], figure: Figure) -> str:
    if not measures:
        return "–"
    values = sorted(map(figure, measures))
    return f"{values[0]:.3f}–{values[-1]:.3f}"


def _spread(measures: Sequence[CeilingMeasures], figure: Figure) -> str:
    return f"{stdev(map(figure, measures)):.2f}" if len(measures) > 1 else "–"
