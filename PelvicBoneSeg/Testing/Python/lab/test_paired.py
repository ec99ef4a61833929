"""Two methods on the same patients."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from PelvicBoneSegLab.evaluation.paired import holm, paired_tests


def metrics(dice: dict[tuple[str, str], list[float | None]]) -> pd.DataFrame:
    """Give each (bone, side) one value a case."""
    return pd.DataFrame(
        [
            {"case": f"case_{index}", "bone": bone, "side": side, "dice": value}
            for (bone, side), values in dice.items()
            for index, value in enumerate(values)
        ]
    )


def sacrum(values):
    return metrics({("sacrum", ""): values})


def test_wilcoxon_by_hand():
    """Differences 1, 2, 3, 4, −5 hundredths: ranks of the minus 5, of the plus 10.

    Of the 32 signs those with a plus sum of at most 5 are {}, 1, 2, 3, 4, 5, 12, 13, 14, 23:
    p = 2 · 10 / 32.
    """
    (found,) = paired_tests(sacrum([0.81, 0.82, 0.83, 0.84, 0.75]), sacrum([0.8] * 5), "dice")
    assert (found.bone, found.metric, found.test) == ("sacrum", "dice", "wilcoxon")
    assert (found.statistic, found.p) == pytest.approx((5, 0.625))
    assert (found.p_method, found.n, found.left_out) == ("exact", 5, 0)
    assert found.mean_difference == pytest.approx(0.01)
    assert found.median_difference == pytest.approx(0.02)
    assert found.interval.estimate == pytest.approx(0.01)
    assert found.interval.lower < 0.01 < found.interval.upper


def test_wilcoxon_with_ties_is_exact():
    """Against all signs of the ranks, tried one by one; 0.8 − 0.7 and 0.3 − 0.2 are a tie."""
    a, b = [0.8, 0.2, 0.7, 0.7, 0.1, 0.8], [0.7, 0.3, 0.4, 0.5, 0.3, 0.4]
    (found,) = paired_tests(sacrum(a), sacrum(b), "dice")
    ranks = np.array([1.5, 1.5, 5, 3.5, 3.5, 6])
    plus = ranks[[0, 2, 3, 5]].sum()
    sums = [np.dot(signs, ranks) for signs in product([0, 1], repeat=6)]
    expected = 2 * min(np.mean(sums >= plus), np.mean(sums <= plus))
    assert (found.statistic, found.p) == pytest.approx((5, expected))


def test_three_patients_cannot_be_significant():
    (found,) = paired_tests(sacrum([0.9, 0.91, 0.95]), sacrum([0.1, 0.2, 0.3]), "dice")
    assert found.p == found.smallest_p == 0.25


def test_methods_that_do_not_differ():
    (found,) = paired_tests(sacrum([0.8, 0.9, 0.7]), sacrum([0.8, 0.9, 0.7]), "dice")
    assert (found.statistic, found.p, found.mean_difference) == (0, 1, 0)


def test_methods_that_differ_in_one_patient_alone():
    (found,) = paired_tests(sacrum([0.8, 0.8, 0.9]), sacrum([0.8, 0.8, 0.7]), "dice")
    assert (found.statistic, found.p, found.p_method) == (0, 1, "exact")


@pytest.mark.parametrize(("n", "method"), [(30, "exact"), (60, "normal approximation")])
def test_wilcoxon_of_many_patients_is_scipys(n, method):
    random = np.random.default_rng(1)
    a, b = random.normal(0.85, 0.05, n), random.normal(0.83, 0.05, n)
    (found,) = paired_tests(sacrum(a), sacrum(b), "dice")
    expected = stats.wilcoxon(a, b, method="exact" if method == "exact" else "asymptotic")
    assert found.p_method == method
    assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_many_ties_among_many_patients_take_the_approximation():
    a, b = sacrum([0.9] * 20 + [0.7] * 10), sacrum([0.8] * 30)
    assert paired_tests(a, b, "dice")[0].p_method == "normal approximation"


def test_paired_t_by_hand():
    """Differences 1, 2, 3: mean 2, standard error 1/√3, t = 2√3 with 2 degrees of freedom."""
    (found,) = paired_tests(sacrum([11, 22, 33]), sacrum([10, 20, 30]), "dice", test="t")
    assert found.statistic == pytest.approx(2 * 3**0.5)
    assert found.p == pytest.approx(0.0741799, rel=1e-5)
    assert (found.p_method, found.smallest_p) == ("t distribution", None)


def test_paired_t_of_a_constant_difference_is_undefined():
    (found,) = paired_tests(sacrum([2, 3, 4]), sacrum([1, 2, 3]), "dice", test="t")
    assert (found.p, found.p_holm) == (None, None)
    assert found.reason == "all differences are the same"


def test_the_sides_of_a_patient_count_once():
    a = metrics({("femur", "left"): [0.9, 0.9, 0.9], ("femur", "right"): [0.8, 0.7, 0.6]})
    b = metrics({("femur", "left"): [0.8, 0.8, 0.8], ("femur", "right"): [0.6, 0.6, 0.6]})
    (found,) = paired_tests(a, b, "dice")
    assert found.n == 3
    assert found.mean_difference == pytest.approx(0.1)  # (0.15 + 0.1 + 0.05) / 3


def test_a_side_that_one_method_lacks_is_compared_with_nothing():
    a = metrics({("femur", "left"): [0.9, 0.9, 0.9], ("femur", "right"): [None, 0.7, 0.7]})
    b = metrics({("femur", "left"): [0.8, 0.8, 0.8], ("femur", "right"): [0.1, 0.6, 0.6]})
    assert paired_tests(a, b, "dice")[0].mean_difference == pytest.approx(0.1)


def test_too_few_patients_are_told_and_do_not_count_in_the_correction():
    a = metrics({("femur", "left"): [0.9] * 3, ("sacrum", ""): [0.9, None, 0.8]})
    b = metrics({("femur", "left"): [0.8, 0.7, 0.6], ("sacrum", ""): [0.8, 0.8, 0.8]})
    femur, sacrum_ = paired_tests(a, b, "dice")
    assert femur.p_holm == femur.p == 0.25
    assert (sacrum_.p, sacrum_.n, sacrum_.left_out) == (None, 2, 1)
    assert sacrum_.reason == "2 cases, at least 3 are needed"


def test_a_case_of_one_method_only_is_left_out():
    (found,) = paired_tests(sacrum([0.8, 0.9, 0.7, 0.6]), sacrum([0.7, 0.8, 0.5]), "dice")
    assert (found.n, found.left_out) == (3, 1)


def test_the_order_of_the_methods_is_the_sign():
    a, b = sacrum([0.81, 0.82, 0.86]), sacrum([0.8, 0.8, 0.8])
    (forward,), (backward,) = paired_tests(a, b, "dice"), paired_tests(b, a, "dice")
    assert forward.mean_difference == -backward.mean_difference
    assert forward.p == backward.p


def test_holm_by_hand():
    """0.01 · 3; 0.03 · 2 = 0.06; 0.04 · 1 is less than the one before, so 0.06 as well."""
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([None]) == [None]


def test_holm_agrees_with_statsmodels():
    p = [0.2, 0.001, 0.04, 0.03, 0.9, 0.012]
    assert holm(p) == pytest.approx(list(multipletests(p, method="holm")[1]))


def test_every_bone_is_corrected_for_the_others():
    better = [0.9 + step / 1000 for step in range(8)]
    bones = [("femur", "left"), ("sacrum", ""), ("lumbar_spine", "")]
    a = metrics(dict.fromkeys(bones, better))
    b = metrics(dict.fromkeys(bones, [0.8] * 8))
    found = paired_tests(a, b, "dice")
    assert [each.bone for each in found] == ["femur", "sacrum", "lumbar_spine"]
    assert [each.p for each in found] == [2 / 2**8] * 3
    assert [each.p_holm for each in found] == pytest.approx([6 / 2**8] * 3)
