"""The figures as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PelvicBoneSegLib.anatomy import FEMUR, HIP_BONE, LEFT, RIGHT

from ..evaluation.html_page import number
from ..evaluation.page_block import PageBlock, markdown_table
from .agreement import Outcome
from .heads import LEAST_IN_FIELD, MAX_RESIDUAL_MM
from .men import REFERENCE
from .pubis_found import MEET_MM

BLOCK = PageBlock("carry-over")

COMMAND = "python -m PelvicBoneSegLab.carry_over --bundle {name} --output carry_over"

HOW = f"""\
Each scan was segmented on its own. Label maps are compared on a common grid of 1 mm along the axes
of the patient, nearest voxel, over the field of view that both scans share (voxels as thick as
slices are apart). *n* ml / *m* ml is what the first and the second scan find there. Less than 1 ml
is as good as nothing: where the bone is there and one or both miss it, that is said instead of a
Dice, and counts as 0 in the means. The sagittal fields end 34 and 41 mm from the midline, the
femoral heads begin at 65: femurs can be compared between the axial and the coronal scan alone. All
fields show the pubis. The reference for other contrasts is `{REFERENCE}`, whose slices lie where
theirs do."""

HEADS = f"""\
Femoral heads, against spheres that were laid by their rim in T2 without a model: share of the head
in the field (counted from {LEAST_IN_FIELD:g}), share of its inner part there that is called femur
(another bone); radius and residual of a sphere fitted to the femur's surface off the border of the
scan and off the neck. Plausible: 20 to 30 mm, residual at most {MAX_RESIDUAL_MM:g} mm. Left/right
is the smaller volume by the larger where the field shows both sides alike."""

PUBIS = f"""\
Completeness of the hip bone: millilitres in the region of the pubis (a tube along its middle line,
`Lab/PelvicBoneSegLab/coverage/pubis.py`), and the least distance between left and right there. Two
complete hip bones come within {MEET_MM:g} mm of each other. The reference are the label maps of
four CTs; the men's scans show the region only in part."""


def block(description: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    """Return the content of the block.

    Parameters
    ----------
    description
        ``name``, ``version`` and ``sha256`` of the bundle.
    figures
        As `measure.measure` returns them.
    """
    lines = [
        f"Bundle `{description['name']}` {description['version']} (weights "
        f"`{description['sha256'][:12]}`). Written by "
        f"`{COMMAND.format(name=description['name'])}`.",
        "", HOW, "",
        *markdown_table(["man", "scans", "shared field, ml", "femur", "hip bone"],
                        _pair_rows(figures["men"])),
        "", HEADS, "",
        *markdown_table(["man", "scan", *(f"{side} head: in field, femur (other), radius ± residual"
                                          for side in (LEFT, RIGHT)),
                         "femur left/right", "hip bone left/right"], _scan_rows(figures["men"])),
        "", PUBIS, "",
        *markdown_table(["", "ml", "of the region, ml", "left to right, mm"],
                        _pubis_rows(figures)),
        "",
        "Dice on `example_ct` against its automatic labels: "
        + ", ".join(f"{name.replace('_', ' ')} {number(value)}"
                    for name, value in figures["example_ct"].items()) + ".",
    ]  # fmt: skip
    return "\n".join(lines)


def comparison(rows: Mapping[str, Mapping[str, float | None]]) -> str:
    """Lay several bundles out side by side.

    Parameters
    ----------
    rows
        What `summary.summarise` returns, by bundle.
    """
    names = next(iter(rows.values()))
    body = [[name, *(number(row[name]) for row in rows.values())] for name in names]
    return "\n".join(markdown_table(["", *rows], body))


def _pair_rows(men: Mapping[str, Any]) -> list[list[str]]:
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for man, found in men.items():
        for pair in found["pairs"]:
            rows.setdefault((man, pair["first"], pair["second"]), {})[pair["bone"]] = pair
    return [
        [
            man,
            f"{first} – {second}",
            number(pairs[FEMUR]["shared_ml"], 0),
            *(_agreement(pairs[bone]) for bone in (FEMUR, HIP_BONE)),
        ]
        for (man, first, second), pairs in rows.items()
    ]


def _agreement(pair: Mapping[str, Any]) -> str:
    if pair["outcome"] == Outcome.NOT_THERE.value:
        return "not in the field"
    found = f"{number(pair['first_ml'], 1)} / {number(pair['second_ml'], 1)} ml"
    if pair["outcome"] == Outcome.COMPARED.value:
        return f"**{number(pair['dice'])}** ({found})"
    return f"{pair['outcome']} ({found})"


def _scan_rows(men: Mapping[str, Any]) -> list[list[str]]:
    return [
        [
            man,
            name,
            *(_head(scan["heads"][side]) for side in (LEFT, RIGHT)),
            *(number(scan["symmetry"][bone]["ratio"], 2) for bone in (FEMUR, HIP_BONE)),
        ]
        for man, found in men.items()
        for name, scan in found["scans"].items()
    ]


def _head(head: Mapping[str, Any]) -> str:
    field = f"{number(head['in_field'], 2)}"
    if not head["counted"]:
        return f"{field}: not counted"
    sphere = "no surface"
    if head["radius_mm"] is not None:
        sphere = f"{number(head['radius_mm'], 1)} ± {number(head['residual_mm'], 1)} mm"
        sphere += "" if head["plausible"] else " (implausible)"
    return f"{field}, {number(head['femur'], 2)} ({number(head['other_bone'], 2)}), {sphere}"


def _pubis_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    groups = {"CT labels": figures["pubis"]["complete"], "manual": figures["pubis"]["manual"],
              "found": figures["pubis"]["found"],
              **{f"found, man {man}": {name: scan["pubis"] for name, scan in one["scans"].items()}
                 for man, one in figures["men"].items()}}  # fmt: skip
    return [
        [f"{name} ({group})", number(one["ml"], 1), number(one["region_ml"], 0),
         number(one["gap_mm"], 1)]
        for group, cases in groups.items()
        for name, one in cases.items()
    ]  # fmt: skip
