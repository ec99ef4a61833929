"""The tables as Markdown, from what was measured."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from PelvicBoneSegLib.anatomy import BONES

from ..evaluation.html_page import number
from ..evaluation.page_block import markdown_table
from ..evaluation.report_names import DICE, bone_name
from .cells import (
    COVERED_DICE,
    PUBIS,
    SHOWN,
    difference_cell,
    mean_of_patients,
    mean_slice_median,
    of_bone,
    slice_medians,
    title_cell,
)
from .measuring import Measured
from .plan import Plan, Table, Variant

_HEAD_MEASURES = tuple(one for one in SHOWN if one.column != "volume_similarity")

_COMPLETE_PUBIS = (0.15, 0.25)
"""Share of the region of the pubis that the four label maps of pelvic_ct_labelmaps fill, least and
greatest, as measured by carry_over."""

_NOT_ALIKE = (
    "The specialists are shown boxes around the heads of the manual masks and stand here without "
    "post-processing; the others search the whole scan and are post-processed. A difference "
    "between them is due to that as well."
)


def comparison_block(plan: Plan, results: Mapping[str, Measured]) -> str:
    """Lay out all tables but those of a single line that stands in one before.

    Parameters
    ----------
    plan
        What there is to compare.
    results
        By variant, those that have been measured.
    """
    lines = [_budget(plan, results)]
    shown: set[tuple[str, bool]] = set()
    for table in plan.tables:
        names = [name for name in table.rows if name in results]
        here = {(name, table.of_heads) for name in names}
        if len(here) > 1 or not here <= shown:
            make = _head_table if table.of_heads else _volume_table
            rows = [plan.variant(name) for name in names]
            lines += ["", f"**{table.title}**", "", *make(table, rows, results)]
        shown |= here
    variants = [variant for variant in plan.variants if variant.name in results]
    lines += ["", "**Size, time and memory**", "", *_cost_table(variants, results)]
    lines += ["", *_folded("All measures by bone", _bone_table(variants, results))]
    return "\n".join(lines)


def _budget(plan: Plan, results: Mapping[str, Measured]) -> str:
    config = plan.variants[0].runs[0]
    training, model = config.training, config.model
    slices = training["epochs"] * training["slices_per_epoch"]
    cases = [case for one in config.datasets for case in one.get("validation", ())]
    missing = [variant.name for variant in plan.variants if variant.name not in results]
    text = (
        f"Budget `{plan.budget}`, the same for every line unless it says otherwise: {slices} "
        f"slices of {training['patch']}×{training['patch']} pixels of {model['spacing_mm']:g} mm, "
        f"{training['batch_size']} a step ({slices // training['batch_size']} steps of AdamW, "
        f"learning rate {training['learning_rate']:g}), one seed. The weights are the running "
        "average at the last step: no epoch is chosen, so the validation patients have no part in "
        f"training. Figures are mean ± standard deviation of n = {len(cases)} patients "
        f"({', '.join(cases)}), each patient the mean of its bones, left and right taken together. "
        "“Dice where the masks speak” leaves out the voxels in which the masks do not say whether "
        "the bone is there; the other figures count what is found there as false. “Difference” is "
        "the mean of the patients' differences in Dice where the masks speak to the line marked *, "
        "with the least and the greatest. “Per slice” is the mean over the bones of the median "
        "Dice of all slices of all patients. † a bone that was not found at all has no distance "
        "and is left out of HD95 and ASSD."
    )
    return text + (f" Not trained yet: {', '.join(missing)}." if missing else "")


def _volume_table(table: Table, rows: list[Variant], results: Mapping[str, Measured]) -> list[str]:
    pubis = (PUBIS,) if table.of_pubis else ()
    heading = ["", COVERED_DICE.heading, "Difference", *(one.heading for one in SHOWN), "Per slice"]
    heading += [f"Dice {bone_name(bone).lower()}" for bone in BONES]
    heading += [one.heading for one in pubis]
    lines = []
    for variant in rows:
        result = results[variant.name]
        cells = [
            title_cell(variant, table.reference),
            mean_of_patients(result["volumes"], COVERED_DICE),
        ]
        cells.append(difference_cell(variant, table, results))
        cells += [mean_of_patients(result["volumes"], measure) for measure in SHOWN]
        cells.append(number(mean_slice_median(result)))
        cells += [mean_of_patients(of_bone(result, bone), DICE) for bone in BONES]
        lines.append([*cells, *(mean_of_patients(result["pubis"], one) for one in pubis)])
    explained = ["", _of_pubis(rows, results)] if pubis else []
    return markdown_table(heading, lines) + explained


def _of_pubis(rows: list[Variant], results: Mapping[str, Measured]) -> str:
    manual = [one["filled_by_mask"] for row in rows for one in results[row.name]["pubis"]]
    least, most = _COMPLETE_PUBIS
    return (
        "“Pubis” is the share of the region of the pubis that is called hip bone. The manual masks "
        f"fill {number(float(np.mean(manual)) if manual else None)} of it, complete hip bones "
        f"(label maps made on CT) {least:.2f} to {most:.2f}."
    )


def _head_table(table: Table, rows: list[Variant], results: Mapping[str, Measured]) -> list[str]:
    heading = ["", "heads", *(one.heading for one in _HEAD_MEASURES)]
    lines = []
    for variant in rows:
        heads = results[variant.name]["heads"]
        cells = [mean_of_patients(heads, measure) for measure in _HEAD_MEASURES]
        lines.append([title_cell(variant, table.reference), str(len(heads)), *cells])
    return [*markdown_table(heading, lines), "", _NOT_ALIKE]


def _cost_table(rows: list[Variant], results: Mapping[str, Measured]) -> list[str]:
    heading = ["", "Parameters (M)", "Slices trained on", "Training (s)", "Slices/s", "Waiting, %"]
    lines = []
    for variant in rows:
        result = results[variant.name]
        training, cost = result["training"], result["cost"]
        seconds = training["seconds"]
        lines.append([
            variant.title,
            number(result["parameters"] / 1e6, 1),
            str(training["slices"]),
            number(seconds, 0),
            number(training["slices"] / seconds, 1),
            number(100 * training["seconds_waiting"] / seconds, 0),
            number(cost["ms_per_slice"], 0),
            number(cost["peak_mb"], 0),
        ])  # fmt: skip
    return [
        *markdown_table([*heading, "ms a slice", "Peak memory (MB)"], lines),
        "",
        "“Waiting” is the share of the training in which the optimiser had no samples.",
    ]


def _bone_table(rows: list[Variant], results: Mapping[str, Measured]) -> list[str]:
    measures = (COVERED_DICE, *SHOWN)
    heading = ["", "Bone", *(one.heading for one in measures), "Per slice, median"]
    lines = []
    for variant in rows:
        result = results[variant.name]
        if not result["volumes"]:
            continue
        medians = slice_medians(result)
        for bone in BONES:
            cells = [mean_of_patients(of_bone(result, bone), measure) for measure in measures]
            lines.append([variant.title, bone_name(bone), *cells, number(medians[bone])])
    return markdown_table(heading, lines)


def _folded(summary: str, lines: list[str]) -> list[str]:
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]
