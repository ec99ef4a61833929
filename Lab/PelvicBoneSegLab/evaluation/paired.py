"""Whether one method is better than another on the same patients, bone by bone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from .bootstrap import BootstrapInterval, bootstrap_ci
from .samples import MINIMUM, by_case

Test = Literal["wilcoxon", "t"]

EXACT_UP_TO = 15
"""Differences up to which all 2ⁿ signs are tried, which is exact with ties as well."""

DECIMALS = 12
"""Differences are rounded to these before ranks are given: 0.8 − 0.7 and 0.3 − 0.2 are a tie."""


@dataclass(frozen=True)
class PairedTest:
    """Two methods on one bone.

    Attributes
    ----------
    bone, metric
        What was compared.
    test
        ``"wilcoxon"`` (signed rank) or ``"t"`` (paired).
    n, left_out
        Patients compared, and patients that lack a value on either side.
    mean_difference, median_difference
        Of a − b over patients; None where there is no patient.
    interval
        Bootstrap interval of the mean difference; None where p is.
    statistic
        The smaller sum of ranks, or t.
    p
        Two-sided; None where it is undefined.
    p_method
        ``"exact"``, ``"normal approximation"`` or ``"t distribution"``.
    smallest_p
        What p would be if every patient spoke for the same method: n patients can say no more.
        None for the t test, which has no such bound.
    p_holm
        p corrected for the bones that were tested (Holm S. A simple sequentially rejective
        multiple test procedure. Scandinavian Journal of Statistics 6, 1979).
    reason
        Why p is None, else None.
    """

    bone: str
    metric: str
    test: Test
    n: int
    left_out: int
    mean_difference: float | None
    median_difference: float | None
    interval: BootstrapInterval | None = None
    statistic: float | None = None
    p: float | None = None
    p_method: str | None = None
    smallest_p: float | None = None
    p_holm: float | None = None
    reason: str | None = None


def paired_tests(
    a: pd.DataFrame, b: pd.DataFrame, metric: str, test: Test = "wilcoxon"
) -> list[PairedTest]:
    """Compare two methods on every bone that either has, corrected for the number of bones.

    A patient counts once a bone: the differences of the sides are averaged first, of those sides
    for which both methods have a value. The test is the caller's choice and is made before the data
    are seen: Wilcoxon's for what is bounded or skewed (Dice, IoU, HD95), the paired t test for what
    is near normal, such as volume errors of many patients.

    Parameters
    ----------
    a, b
        Metrics of the two methods on the same cases: columns ``case``, ``bone``, ``side`` and
        `metric`.
    metric
        Name of the column.
    test
        ``"wilcoxon"`` or ``"t"``.
    """
    differences = by_case(_difference(a, b, metric), metric)
    results = [
        _compare(str(bone), metric, column.to_numpy(), test) for bone, column in differences.items()
    ]
    corrected = holm(result.p for result in results)
    return [replace(each, p_holm=p) for each, p in zip(results, corrected, strict=True)]


def holm(p_values: Iterable[float | None]) -> list[float | None]:
    """Correct p values by Holm's procedure; None stays None and does not count."""
    values = list(p_values)
    tested = [p for p in values if p is not None]
    if not tested:
        return values
    import pingouin

    corrected = iter(pingouin.multicomp(tested, method="holm")[1])
    return [None if p is None else float(next(corrected)) for p in values]


def _difference(a: pd.DataFrame, b: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Subtract b from a, structure by structure; NaN where one of them has no value."""
    first, second = (
        pd.to_numeric(method.set_index(["case", "bone", "side"])[metric]) for method in (a, b)
    )
    rows = first.index.append(second.index).unique()
    return (first.reindex(rows) - second.reindex(rows)).rename(metric).reset_index()


def _compare(bone: str, metric: str, difference: np.ndarray, test: Test) -> PairedTest:
    known = np.round(difference[np.isfinite(difference)], DECIMALS)
    n = known.size
    result = PairedTest(
        bone,
        metric,
        test,
        n,
        difference.size - n,
        float(known.mean()) if n else None,
        float(np.median(known)) if n else None,
    )
    if n < MINIMUM:
        return replace(result, reason=f"{n} cases, at least {MINIMUM} are needed")
    result = replace(result, interval=bootstrap_ci(known))
    return _wilcoxon(result, known) if test == "wilcoxon" else _t(result, known)


def _wilcoxon(result: PairedTest, difference: np.ndarray) -> PairedTest:
    """Wilcoxon F. Individual comparisons by ranking methods. Biometrics Bulletin 1, 1945."""
    from scipy import stats

    changed = difference[difference != 0]
    smallest = 2.0 ** (1 - result.n)
    if changed.size < 2:
        # No sign, or one of which both are as likely; SciPy does not permute a single value.
        return replace(result, statistic=0.0, p=1.0, p_method="exact", smallest_p=smallest)
    exact, method = True, "exact"
    if changed.size <= EXACT_UP_TO:
        method = stats.PermutationMethod(n_resamples=np.inf)
    elif changed.size > 50 or np.unique(np.abs(changed)).size < changed.size:
        # SciPy's own exact distribution has no ties, and takes long beyond 50.
        exact, method = False, "asymptotic"
    found = stats.wilcoxon(changed, method=method)
    return replace(
        result,
        statistic=float(found.statistic),
        p=float(found.pvalue),
        p_method="exact" if exact else "normal approximation",
        smallest_p=smallest,
    )


def _t(result: PairedTest, difference: np.ndarray) -> PairedTest:
    from scipy import stats

    if np.ptp(difference) == 0:
        return replace(result, reason="all differences are the same")
    found = stats.ttest_1samp(difference, 0)
    return replace(
        result,
        statistic=float(found.statistic),
        p=float(found.pvalue),
        p_method="t distribution",
    )
