"""What a mask leaves no choice in is told apart from a bundle's own errors."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.label_ceiling.compared_case import ComparedCase
from PelvicBoneSegLab.label_ceiling.measures import (
    against_usual_line,
    mean_distance,
    measure_case,
)


def a_case(truth, found, silent=None) -> ComparedCase:
    silent = np.zeros_like(truth) if silent is None else silent
    return ComparedCase("c", truth * 1.0, truth, found, silent, (5.0, 1.0, 1.0), "coronal")


def a_femur(slices: slice, rows: slice = slice(20, 60)) -> np.ndarray:
    labels = np.zeros((12, 100, 100), np.uint8)
    labels[slices, rows, 10:40] = 1
    labels[slices, rows, 60:90] = 1
    return labels


def test_a_perfect_result_is_perfect_throughout():
    labels = a_femur(slice(2, 10))
    (one,) = measure_case(a_case(labels, labels))
    assert (one.bone, one.dice, one.covered_dice, one.shared_slices_dice) == ("femur", 1, 1, 1)
    assert (one.ceiling, one.missing_slices, one.one_sided_share) == (1, 0, 0)
    assert one.asymmetry == one.found_asymmetry == 0


def test_slices_that_the_mask_lacks_lower_the_ceiling():
    (one,) = measure_case(a_case(a_femur(slice(2, 10)), a_femur(slice(2, 12))))
    assert (one.missing_slices, one.one_sided_share, one.shared_slices_dice) == (2, 1, 1)
    assert one.dice == one.ceiling == pytest.approx(16 / 18)


def test_slices_that_the_bundle_lacks_are_its_own_fault():
    (one,) = measure_case(a_case(a_femur(slice(2, 10)), a_femur(slice(2, 8))))
    assert one.dice == pytest.approx(12 / 14)
    assert (one.missing_slices, one.ceiling) == (0, 1)


def test_what_the_labels_do_not_say_is_not_counted_where_they_do_not_say_it():
    truth, found = a_femur(slice(2, 10)), a_femur(slice(2, 12))
    silent = np.zeros_like(truth)
    silent[10:] = 1
    (one,) = measure_case(a_case(truth, found, silent))
    assert (one.dice, one.covered_dice) == (pytest.approx(16 / 18), 1)
    silent[10:] = 2  # of the hip bone
    (one,) = measure_case(a_case(truth, found, silent))
    assert one.covered_dice == one.dice


def test_a_bundle_that_draws_all_patients_alike_too_large_does_not_lower_the_ceiling():
    found = a_femur(slice(2, 10), slice(18, 62))
    alike = a_case(a_femur(slice(2, 10)), found)
    other = a_case(a_femur(slice(2, 10), slice(21, 59)), found)
    measures = [one for case in (alike, alike) for one in measure_case(case)]
    assert measures[0].outlines.offset_mm < -0.5
    assert measures[0].ceiling < 0.98
    assert [one.ceiling for one in against_usual_line(measures)] == [1, 1]
    two = against_usual_line([*measure_case(alike), *measure_case(other)])
    assert two[0].outlines.offset_mm == pytest.approx(-two[1].outlines.offset_mm)
    assert two[1].outlines.offset_mm < -0.1


def test_one_side_larger_than_the_other():
    truth = a_femur(slice(2, 10))
    truth[:, :, 60:75] = 0
    (one,) = measure_case(a_case(truth, a_femur(slice(2, 10))))
    # 15 columns on the left, 30 on the right: −15 / 22.5.
    assert one.asymmetry == pytest.approx(-2 / 3)


def test_the_mean_distance_of_a_normal_distribution():
    values = np.random.default_rng(0).normal(0.7, 1.2, 200_000)
    assert mean_distance(0.7, 1.2) == pytest.approx(np.abs(values).mean(), abs=0.01)
    assert mean_distance(-0.7, 0) == 0.7
