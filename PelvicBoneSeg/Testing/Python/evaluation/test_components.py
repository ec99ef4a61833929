from __future__ import annotations

import numpy as np
import pytest

from evaluation.shapes import box
from PelvicBoneSegLib.evaluation.components import untouched_components

BONE, ISLAND, SPECK = box((2, 6), (2, 6), (2, 6)), box((9, 12), (2, 6), (2, 6)), box(
    (20, 21), (20, 21), (20, 21)
)  # fmt: skip


def test_parts_without_a_counterpart_are_counted_on_either_side():
    truth, prediction = BONE | ISLAND, BONE | SPECK

    assert untouched_components(truth, prediction) == 1
    assert untouched_components(prediction, truth) == 1


def test_one_shared_voxel_is_a_counterpart():
    assert untouched_components(BONE, box((5, 9), (5, 9), (5, 9))) == 0


def test_touching_without_a_shared_voxel_is_none():
    assert untouched_components(BONE, box((6, 9), (2, 6), (2, 6))) == 1


def test_parts_that_touch_by_a_corner_are_one():
    assert untouched_components(BONE | box((6, 8), (6, 8), (6, 8)), BONE) == 0


@pytest.mark.parametrize("other", [BONE, np.zeros_like(BONE)], ids=["bone", "nothing"])
def test_nothing_has_no_parts(other):
    assert untouched_components(np.zeros_like(BONE), other) == 0


def test_all_parts_are_missing_where_there_is_nothing():
    assert untouched_components(BONE | ISLAND | SPECK, np.zeros_like(BONE)) == 3
