"""Agreement against published examples, values by hand and other libraries."""

from __future__ import annotations

import numpy as np
import pingouin
import pytest
from scipy import stats

from PelvicBoneSegLab.evaluation.agreement import bland_altman, icc, linear_regression
from PelvicBoneSegLab.evaluation.samples import UndefinedStatisticError

# pingouin 0.7 on pandas 3.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")

WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI_WRIGHT = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
"""Peak flow of 17 people in l/min, first readings: Bland and Altman 1986, table I."""

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
"""Six targets, four judges: Shrout and Fleiss 1979, table 2."""


def test_bland_and_altman_1986():
    found = bland_altman(WRIGHT, MINI_WRIGHT)
    assert (found.n, found.left_out) == (17, 0)
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert found.bias_ci == pytest.approx((-22.0, 17.8), abs=0.05)
    # The paper prints −79.7 and 75.5: it takes 2 sd, and so does this line.
    assert found.bias - 2 * found.sd == pytest.approx(-79.7, abs=0.1)
    # Half the width of a limit's interval: 34.6 in the paper, by its rounded formula √(3/n).
    assert (found.upper_ci[1] - found.upper_ci[0]) / 2 == pytest.approx(34.6, abs=0.3)


def test_bland_altman_by_hand():
    """Differences 1, 2, 3: mean 2, sd 1, t(0.975, 2) = 4.302653."""
    found = bland_altman([11, 22, 33], [10, 20, 30])
    assert (found.bias, found.sd) == pytest.approx((2, 1))
    assert (found.lower, found.upper) == pytest.approx((0.04, 3.96))
    of_bias = 4.302653 / 3**0.5
    of_limit = 4.302653 * (1 / 3 + 1.96**2 / 4) ** 0.5
    assert found.bias_ci == pytest.approx((2 - of_bias, 2 + of_bias), rel=1e-6)
    assert found.lower_ci == pytest.approx((0.04 - of_limit, 0.04 + of_limit), rel=1e-6)
    assert found.upper_ci == pytest.approx((3.96 - of_limit, 3.96 + of_limit), rel=1e-6)


def test_over_estimation_is_a_positive_bias():
    assert bland_altman([12, 13, 14], [10, 11, 12]).bias == 2


def test_incomplete_pairs_are_left_out_and_counted():
    found = bland_altman([11, 22, 33, None, 5], [10, 20, 30, 40, float("nan")])
    assert (found.n, found.left_out, found.bias) == (3, 2, 2)


def test_two_pairs_have_no_limits_of_agreement():
    with pytest.raises(UndefinedStatisticError, match="2 pairs, at least 3 are needed"):
        bland_altman([1, 2], [1, 2])


def test_lists_of_different_length_are_no_pairs():
    with pytest.raises(ValueError, match="3 values cannot be paired with 2"):
        bland_altman([1, 2, 3], [1, 2])


def test_regression_by_hand():
    """Truth 1, 2, 3, 4; prediction 2, 4, 5, 8: Sxx 5, Sxy 9.5, Syy 18.75."""
    found = linear_regression([2, 4, 5, 8], [1, 2, 3, 4])
    assert (found.slope, found.intercept) == pytest.approx((1.9, 0))
    assert found.r2 == pytest.approx(9.5**2 / (5 * 18.75))
    error = ((18.75 - 9.5**2 / 5) / 2 / 5) ** 0.5
    half = stats.t.ppf(0.975, 2) * error
    assert found.slope_ci == pytest.approx((1.9 - half, 1.9 + half))
    assert found.n == 4


def test_regression_agrees_with_pingouin():
    found = linear_regression(WRIGHT, MINI_WRIGHT)
    table = pingouin.linear_regression(MINI_WRIGHT, WRIGHT)
    intercept, slope = table["coef"]
    assert (found.intercept, found.slope) == pytest.approx((intercept, slope))
    assert found.r2 == pytest.approx(table["r2"][0])
    ends = table[[column for column in table if column.startswith("CI")]].to_numpy()
    assert found.intercept_ci == pytest.approx(tuple(ends[0]))
    assert found.slope_ci == pytest.approx(tuple(ends[1]))


@pytest.mark.parametrize(("prediction", "truth"), [([1, 2, 3], [5, 5, 5]), ([5, 5, 5], [1, 2, 3])])
def test_no_regression_of_a_constant(prediction, truth):
    with pytest.raises(UndefinedStatisticError, match="all values are the same"):
        linear_regression(prediction, truth)


def test_shrout_and_fleiss_1979():
    agreement, consistency = icc(SHROUT_FLEISS, "ICC2"), icc(SHROUT_FLEISS, "ICC3")
    assert agreement.value == pytest.approx(0.29, abs=0.005)
    assert consistency.value == pytest.approx(0.71, abs=0.005)
    assert (agreement.n, agreement.raters) == (6, 4)


def test_icc_by_hand():
    """Mean squares of the same table: targets 11.242, judges 32.486, residual 1.019."""
    targets, judges, residual = 11.241667, 32.486111, 1.019444
    between = targets - residual
    agreement, consistency = icc(SHROUT_FLEISS, "ICC2"), icc(SHROUT_FLEISS, "ICC3")
    assert consistency.value == pytest.approx(between / (targets + 3 * residual), rel=1e-5)
    assert agreement.value == pytest.approx(
        between / (targets + 3 * residual + 4 * (judges - residual) / 6), rel=1e-5
    )
    # Shrout and Fleiss's interval of ICC(3,1), from F = targets / residual with 5 and 15 degrees.
    f = targets / residual
    low, high = f / stats.f.ppf(0.975, 5, 15), f * stats.f.ppf(0.975, 15, 5)
    expected = (low - 1) / (low + 3), (high - 1) / (high + 3)
    assert consistency.ci == pytest.approx(expected, rel=1e-5)


def test_icc_leaves_pingouins_options_as_they_were():
    before = dict(pingouin.options)
    icc(SHROUT_FLEISS)
    assert dict(pingouin.options) == before


def test_a_target_that_one_rater_missed_is_left_out():
    found = icc([*SHROUT_FLEISS, [1, 2, float("nan"), 3]])
    assert (found.n, found.left_out) == (6, 1)
    assert found.value == icc(SHROUT_FLEISS).value


def test_readers_who_agree_wholly():
    ratings = np.array([[1, 1], [5, 5], [9, 9], [4, 4]])
    for kind in ("ICC2", "ICC3"):
        found = icc(ratings, kind)
        assert (found.value, found.ci, found.p) == (1, (1, 1), 0)


def test_readers_who_differ_by_a_constant():
    """Targets 1, 5, 9 and the same plus 2: consistent; 32 between, 6 for raters, 0 residual."""
    ratings = np.array([[1, 3], [5, 7], [9, 11]])
    assert icc(ratings, "ICC3").value == 1
    agreement = icc(ratings, "ICC2")
    assert agreement.value == pytest.approx(32 / (32 + 2 * 6 / 3))
    assert agreement.ci is None


def test_icc_needs_three_targets_two_raters_and_a_difference():
    with pytest.raises(UndefinedStatisticError, match="2 targets rated by all"):
        icc([[1, 2], [3, 4]])
    with pytest.raises(UndefinedStatisticError, match="1 raters"):
        icc([[1], [3], [4]])
    with pytest.raises(UndefinedStatisticError, match="all ratings are the same"):
        icc(np.ones((4, 2)))
