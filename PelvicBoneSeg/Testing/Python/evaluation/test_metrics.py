from __future__ import annotations

import numpy as np
import pytest

from evaluation.shapes import (
    FEMURS,
    LEFT_FEMUR,
    LUMBAR_SPINE,
    RIGHT_FEMUR,
    SACRUM,
    SHAPE,
    box,
    matrix,
    one_bone,
)
from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import UnknownBoneError
from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.metrics import evaluate_pair, evaluate_slices, slice_axis

NOTHING = np.zeros(SHAPE, bool)
BOX = box((4, 14), (5, 15), (6, 16))
VOXEL_ML = 0.5 * 2.0 * 5.0 / 1000


def test_a_shifted_box_by_hand():
    """10×10×10 voxels of 0.5×2×5 mm, shifted by 3 voxels along i: 1.5 mm."""
    (found,) = evaluate_pair(one_bone(np.roll(BOX, 3, axis=2)), one_bone(BOX))

    assert (found.bone, found.side) == ("sacrum", "")
    assert found.dice == pytest.approx(0.7)
    assert found.iou == pytest.approx(700 / 1300)
    assert found.volume_similarity == 1
    assert found.truth_ml == found.prediction_ml == pytest.approx(1000 * VOXEL_ML)
    assert found.volume_error_ml == 0
    assert found.hd95_mm == pytest.approx(1.5)
    assert found.surface_dice_2mm == 1
    assert (found.missing_components, found.extra_components) == (0, 0)


def test_a_prediction_of_twice_the_volume():
    (found,) = evaluate_pair(one_bone(box((4, 14), (5, 15), (6, 26))), one_bone(BOX))

    assert found.dice == pytest.approx(2 / 3)
    assert found.volume_similarity == pytest.approx(4 / 3)
    assert found.volume_error_ml == pytest.approx(1000 * VOXEL_ML)


def test_a_missed_bone_has_no_distances():
    (found,) = evaluate_pair(one_bone(NOTHING), one_bone(BOX))

    assert (found.dice, found.iou, found.surface_dice_2mm, found.volume_similarity) == (0, 0, 0, 0)
    assert (found.hd95_mm, found.assd_mm) == (None, None)
    assert (found.missing_components, found.extra_components) == (1, 0)
    assert found.volume_error_ml == pytest.approx(-1000 * VOXEL_ML)


def test_an_invented_bone_has_no_distances():
    (found,) = evaluate_pair(one_bone(BOX), one_bone(NOTHING))

    assert (found.dice, found.iou, found.surface_dice_2mm, found.volume_similarity) == (0, 0, 0, 2)
    assert (found.hd95_mm, found.assd_mm) == (None, None)
    assert (found.missing_components, found.extra_components) == (0, 1)


def test_of_a_bone_that_neither_has_a_row_tells_nothing_but_that():
    (found,) = evaluate_pair(one_bone(NOTHING), one_bone(NOTHING))

    measures = found.dice, found.iou, found.volume_similarity, found.hd95_mm, found.assd_mm
    assert (*measures, found.surface_dice_2mm) == (None,) * 6
    assert (found.truth_ml, found.prediction_ml, found.volume_error_ml) == (0, 0, 0)


def test_a_single_voxel_is_measured():
    voxel = box((3, 4), (3, 4), (3, 4))
    (found,) = evaluate_pair(one_bone(voxel), one_bone(np.roll(voxel, 1, axis=0)))

    assert found.dice == 0
    assert found.hd95_mm == 5
    assert found.assd_mm == pytest.approx(2.5)
    assert found.surface_dice_2mm == pytest.approx(0.5)


def femurs(left, right):
    return LabelMap.from_masks({LEFT_FEMUR: left, RIGHT_FEMUR: right}, matrix())


OTHER = box((4, 14), (5, 15), (26, 36))


def test_sides_are_compared_one_by_one_where_both_tell_them():
    left, right = evaluate_pair(femurs(BOX, NOTHING), femurs(BOX, OTHER))

    assert (left.side, left.dice) == ("left", 1)
    assert (right.side, right.dice) == ("right", 0)


@pytest.mark.parametrize("turned", [False, True], ids=["truth", "prediction"])
def test_sides_are_taken_together_where_one_tells_none(turned):
    with_sides, without = femurs(BOX, OTHER), one_bone(BOX | OTHER, FEMURS)
    (found,) = evaluate_pair(*((without, with_sides) if turned else (with_sides, without)))

    assert (found.bone, found.side, found.dice) == ("femur", "both", 1)
    assert found.truth_ml == pytest.approx(2000 * VOXEL_ML)


def test_only_what_the_truth_tells_of_is_compared():
    prediction = LabelMap.from_masks({SACRUM: BOX, LUMBAR_SPINE: OTHER}, matrix())

    assert [one.bone for one in evaluate_pair(prediction, one_bone(BOX))] == ["sacrum"]


def test_bones_can_be_chosen():
    both = LabelMap.from_masks({SACRUM: BOX, LUMBAR_SPINE: OTHER}, matrix())

    assert [one.bone for one in evaluate_pair(both, both)] == ["sacrum", "lumbar_spine"]
    assert [one.bone for one in evaluate_pair(both, both, ["lumbar_spine"])] == ["lumbar_spine"]
    with pytest.raises(UnknownBoneError, match="tibia"):
        evaluate_pair(both, both, ["tibia"])


def test_rows_follow_the_order_of_bones_and_sides():
    everything = LabelMap.from_labels(
        np.zeros(SHAPE, np.uint8),
        dict(enumerate((LUMBAR_SPINE, SACRUM, RIGHT_FEMUR, LEFT_FEMUR), start=1)),
        matrix(),
    )
    rows = evaluate_pair(everything, everything)

    assert [(one.bone, one.side) for one in rows] == [
        ("femur", "left"), ("femur", "right"), ("sacrum", ""), ("lumbar_spine", "")
    ]  # fmt: skip
    assert sorted({one.bone for one in rows}, key=BONES.index) == [
        "femur",
        "sacrum",
        "lumbar_spine",
    ]


def test_segments_may_overlap():
    both = LabelMap.from_masks({SACRUM: BOX, LUMBAR_SPINE: BOX}, matrix())

    assert [one.dice for one in evaluate_pair(both, both)] == [1, 1]


def test_slices_are_those_of_the_thickest_spacing():
    """Spacing 0.5×2×5 mm: slices follow k. The truth has 4–13, the prediction 6–15."""
    slices = evaluate_slices(one_bone(np.roll(BOX, 2, axis=0)), one_bone(BOX))

    assert [one.slice_index for one in slices] == list(range(4, 16))
    assert [one.dice for one in slices] == [0, 0, *[1] * 8, 0, 0]
    assert [one.hd95_mm for one in slices] == [None] * 2 + [0] * 8 + [None] * 2
    assert [one.volume_similarity for one in slices] == [0, 0, *[1] * 8, 2, 2]
    assert slices[0].truth_mm2 == pytest.approx(100 * 0.5 * 2)
    assert slices[0].area_error_mm2 == pytest.approx(-100)
    assert slices[-1].prediction_mm2 == pytest.approx(100)


def test_a_slice_is_measured_in_mm_within_its_plane():
    (first, *_) = evaluate_slices(one_bone(np.roll(BOX, 4, axis=1)), one_bone(BOX))

    assert first.dice == pytest.approx(0.6)
    assert first.iou == pytest.approx(0.6 / 1.4)
    assert first.hd95_mm == 8
    assert first.area_error_mm2 == 0


def test_slices_of_nearly_cubic_voxels_are_axial():
    coronal_first = np.eye(4)[[0, 2, 1, 3]]  # i to the left, j up, k to the back

    assert slice_axis(one_bone(BOX, ijk_to_lps=np.eye(4))) == 0
    assert slice_axis(one_bone(BOX, ijk_to_lps=coronal_first)) == 1


def test_slice_indices_are_the_truths_own_where_the_prediction_sticks_out():
    truth = one_bone(BOX[3:], ijk_to_lps=matrix(origin=(0, 0, 15)))
    prediction = one_bone(BOX | box((0, 1), (0, 1), (0, 1)))
    slices = evaluate_slices(prediction, truth)

    assert [one.slice_index for one in slices] == [-3, *range(1, 11)]
    assert [one.dice for one in slices] == [0, *[1] * 10]
