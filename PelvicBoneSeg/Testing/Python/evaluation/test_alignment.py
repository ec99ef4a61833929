from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from evaluation.shapes import SHAPE, SPACING, box, matrix, one_bone, reordered
from PelvicBoneSegLib.evaluation.alignment import aligned
from PelvicBoneSegLib.evaluation.errors import GeometryMismatchError
from PelvicBoneSegLib.evaluation.metrics import evaluate_pair

BONE = box((4, 14), (5, 15), (6, 16)) | box((4, 6), (15, 20), (6, 9))
TRUTH = one_bone(BONE)


def test_equal_grids_are_left_alone():
    prediction, truth = aligned(one_bone(BONE), TRUTH)

    assert truth.flags is TRUTH.flags
    assert np.array_equal(prediction.mask("sacrum"), BONE)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("flips", list(product((False, True), repeat=3)))
def test_axes_in_another_order_are_put_in_place(order, flips):
    oblique = TRUTH.ijk_to_lps.copy()
    oblique[:3, :3] = _turned(20) @ oblique[:3, :3]
    prediction = reordered(one_bone(BONE, ijk_to_lps=oblique), order, flips)
    prediction, truth = aligned(prediction, one_bone(BONE, ijk_to_lps=oblique))

    assert np.array_equal(prediction.flags, truth.flags)
    assert np.array_equal(truth.ijk_to_lps, oblique)


def test_a_cropped_prediction_is_put_in_place():
    cropped = one_bone(BONE[3:20, 2:21, 4:30], ijk_to_lps=matrix(origin=(4 * 0.5, 2 * 2, 3 * 5)))
    prediction, truth = aligned(cropped, TRUTH)

    assert np.array_equal(prediction.flags, TRUTH.flags)
    assert truth.flags is TRUTH.flags


def test_a_cropped_truth_is_extended_where_the_prediction_sticks_out():
    far = box((20, 22), (1, 3), (1, 3))
    cropped = one_bone(BONE[:18, 5:21, 6:20], ijk_to_lps=matrix(origin=(6 * 0.5, 5 * 2, 0)))
    prediction, truth = aligned(one_bone(BONE | far), cropped)

    assert truth.flags.shape == prediction.flags.shape == (22, 20, 19)
    assert np.array_equal(truth.ijk_to_lps[:3, 3], [0.5, 2, 0])
    assert np.array_equal(prediction.mask("sacrum"), (BONE | far)[:22, 1:21, 1:20])
    assert np.array_equal(truth.mask("sacrum"), BONE[:22, 1:21, 1:20])


def test_the_rounding_of_nifti_headers_is_no_difference():
    rounded = TRUTH.ijk_to_lps.astype(np.float32) + np.float32(1e-4)

    assert evaluate_pair(one_bone(BONE, ijk_to_lps=rounded), TRUTH)[0].dice == 1


@pytest.mark.parametrize(
    "ijk_to_lps",
    [
        matrix(spacing=(0.5, 2.0, 4.0)),
        matrix(origin=(0.2, 0, 0)),
        np.diag([-1.0, 1, 1, 1]) @ matrix(spacing=(0.51, 2.0, 5.0)),
    ],
    ids=["spacing", "shift", "small spacing"],
)
def test_other_grids_are_refused(ijk_to_lps):
    with pytest.raises(GeometryMismatchError, match="different grids.*--resample"):
        aligned(one_bone(BONE, ijk_to_lps=ijk_to_lps), TRUTH)


def test_the_message_names_sizes_and_the_shift():
    with pytest.raises(GeometryMismatchError) as caught:
        aligned(one_bone(BONE, ijk_to_lps=matrix(origin=(0.2, 0, 0))), TRUTH)

    assert "40×30×24 voxels of 0.5×2×5 mm" in caught.value.what
    assert "up to 0.2 mm apart" in caught.value.what


def test_a_finer_prediction_is_resampled_on_request():
    """Each voxel of the truth becomes two along i; their centres lie a quarter to either side."""
    fine = matrix(spacing=(0.25, 2.0, 5.0), origin=(-0.125, 0, 0))
    prediction, truth = aligned(
        one_bone(BONE.repeat(2, axis=2), ijk_to_lps=fine), TRUTH, resample=True
    )

    assert truth.flags.shape == SHAPE
    assert np.array_equal(prediction.flags, TRUTH.flags)


def test_a_turned_prediction_is_resampled_into_its_place():
    """A ball stays a ball, wherever the axes point; what sticks out of the truth is kept."""
    turned = np.eye(4)
    turned[:3, :3] = _turned(35)
    turned[:3, 3] = 40 - turned[:3, :3] @ [40, 40, 40]
    centre = np.array([40, 40, 40])
    grid = np.stack(np.meshgrid(*[np.arange(80)] * 3, indexing="ij"))
    ball = ((grid - centre[:, None, None, None]) ** 2).sum(0) <= 15**2
    truth = one_bone(ball[20:], ijk_to_lps=matrix((1, 1, 1), origin=(0, 0, 20)))
    (found,) = evaluate_pair(one_bone(ball, ijk_to_lps=turned), truth, resample=True)

    assert found.dice > 0.98
    assert found.hd95_mm <= 1.01
    assert found.prediction_ml == pytest.approx(found.truth_ml, rel=0.01)


def test_an_empty_prediction_is_resampled_to_nothing():
    empty = one_bone(np.zeros((5, 5, 5), bool), ijk_to_lps=matrix(origin=(0.2, 0, 0)))
    (found,) = evaluate_pair(empty, TRUTH, resample=True)

    assert found.prediction_ml == 0
    assert found.dice == 0


def test_a_prediction_beside_the_truths_grid_is_kept():
    beside = one_bone(BONE, ijk_to_lps=matrix(origin=(100 * SPACING[0], 0, 0)))
    (found,) = evaluate_pair(beside, TRUTH)

    assert found.dice == 0
    assert found.prediction_ml == found.truth_ml
    assert found.extra_components == found.missing_components == 1


def _turned(degrees):
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
