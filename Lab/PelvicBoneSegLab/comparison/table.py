"""The tables as Markdown, from what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from PelvicBoneSegLib.anatomy import BONES

from ..evaluation.html_page import NOTHING, number
from ..evaluation.page_block import markdown_table
from ..evaluation.report_names import DICE, MEASURES, Measure, bone_name
from .measuring import Measured
from .plan import Plan, Table, Variant

SHOWN = MEASURES[:5]
"""Dice, IoU, volume similarity, HD95, ASSD."""

_HEAD_MEASURES = tuple(one for one in SHOWN if one.column != "volume_similarity")


def comparison_block(plan: Plan, results: Mapping[str, Measured]) -> str:
    """Lay out all tables.

    Parameters
    ----------
    plan
        What there is to compare.
    results
        By variant, those that have been measured.
    """
    lines = [_budget(plan, results)]
    for table in plan.tables:
        rows = [plan.variant(name) for name in table.rows if name in results]
        if rows:
            make = _head_table if table.of_heads else _volume_table
            lines += ["", f"**{table.title}**", "", *make(table, rows, results)]
    variants = [variant for variant in plan.variants if variant.name in results]
    lines += ["", "**Size, time and memory**", "", *_cost_table(variants, results)]
    lines += ["", *_folded("All measures by bone", _bone_table(variants, results))]
    return "\n".join(lines)


def difference(result: Measured, reference: Measured) -> pd.Series:
    """Return by patient how much larger the mean Dice over the bones is than the reference's."""
    ours, theirs = (_by_patient(one["volumes"], DICE) for one in (result, reference))
    return ours - theirs


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
        "“Difference” is the mean of the patients' differences in Dice to the line marked *, with "
        "the least and the greatest. “Per slice” is the mean over the bones of the median Dice of "
        "all slices of all patients. † a bone that was not found at all has no distance and is "
        "left out of HD95 and ASSD."
    )
    return text + (f" Not trained yet: {', '.join(missing)}." if missing else "")


def _volume_table(
    table: Table, rows: Iterable[Variant], results: Mapping[str, Measured]
) -> list[str]:
    heading = ["", *(one.heading for one in SHOWN), "Per slice"]
    heading += [f"Dice {bone_name(bone).lower()}" for bone in BONES] + ["Difference"]
    lines = []
    for variant in rows:
        result = results[variant.name]
        cells = [_title(variant, table)]
        cells += [_mean_of_patients(result["volumes"], measure) for measure in SHOWN]
        cells.append(number(float(np.mean(list(_slice_medians(result).values())))))
        cells += [_mean_of_patients(_of_bone(result, bone), DICE) for bone in BONES]
        lines.append([*cells, _difference_cell(variant, table, results)])
    return markdown_table(heading, lines)


def _head_table(
    table: Table, rows: Iterable[Variant], results: Mapping[str, Measured]
) -> list[str]:
    heading = ["", "heads", *(one.heading for one in _HEAD_MEASURES)]
    lines = []
    for variant in rows:
        heads = results[variant.name]["heads"]
        cells = [_mean_of_patients(heads, measure) for measure in _HEAD_MEASURES]
        lines.append([_title(variant, table), str(len(heads)), *cells])
    return markdown_table(heading, lines)


def _cost_table(rows: Iterable[Variant], results: Mapping[str, Measured]) -> list[str]:
    heading = ["", "Parameters (M)", "Slices trained on", "Training (s)", "Slices/s", "ms a slice"]
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
            number(cost["ms_per_slice"], 0),
            number(cost["peak_mb"], 0),
        ])  # fmt: skip
    return markdown_table([*heading, "Peak memory (MB)"], lines)


def _bone_table(rows: Iterable[Variant], results: Mapping[str, Measured]) -> list[str]:
    heading = ["", "Bone", *(one.heading for one in SHOWN), "Per slice, median"]
    lines = []
    for variant in rows:
        result = results[variant.name]
        if not result["volumes"]:
            continue
        medians = _slice_medians(result)
        for bone in BONES:
            of_bone = _of_bone(result, bone)
            cells = [_mean_of_patients(of_bone, measure) for measure in SHOWN]
            lines.append([variant.title, bone_name(bone), *cells, number(medians[bone])])
    return markdown_table(heading, lines)


def _folded(summary: str, lines: list[str]) -> list[str]:
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def _title(variant: Variant, table: Table) -> str:
    return f"{variant.title} *" if variant.name == table.reference else variant.title


def _of_bone(result: Measured, bone: str) -> list[dict[str, Any]]:
    return [row for row in result["volumes"] if row["bone"] == bone]


def _by_patient(rows: list[dict[str, Any]], measure: Measure) -> pd.Series:
    frame = pd.DataFrame(rows).astype({measure.column: float})
    return frame.groupby("case")[measure.column].mean()


def _mean_of_patients(rows: list[dict[str, Any]], measure: Measure) -> str:
    if not rows:
        return NOTHING
    values = _by_patient(rows, measure)
    text = number(values.mean(), measure.digits)
    if values.count() > 1:
        text += f" ± {number(values.std(), measure.digits)}"
    return text + (" †" if any(row[measure.column] is None for row in rows) else "")


def _slice_medians(result: Measured) -> dict[str, float]:
    frame = pd.DataFrame(result["slices"], columns=["bone", "dice"])
    medians = frame.groupby("bone")["dice"].median()
    return {bone: float(medians.get(bone, np.nan)) for bone in BONES}


def _difference_cell(variant: Variant, table: Table, results: Mapping[str, Measured]) -> str:
    if variant.name == table.reference or table.reference not in results:
        return ""
    by_patient = difference(results[variant.name], results[table.reference])
    values = by_patient.mean(), by_patient.min(), by_patient.max()
    mean, low, high = (number(value, sign=True) for value in values)
    return f"{mean} ({low} to {high})"
