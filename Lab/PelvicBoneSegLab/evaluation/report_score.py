"""SCORE of all cases, for the report."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from PelvicBoneSegLib.errors import PelvicBoneSegError
from PelvicBoneSegLib.evaluation.alignment import aligned
from PelvicBoneSegLib.evaluation.label_file import read_label_map
from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.label_scheme import LabelScheme

from .agreement import icc
from .cohort import CohortResult
from .reader_table import combine, rating_matrix, read_reader_table
from .report_names import bone_name, structure_name, structures_in
from .samples import UndefinedStatisticError
from .score import Purpose, domain_table, score_case, summarise


class UnknownPurposeError(PelvicBoneSegError):
    """SCORE was asked for a purpose that it does not have."""

    def __init__(self, purpose: str) -> None:
        names = ", ".join(one.value for one in Purpose)
        super().__init__(f"Unknown purpose of SCORE: {purpose}. Choose from: {names}.")


def purpose_named(name: str) -> Purpose:
    """Return the purpose of that name.

    Raises
    ------
    UnknownPurposeError
        There is none.
    """
    try:
        return Purpose(name)
    except ValueError as error:
        raise UnknownPurposeError(name) from error


def score_table(
    result: CohortResult,
    scheme: LabelScheme,
    truth_scheme: LabelScheme,
    resample: bool,
    purpose: Purpose,
    grades: Path | None = None,
) -> pd.DataFrame:
    """Score every connected domain of every case.

    Parameters
    ----------
    result
        The cases, and which bones and sides are told apart in them.
    scheme, truth_scheme, resample
        As in `cohort.evaluate_folders`.
    purpose
        What the masks are for.
    grades
        The readers' table, as `reader_table.write_reader_table` lays it out; None without readers.

    Returns
    -------
    As `score.domain_table` makes it; with grades, as `reader_table.combine` does.

    Raises
    ------
    ReaderTableError
        The readers' table cannot be used.
    """
    scores = {}
    for pair in result.cases.pairs:
        structures = structures_in(result.metrics[result.metrics["case"] == pair.case])
        prediction, truth = aligned(
            read_label_map(pair.prediction, scheme),
            read_label_map(pair.truth, truth_scheme),
            resample,
        )
        found, manual = (_labels(one, structures) for one in (prediction, truth))
        named = [(bone, side, value) for value, (bone, side) in enumerate(structures, start=1)]
        scores[pair.case] = score_case(found, manual, truth.spacing[::-1].tolist(), purpose, named)
    table = domain_table(scores)
    return combine(table, read_reader_table(grades, table)) if grades else table


def score_data(table: pd.DataFrame, purpose: Purpose, grades: Path | None) -> dict[str, Any]:
    """Return what the report shows of a table of `score_table`, with the readers' part if any."""
    column = "combined" if grades else "computed"
    summary = summarise(table, column)
    domains = [
        {**row, "name": structure_name(row["bone"], row["side"])}
        for row in table.to_dict("records")
    ]
    return {
        "purpose": purpose.value,
        "column": column,
        **asdict(summary),
        "by_bone": [
            {"bone": bone, "name": bone_name(bone), "value": value}
            for bone, value in summary.by_bone.items()
        ],
        "readers_icc": _readers_agreement(table, grades) if grades else None,
        "domains": domains,
    }


def _readers_agreement(table: pd.DataFrame, grades: Path) -> dict[str, Any] | None:
    try:
        return asdict(icc(rating_matrix(read_reader_table(grades, table))))
    except UndefinedStatisticError:
        return None


def _labels(label_map: LabelMap, structures: list[tuple[str, str]]) -> np.ndarray:
    labels = np.zeros(label_map.flags.shape, np.uint8)
    for value, structure in enumerate(structures, start=1):
        labels[label_map.mask(*structure)] = value
    return labels
