"""Dice by hand."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.dice import dice, dice_by_bone


def test_half_overlap():
    a, b = np.zeros(10, bool), np.zeros(10, bool)
    a[:4] = b[2:6] = True
    assert dice(a, b) == pytest.approx(0.5)


def test_one_empty_side_is_zero_and_two_are_undefined():
    a, nothing = np.ones(3, bool), np.zeros(3, bool)
    assert dice(a, nothing) == 0
    assert dice(nothing, nothing) is None


def test_bones_are_told_apart():
    truth = np.array([0, 1, 1, 2, 3])
    found = np.array([0, 1, 2, 2, 0])
    assert dice_by_bone(found, truth) == {
        "femur": pytest.approx(2 / 3),
        "hip_bone": pytest.approx(2 / 3),
        "sacrum": 0,
        "lumbar_spine": None,
    }
