"""Intervals by resampling patients."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from PelvicBoneSegLab.evaluation.bootstrap import bootstrap_ci
from PelvicBoneSegLab.evaluation.samples import UndefinedStatisticError

DICE = [0.81, 0.86, 0.9, 0.72, 0.93, 0.88, 0.79, 0.84]


@pytest.mark.parametrize("method", ["BCa", "percentile"])
def test_one_value_a_patient_is_scipys_bootstrap(method):
    found = bootstrap_ci(DICE, method=method, resamples=500, seed=7)
    expected = stats.bootstrap(
        (DICE,),
        np.mean,
        vectorized=False,
        n_resamples=500,
        method=method,
        rng=np.random.default_rng(7),
    ).confidence_interval
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high))
    assert found.estimate == pytest.approx(np.mean(DICE))
    assert (found.method, found.resamples, found.seed) == (method, 500, 7)
    assert (found.n_cases, found.n, found.left_out) == (8, 8, 0)


def test_percentiles_of_all_resamples_of_three_patients():
    """Of the 27 resamples of 0, 3, 6 one in 27 is all zeros: above 2.5 %, so 0 is the lower end."""
    found = bootstrap_ci([0, 3, 6], method="percentile", resamples=5000)
    assert (found.lower, found.estimate, found.upper) == (0, 3, 6)


def test_more_values_of_the_same_patients_are_no_more_evidence():
    """Ten copies of each value would narrow an interval that took them as independent."""
    once = bootstrap_ci(DICE, method="percentile")
    copied = bootstrap_ci(np.repeat(DICE, 10), np.repeat(np.arange(8), 10), method="percentile")
    assert (copied.n_cases, copied.n) == (8, 80)
    assert (copied.lower, copied.upper) == pytest.approx((once.lower, once.upper))
    naive = bootstrap_ci(np.repeat(DICE, 10), method="percentile")
    assert naive.upper - naive.lower < 0.5 * (once.upper - once.lower)


def test_a_patient_is_drawn_with_all_its_values():
    """Each patient has one 0 and one 10, so the mean of whole patients can only be 5."""
    found = bootstrap_ci([0, 10, 0, 10, 0, 10], ["a", "a", "b", "b", "c", "c"])
    assert (found.lower, found.estimate, found.upper) == (5, 5, 5)
    assert found.method == "percentile"


def test_the_same_data_give_the_same_interval():
    assert bootstrap_ci(DICE) == bootstrap_ci(DICE)


def test_another_statistic():
    assert bootstrap_ci(DICE, statistic=np.median).estimate == pytest.approx(0.85)


def test_a_wider_interval_for_more_confidence():
    wide, narrow = bootstrap_ci(DICE, confidence=0.99), bootstrap_ci(DICE, confidence=0.8)
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


def test_undefined_values_are_left_out_and_counted():
    found = bootstrap_ci([*DICE, None, float("nan")])
    assert (found.n, found.left_out, found.n_cases) == (8, 2, 8)
    assert found.lower == bootstrap_ci(DICE).lower


def test_two_patients_have_no_interval_however_many_values_they_have():
    with pytest.raises(UndefinedStatisticError, match="2 cases, at least 3 are needed"):
        bootstrap_ci(DICE, ["a"] * 4 + ["b"] * 4)


def test_every_value_needs_its_patient():
    with pytest.raises(ValueError, match="8 values cannot belong to 2 cases"):
        bootstrap_ci(DICE, ["a", "b"])
