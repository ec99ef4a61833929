"""Confidence intervals by resampling patients.

Resampled are patients with all their values, not values: the bones and slices of one patient are
not independent, and an interval that took them as such would be too narrow (Davison AC, Hinkley DV.
Bootstrap Methods and their Application. Cambridge 1997, section 3.8).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from .samples import UndefinedStatisticError, require

Method = Literal["BCa", "percentile"]

RESAMPLES = 2000
"""Efron and Tibshirani (An Introduction to the Bootstrap, 1993) ask for 1000 and more."""

SEED = 0
"""The same data give the same interval, on every run."""


@dataclass(frozen=True)
class BootstrapInterval:
    """A statistic with its confidence interval.

    Attributes
    ----------
    estimate
        The statistic of all values.
    lower, upper
        Ends of the interval.
    confidence
        Its level, such as 0.95.
    method
        ``"BCa"`` (bias-corrected and accelerated) or ``"percentile"``, as it was in fact computed.
    resamples, seed
        What it takes to compute it again.
    n_cases
        Patients resampled.
    n
        Values that they have together.
    left_out
        Undefined values, which were left out.
    """

    estimate: float
    lower: float
    upper: float
    confidence: float
    method: Method
    resamples: int
    seed: int
    n_cases: int
    n: int
    left_out: int


def bootstrap_ci(
    values: Iterable[float],
    cases: Iterable[Hashable] | None = None,
    statistic: Callable[[np.ndarray], float] = np.mean,
    confidence: float = 0.95,
    method: Method = "BCa",
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> BootstrapInterval:
    """Resample patients and take the statistic of all their values.

    BCa (Efron B. Better bootstrap confidence intervals. JASA 82, 1987) where it exists; where it
    does not, because no resample lies on one side of the estimate, the percentile interval, and
    `method` says so.

    Parameters
    ----------
    values
        One number for each case, bone, side or slice; None or NaN where undefined.
    cases
        The patient of each value. By default each value is a patient of its own.
    statistic
        Of an array (n,) to a number, such as `numpy.mean` or `numpy.median`.
    confidence, method, resamples, seed
        See `BootstrapInterval`.

    Raises
    ------
    UndefinedStatisticError
        Fewer than three patients have a value.
    ValueError
        `cases` and `values` do not have the same length.
    """
    groups, n, left_out = _groups(values, cases)
    require("bootstrap interval", len(groups))

    def of_patients(chosen: np.ndarray) -> float:
        return float(statistic(np.concatenate([groups[index] for index in chosen])))

    estimate = of_patients(np.arange(len(groups)))
    used, (lower, upper) = _interval(of_patients, len(groups), method, confidence, resamples, seed)
    if not np.isfinite([estimate, lower, upper]).all():
        raise UndefinedStatisticError("bootstrap interval", "the statistic is not a finite number")
    return BootstrapInterval(
        estimate, lower, upper, confidence, used, resamples, seed, len(groups), n, left_out
    )


def _groups(
    values: Iterable[float], cases: Iterable[Hashable] | None
) -> tuple[list[np.ndarray], int, int]:
    numbers = pd.to_numeric(pd.Series(list(values), dtype=object)).astype(float)
    owners = pd.Series(list(cases) if cases is not None else list(range(numbers.size)))
    if owners.size != numbers.size:
        raise ValueError(f"{numbers.size} values cannot belong to {owners.size} cases")
    defined = np.isfinite(numbers)
    groups = numbers[defined].groupby(owners[defined], sort=False)
    found = [group.to_numpy() for _, group in groups]
    return found, int(defined.sum()), int((~defined).sum())


def _interval(
    statistic: Callable[[np.ndarray], float],
    n_cases: int,
    method: Method,
    confidence: float,
    resamples: int,
    seed: int,
) -> tuple[Method, tuple[float, float]]:
    from scipy import stats

    with warnings.catch_warnings():
        # Said by the method in the result instead.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        result = stats.bootstrap(
            (np.arange(n_cases),),
            statistic,
            vectorized=False,
            n_resamples=resamples,
            confidence_level=confidence,
            method=method,
            rng=np.random.default_rng(seed),
        )
    interval = result.confidence_interval
    if method == "BCa" and not np.isfinite([interval.low, interval.high]).all():
        tail = (1 - confidence) / 2
        low, high = np.quantile(result.bootstrap_distribution, [tail, 1 - tail])
        return "percentile", (float(low), float(high))
    return method, (float(interval.low), float(interval.high))
