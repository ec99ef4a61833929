from __future__ import annotations

import numpy as np
import pytest

from evaluation.shapes import box
from PelvicBoneSegLib.evaluation.overlap import Overlap


def test_a_box_of_ten_shifted_by_three_shares_seven_tenths():
    overlap = Overlap.of(box((2, 12), (2, 12), (3, 13)), box((2, 12), (2, 12), (0, 10)))

    assert (overlap.truth, overlap.prediction, overlap.both) == (1000, 1000, 700)
    assert overlap.dice == pytest.approx(0.7)
    assert overlap.iou == pytest.approx(7 / 13)
    assert overlap.volume_similarity == 1.0


@pytest.mark.parametrize(("predicted", "expected"), [(150, 1.2), (100, 1.0), (50, 1 - 50 / 150)])
def test_volume_similarity_tells_over_from_under_estimation(predicted, expected):
    assert Overlap(truth=100, prediction=predicted, both=0).volume_similarity == pytest.approx(
        expected
    )


@pytest.mark.parametrize(
    ("truth", "prediction", "similarity"), [(8, 0, 0.0), (0, 8, 2.0)], ids=["missed", "invented"]
)
def test_one_empty_side_has_no_overlap(truth, prediction, similarity):
    overlap = Overlap(truth, prediction, both=0)

    assert (overlap.dice, overlap.iou, overlap.volume_similarity) == (0.0, 0.0, similarity)


def test_nothing_is_defined_of_two_empty_masks():
    nothing = np.zeros((2, 2, 2), bool)
    overlap = Overlap.of(nothing, nothing)

    assert (overlap.dice, overlap.iou, overlap.volume_similarity) == (None, None, None)


def test_boxes_that_touch_do_not_overlap():
    assert Overlap.of(box((2, 4), (2, 4), (5, 8)), box((2, 4), (2, 4), (2, 5))).dice == 0.0
