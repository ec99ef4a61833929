"""What every statistic of the evaluation starts from: complete pairs, one value a patient."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from PelvicBoneSegLib.errors import PelvicBoneSegError

MINIMUM = 3
"""Fewest patients for which an interval or a test is given: with two, a spread says nothing."""


class UndefinedStatisticError(PelvicBoneSegError):
    """Too few values, or values that all agree, so that the statistic does not exist."""

    def __init__(self, statistic: str, reason: str) -> None:
        super().__init__(
            f"The {statistic} cannot be given: {reason}. Add cases, or leave this statistic out."
        )


def require(statistic: str, n: int, minimum: int = MINIMUM, what: str = "cases") -> None:
    """Refuse a statistic of too few values.

    Raises
    ------
    UndefinedStatisticError
        `n` is less than `minimum`.
    """
    if n < minimum:
        raise UndefinedStatisticError(statistic, f"{n} {what}, at least {minimum} are needed")


def complete_pairs(a: Iterable[float], b: Iterable[float]) -> tuple[np.ndarray, np.ndarray, int]:
    """Keep the pairs in which both values are there.

    Parameters
    ----------
    a, b
        Values of the same cases, in the same order; None or NaN where a value is undefined.

    Returns
    -------
    a, b
        float64 arrays of the complete pairs, shape (n,).
    left_out
        How many pairs were incomplete.

    Raises
    ------
    ValueError
        The two do not have the same length.
    """
    first, second = _floats(a), _floats(b)
    if first.shape != second.shape:
        raise ValueError(f"{first.size} values cannot be paired with {second.size}")
    complete = np.isfinite(first) & np.isfinite(second)
    return first[complete], second[complete], int(np.count_nonzero(~complete))


def by_case(metrics: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Give each patient one value a bone: the mean of the sides.

    Left and right of one patient are not independent, so they are no two observations.

    Parameters
    ----------
    metrics
        Rows with the columns ``case``, ``bone``, ``side`` and `metric`.
    metric
        Name of the column.

    Returns
    -------
    Rows are cases, columns bones, in the order of their first appearance; NaN where undefined.
    """
    values = metrics.assign(**{metric: pd.to_numeric(metrics[metric])})
    table = values.groupby(["case", "bone"], sort=False)[metric].mean().unstack("bone")
    return table.reindex(index=metrics["case"].unique(), columns=metrics["bone"].unique())


def _floats(values: Iterable[float]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], np.float64)
