"""Whether two measurements of the same thing agree: volumes, readers, runs.

Each function takes one pair, or one row, a patient: it assumes that they are independent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from .samples import UndefinedStatisticError, complete_pairs, require

Interval = tuple[float, float]

IccKind = Literal["ICC2", "ICC3"]
_PINGOUIN_NAMES = {"ICC2": ("ICC2", "ICC(A,1)"), "ICC3": ("ICC3", "ICC(C,1)")}
"""By Shrout and Fleiss in pingouin 0.6, by McGraw and Wong in 0.7."""


@dataclass(frozen=True)
class LinearRegression:
    """Least squares line prediction = intercept + slope · truth.

    Attributes
    ----------
    slope, intercept
        The line; 1 and 0 where the two agree.
    slope_ci, intercept_ci
        95 % confidence intervals.
    r2
        Share of the variance that the line explains. High also where there is a constant bias:
        see `bland_altman`.
    n, left_out
        Complete pairs, and incomplete ones.
    """

    slope: float
    intercept: float
    slope_ci: Interval
    intercept_ci: Interval
    r2: float
    n: int
    left_out: int


@dataclass(frozen=True)
class BlandAltman:
    """Bias and 95 % limits of agreement, in the unit of the values.

    Attributes
    ----------
    bias
        Mean of prediction − truth: above 0 is over-estimation.
    sd
        Standard deviation of the differences (n − 1).
    lower, upper
        Limits of agreement: bias ∓ 1.96 sd.
    bias_ci, lower_ci, upper_ci
        95 % confidence intervals of the three.
    n, left_out
        Complete pairs, and incomplete ones.
    """

    bias: float
    sd: float
    lower: float
    upper: float
    bias_ci: Interval
    lower_ci: Interval
    upper_ci: Interval
    n: int
    left_out: int


@dataclass(frozen=True)
class Icc:
    """Intraclass correlation of single measurements.

    Attributes
    ----------
    kind
        ``"ICC2"`` (absolute agreement) or ``"ICC3"`` (consistency).
    value
        At most 1.
    ci
        95 % confidence interval; None where raters differ by a constant alone, and it cannot be
        computed.
    p
        Of the null hypothesis that it is 0.
    n, raters
        Targets with a value of every rater, and raters.
    left_out
        Targets that some rater did not rate.
    """

    kind: IccKind
    value: float
    ci: Interval | None
    p: float
    n: int
    raters: int
    left_out: int


def linear_regression(prediction: Iterable[float], truth: Iterable[float]) -> LinearRegression:
    """Fit prediction against truth by least squares.

    Parameters
    ----------
    prediction, truth
        Values of the same cases, in the same order; None or NaN where undefined.

    Raises
    ------
    UndefinedStatisticError
        Fewer than three pairs, or values that are all the same.
    """
    from scipy import stats

    y, x, left_out = complete_pairs(prediction, truth)
    require("regression", x.size, what="pairs")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise UndefinedStatisticError("regression", "all values are the same")
    fit = stats.linregress(x, y)
    t = stats.t.ppf(0.975, x.size - 2)
    return LinearRegression(
        float(fit.slope),
        float(fit.intercept),
        _around(fit.slope, t * fit.stderr),
        _around(fit.intercept, t * fit.intercept_stderr),
        float(fit.rvalue**2),
        x.size,
        left_out,
    )


def bland_altman(prediction: Iterable[float], truth: Iterable[float]) -> BlandAltman:
    """Measure how far prediction and truth lie apart.

    Bland JM, Altman DG. Statistical methods for assessing agreement between two methods of clinical
    measurement. Lancet 327, 1986: the limits. Measuring agreement in method comparison studies.
    Statistical Methods in Medical Research 8, 1999: the variance of a limit is
    (1/n + 1.96² / (2(n − 1))) sd²; the paper of 1986 rounds it to 3 sd² / n.

    Parameters
    ----------
    prediction, truth
        Values of the same cases, in the same order; None or NaN where undefined.

    Raises
    ------
    UndefinedStatisticError
        Fewer than three pairs.
    """
    from scipy import stats

    first, second, left_out = complete_pairs(prediction, truth)
    n = first.size
    require("Bland–Altman analysis", n, what="pairs")
    difference = first - second
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    t = stats.t.ppf(0.975, n - 1)
    of_bias = t * sd / np.sqrt(n)
    of_limit = t * sd * np.sqrt(1 / n + 1.96**2 / (2 * (n - 1)))
    lower, upper = bias - 1.96 * sd, bias + 1.96 * sd
    return BlandAltman(
        bias,
        sd,
        lower,
        upper,
        _around(bias, of_bias),
        _around(lower, of_limit),
        _around(upper, of_limit),
        n,
        left_out,
    )


def icc(ratings: pd.DataFrame | np.ndarray, kind: IccKind = "ICC2") -> Icc:
    """Compute how much of the variance between ratings is due to the targets.

    Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability.
    Psychological Bulletin 86, 1979. ICC2, ICC(2,1) there, asks whether the raters, taken as a
    sample of all raters, give the same values; ICC3, ICC(3,1), whether these raters do but for a
    constant difference. Computed by pingouin.

    Parameters
    ----------
    ratings
        Shape (targets, raters); NaN where a rater gave no value.
    kind
        Which of the two.

    Raises
    ------
    UndefinedStatisticError
        Fewer than three complete targets, fewer than two raters, or all ratings the same.
    """
    values = np.asarray(ratings, np.float64)
    complete = np.isfinite(values).all(axis=1)
    kept = values[complete]
    require("ICC", len(kept), what="targets rated by all")
    require("ICC", kept.shape[1], 2, "raters")
    if np.ptp(kept) == 0:
        raise UndefinedStatisticError("ICC", "all ratings are the same")
    row = _pingouin_icc(kept, kind)
    value = float(row["ICC"])
    return Icc(
        kind,
        value,
        (1.0, 1.0) if value == 1 else _interval(row),
        float(row["pval"]),
        len(kept),
        kept.shape[1],
        int(np.count_nonzero(~complete)),
    )


def _pingouin_icc(ratings: np.ndarray, kind: IccKind) -> pd.Series:
    import pingouin

    long = pd.DataFrame(ratings).rename_axis("target").reset_index()
    long = long.melt("target", var_name="rater", value_name="rating")
    rounding = "round.column.CI95"
    before = pingouin.options[rounding]
    # pingouin rounds its interval to two decimals unless it is told not to.
    pingouin.options[rounding] = None
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # raters who agree wholly
            table = pingouin.intraclass_corr(long, "target", "rater", "rating")
    finally:
        pingouin.options[rounding] = before
    return table[table["Type"].isin(_PINGOUIN_NAMES[kind])].iloc[0]


def _interval(row: pd.Series) -> Interval | None:
    lower, upper = (float(end) for end in row["CI95"])
    return (lower, upper) if np.isfinite([lower, upper]).all() else None


def _around(centre: float, half: float) -> Interval:
    return float(centre - half), float(centre + half)
