"""What stands in the cells of the tables: means over patients, medians over slices, differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from PelvicBoneSegLib.anatomy import BONES

from ..evaluation.html_page import NOTHING, number
from ..evaluation.report_names import MEASURES, Measure
from .measuring import Measured
from .plan import Table, Variant

SHOWN = MEASURES[:5]
"""Dice, IoU, volume similarity, HD95, ASSD."""

COVERED_DICE = Measure("covered_dice", "Dice where the masks speak", "", 3, 1)
PUBIS = Measure("filled", "Pubis", "", 3, 1)


def title_cell(variant: Variant, reference: str) -> str:
    """Write who a line is of, marked where differences are taken to it."""
    return f"{variant.title} *" if variant.name == reference else variant.title


def of_bone(result: Measured, bone: str) -> list[dict[str, Any]]:
    """Return the rows of a bone."""
    return [row for row in result["volumes"] if row["bone"] == bone]


def mean_of_patients(rows: list[dict[str, Any]], measure: Measure) -> str:
    """Write mean and standard deviation, each patient the mean of its rows."""
    if not rows:
        return NOTHING
    values = _by_patient(rows, measure)
    text = number(values.mean(), measure.digits)
    if values.count() > 1:
        text += f" ± {number(values.std(), measure.digits)}"
    return text + (" †" if any(row[measure.column] is None for row in rows) else "")


def slice_medians(result: Measured) -> dict[str, float]:
    """Return by bone the median Dice of all slices of all patients."""
    frame = pd.DataFrame(result["slices"], columns=["bone", "dice"])
    medians = frame.groupby("bone")["dice"].median()
    return {bone: float(medians.get(bone, np.nan)) for bone in BONES}


def mean_slice_median(result: Measured) -> float:
    """Return the mean of `slice_medians` over the bones."""
    return float(np.mean(list(slice_medians(result).values())))


def difference(result: Measured, reference: Measured) -> pd.Series:
    """Return by patient how much larger the mean over the bones is than the reference's.

    Of the Dice where the masks speak: the whole one rewards who has learned what they leave out.
    """
    ours, theirs = (_by_patient(one["volumes"], COVERED_DICE) for one in (result, reference))
    return ours - theirs


def difference_cell(variant: Variant, table: Table, results: Mapping[str, Measured]) -> str:
    """Write mean, least and greatest difference of the patients to the reference of a table."""
    if variant.name == table.reference or table.reference not in results:
        return ""
    by_patient = difference(results[variant.name], results[table.reference])
    values = by_patient.mean(), by_patient.min(), by_patient.max()
    mean, low, high = (number(value, sign=True) for value in values)
    return f"{mean} ({low} to {high})"


def _by_patient(rows: list[dict[str, Any]], measure: Measure) -> pd.Series:
    frame = pd.DataFrame(rows).astype({measure.column: float})
    return frame.groupby("case")[measure.column].mean()
