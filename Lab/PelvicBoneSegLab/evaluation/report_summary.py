"""The numbers of the report, as plain data: what `report.json` holds and the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from PelvicBoneSegLib.errors import InputError

from .agreement import BlandAltman, LinearRegression, bland_altman, linear_regression
from .bootstrap import bootstrap_ci
from .cohort import CohortResult
from .contours import worst_slices
from .report_names import (
    MEASURES,
    Measure,
    bone_name,
    bones_in,
    listed,
    structure_name,
    structures_in,
)
from .samples import UndefinedStatisticError

FEW_CASES = 10
"""With fewer, the page says that intervals are rough."""

POOR_DICE = 0.5
"""A bone below it is named in the warnings."""


class NothingToCompareError(InputError):
    """No bone in any label map, most likely because the label values mean something else."""

    def __init__(self) -> None:
        super().__init__(
            "Neither predictions nor truths show any bone. Check the label tables (--scheme, "
            "--truth-scheme)."
        )


@dataclass(frozen=True)
class VolumeAgreement:
    """Volumes of one bone: a pair a case, left and right taken together.

    Attributes
    ----------
    bone
        One of `anatomy.BONES`.
    volumes
        Columns ``case``, ``truth_ml``, ``prediction_ml``.
    line, limits
        None where they are not defined.
    reason
        Why they are not, else empty.
    """

    bone: str
    volumes: pd.DataFrame
    line: LinearRegression | None
    limits: BlandAltman | None
    reason: str

    def as_data(self) -> dict[str, Any]:
        """Return what `report.json` holds."""
        return {
            "bone": self.bone,
            "name": bone_name(self.bone),
            "n": len(self.volumes),
            "regression": asdict(self.line) if self.line else None,
            "bland_altman": asdict(self.limits) if self.limits else None,
            "reason": self.reason,
        }


def summarise(metrics: pd.DataFrame, measures: Sequence[Measure] = MEASURES) -> list[dict]:
    """Summarise every bone and side over cases.

    Returns
    -------
    A row a structure, and a last one for the mean of all structures of a case. ``measures`` maps
    columns to n, mean, standard deviation (n − 1), median and the bootstrap interval of the mean;
    what is not defined is None.
    """
    rows = []
    for bone, side in structures_in(metrics):
        chosen = metrics[(metrics["bone"] == bone) & (metrics["side"] == side)]
        rows.append(_summary_row(structure_name(bone, side), bone, side, chosen, measures))
    if len(rows) > 1:
        columns = [one.column for one in measures]
        by_case = metrics.groupby("case")[columns].mean().reset_index()
        rows.append(_summary_row("Mean of all bones", "", "", by_case, measures))
    return rows


def summarise_slices(slices: pd.DataFrame) -> list[dict]:
    """Return n, cases, median and quartiles of the slices' Dice, a row a bone."""
    rows = []
    for bone in bones_in(slices):
        known = slices[(slices["bone"] == bone) & slices["dice"].notna()]
        low, middle, high = known["dice"].quantile([0.25, 0.5, 0.75]) if len(known) else [None] * 3
        rows.append(
            {
                "bone": bone,
                "name": bone_name(bone),
                "n": len(known),
                "n_cases": int(known["case"].nunique()),
                "median": middle,
                "lower_quartile": low,
                "upper_quartile": high,
            }
        )
    return rows


def volume_agreement(metrics: pd.DataFrame) -> list[VolumeAgreement]:
    """Compare the volumes of each bone, left and right of a case taken together.

    The sides of a patient are not independent, and the bones differ in size so much that one line
    through all of them would look good whatever the masks are.
    """
    columns = ["truth_ml", "prediction_ml"]
    found = []
    for bone in bones_in(metrics):
        of_bone = metrics[metrics["bone"] == bone]
        volumes = of_bone.groupby("case")[columns].sum(min_count=1).dropna().reset_index()
        line, limits, reason = None, None, ""
        try:
            limits = bland_altman(volumes["prediction_ml"], volumes["truth_ml"])
            line = linear_regression(volumes["prediction_ml"], volumes["truth_ml"])
        except UndefinedStatisticError as error:
            reason = str(error)
        found.append(VolumeAgreement(bone, volumes, line, limits, reason))
    return found


def shown_bones(metrics: pd.DataFrame) -> pd.DataFrame:
    """Leave out the bones and sides that neither truth nor prediction shows in any case.

    A label table may tell of more than the labels hold.
    """
    volume = metrics["truth_ml"] + metrics["prediction_ml"]
    return metrics[volume.groupby([metrics["bone"], metrics["side"]]).transform("max") > 0]


def require_bones(metrics: pd.DataFrame) -> None:
    """Refuse metrics in which there is no bone at all.

    Raises
    ------
    NothingToCompareError
        There is none.
    """
    if shown_bones(metrics).empty:
        raise NothingToCompareError


def components_list(metrics: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows with parts that are missing from the prediction, or extra in it."""
    counts = metrics[["missing_components", "extra_components"]].fillna(0)
    rows = metrics[(counts > 0).any(axis=1)]
    return [
        {
            "case": row["case"],
            "bone": row["bone"],
            "side": row["side"],
            "name": structure_name(row["bone"], row["side"]),
            "missing": int(row["missing_components"]),
            "extra": int(row["extra_components"]),
        }
        for row in rows.to_dict("records")
    ]


def warnings_of(result: CohortResult, resampled: bool) -> list[str]:
    """Return what a reader has to know before believing the numbers."""
    metrics, n_cases = shown_bones(result.metrics), result.metrics["case"].nunique()
    found = []
    if n_cases < FEW_CASES:
        found.append(
            f"Only {n_cases} case{'s' if n_cases != 1 else ''}: standard deviations and intervals "
            "are rough, and say little about other patients."
        )
    if left_out := result.cases.without_prediction:
        found.append(f"No prediction for {len(left_out)} of the truths: {listed(left_out)}.")
    if resampled:
        found.append(
            "Predictions on other grids were resampled (nearest neighbour) to the grid of the "
            "truth, as asked; that by itself costs some agreement."
        )
    if absent := set(structures_in(result.metrics)) - set(structures_in(metrics)):
        names = listed(structure_name(*one).lower() for one in sorted(absent))
        found.append(f"Neither truth nor prediction shows: {names}.")
    together = sorted(set(metrics.loc[metrics["side"] == "both", "bone"]))
    if together:
        names = " and ".join(bone_name(bone).lower() for bone in together)
        found.append(f"Left and right are taken together for {names}: the labels tell no side.")
    truth, prediction, dice = (metrics[name] for name in ("truth_ml", "prediction_ml", "dice"))
    for title, rows in (
        ("Not in the prediction", metrics[(prediction == 0) & (truth > 0)]),
        ("Not in the truth", metrics[(truth == 0) & (prediction > 0)]),
        (f"Dice below {POOR_DICE}", metrics[(dice < POOR_DICE) & (dice > 0)]),
    ):
        if len(rows):
            found.append(f"{title}: {listed(_named_rows(rows))}.")
    return found


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as JSON can hold them, with None where a value is undefined."""
    return plain(frame.to_dict("records"))


def plain(value: Any) -> Any:
    """Turn NumPy's numbers into Python's, and what is not finite into None, all the way down."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return None if value is pd.NA else value


def report_data(result: CohortResult, compared: dict[str, Any], resampled: bool) -> dict[str, Any]:
    """Put together everything that is not a picture.

    Parameters
    ----------
    result
        What was measured.
    compared
        What the reader is told of the two: names, schemes.
    resampled
        Whether resampling was asked for.
    """
    cases = sorted(set(result.metrics["case"]))
    metrics = shown_bones(result.metrics)
    return plain(
        {
            "compared": {**compared, "cases": cases, "n_cases": len(cases)},
            "warnings": warnings_of(result, resampled),
            "summary": summarise(metrics),
            "slices_summary": summarise_slices(result.slices),
            "agreement": [one.as_data() for one in volume_agreement(metrics)],
            "worst_slices": worst_slices(result.slices).to_dict("records"),
            "components": components_list(metrics),
            "metrics": metrics.to_dict("records"),
            "slices": result.slices.to_dict("records"),
        }
    )


def _named_rows(rows: pd.DataFrame) -> list[str]:
    return [
        f"{row['case']} {structure_name(row['bone'], row['side']).lower()}"
        for row in rows.to_dict("records")
    ]


def _summary_row(
    name: str, bone: str, side: str, rows: pd.DataFrame, measures: Sequence[Measure]
) -> dict[str, Any]:
    return {
        "name": name,
        "bone": bone,
        "side": side,
        "n": len(rows),
        "measures": {one.column: _statistics(rows[one.column]) for one in measures},
    }


def _statistics(values: pd.Series) -> dict[str, Any]:
    known = values.dropna().astype(float)
    try:
        interval = bootstrap_ci(known)
    except UndefinedStatisticError:
        interval = None
    return {
        "n": len(known),
        "mean": known.mean() if len(known) else None,
        "sd": known.std(ddof=1) if len(known) > 1 else None,
        "median": known.median() if len(known) else None,
        "lower": interval.lower if interval else None,
        "upper": interval.upper if interval else None,
        "method": interval.method if interval else None,
    }
