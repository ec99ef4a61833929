from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE, SACRUM
from PelvicBoneSegLib.errors import UnknownBoneError, UnknownSideError
from PelvicBoneSegLib.segmentation.postprocess import postprocess
from PelvicBoneSegLib.segmentation.volume import Volume
from segmentation.ellipsoid_pelvis import (
    CORONAL,
    DEEP,
    DEEP_SHAPE,
    LEFT_FEMUR,
    LEFT_HIP,
    MIDLINE_SACRUM,
    PELVIS,
    RIGHT_FEMUR,
    RIGHT_HIP,
    Shape,
    cropped,
    lps_points,
    rotation_about_z,
    scan,
)

TRUTH = (
    (1, LEFT_FEMUR),
    (2, RIGHT_FEMUR),
    (3, LEFT_HIP),
    (4, RIGHT_HIP),
    (5, MIDLINE_SACRUM),
    (6, PELVIS[-1]),
)
HOLE = None


def expected_pelvis(labels: np.ndarray, volume: Volume) -> np.ndarray:
    points = lps_points(labels.shape, volume.ijk_to_lps)
    expected = np.zeros_like(labels)
    for label, shape in TRUTH:
        expected[shape.holds(points)] = label
    return expected


def x_of(labels: np.ndarray, volume: Volume, label: int) -> np.ndarray:
    return lps_points(labels.shape, volume.ijk_to_lps)[labels == label][:, 0]


def box(bone: str | None, centre, radii) -> Shape:
    return Shape(bone, centre, radii, is_box=True)


def test_a_clean_pelvis_gets_the_six_labels_and_nothing_else_changes():
    labels, volume = scan(*PELVIS)
    result = postprocess(labels, volume, BONES, "both")

    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, expected_pelvis(labels, volume))


def test_the_class_labels_are_left_as_they_were():
    labels, volume = scan(*PELVIS, Shape(FEMUR, (0, 0, -100), (5, 5, 5)))
    before = labels.copy()
    postprocess(labels, volume, BONES)

    np.testing.assert_array_equal(labels, before)


def test_only_chosen_segments_are_written_and_they_are_the_same_as_in_a_full_run():
    labels, volume = scan(*PELVIS)
    full = postprocess(labels, volume, BONES, "both")
    chosen = postprocess(labels, volume, [SACRUM, FEMUR], "left")

    np.testing.assert_array_equal(chosen, np.where(np.isin(full, (1, 5)), full, 0))
    assert set(np.unique(chosen)) == {0, 1, 5}


def test_no_bone_gives_an_empty_label_map():
    labels, volume = scan()

    assert not postprocess(labels, volume, BONES).any()


def test_a_chosen_bone_that_is_missing_is_left_out():
    labels, volume = scan(LEFT_HIP, RIGHT_HIP)

    assert not postprocess(labels, volume, [FEMUR]).any()


@pytest.mark.parametrize(
    ("bones", "side", "error"),
    [(["tail"], "both", UnknownBoneError), ([FEMUR], "up", UnknownSideError)],
)
def test_unknown_choices_are_refused(bones, side, error):
    labels, volume = scan(*PELVIS)
    with pytest.raises(error):
        postprocess(labels, volume, bones, side)


# --- left and right ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bone", "bridge", "left", "right"),
    [
        (FEMUR, box(FEMUR, (0, 0, -60), (150, 8, 8)), 1, 2),
        (HIP_BONE, box(HIP_BONE, (0, 0, 0), (60, 8, 8)), 3, 4),
    ],
    ids=["femurs", "hip bones"],
)
def test_joined_bones_are_divided_in_the_midline(bone, bridge, left, right):
    labels, volume = scan(*PELVIS, bridge)
    result = postprocess(labels, volume, [bone])

    np.testing.assert_array_equal(result > 0, labels == BONES.index(bone) + 1)
    assert x_of(result, volume, left).min() == 2
    assert x_of(result, volume, right).max() == -2


def test_a_femur_that_leans_over_the_midline_is_not_cut():
    leaning = Shape(FEMUR, (60, 0, -70), (75, 20, 40))
    labels, volume = scan(LEFT_HIP, RIGHT_HIP, MIDLINE_SACRUM, RIGHT_FEMUR, leaning)
    result = postprocess(labels, volume, [FEMUR])

    assert x_of(result, volume, 1).min() < -10
    assert x_of(result, volume, 2).max() < -110


@pytest.mark.parametrize("shapes", [PELVIS, (LEFT_FEMUR, RIGHT_FEMUR)], ids=["all", "femurs"])
def test_a_femur_that_is_cut_off_keeps_its_side(shapes):
    labels, volume = cropped(*scan(*shapes), -145, 240)
    result = postprocess(labels, volume, [FEMUR])

    assert x_of(result, volume, 1).min() > 110
    assert x_of(result, volume, 2).max() < -110


@pytest.mark.parametrize(("femur", "label"), [(LEFT_FEMUR, 1), (RIGHT_FEMUR, 2)])
@pytest.mark.parametrize("others", [(), (LEFT_HIP, RIGHT_HIP), (MIDLINE_SACRUM,)])
def test_one_femur_alone_gets_the_right_side(femur, label, others):
    labels, volume = scan(*others, femur)
    result = postprocess(labels, volume, [FEMUR])

    np.testing.assert_array_equal(result, np.where(labels == 1, label, 0))


@pytest.mark.parametrize("side", [1, -1], ids=["left", "right"])
def test_a_small_field_of_view_about_one_joint_shows_one_side(side):
    shapes = (LEFT_FEMUR, LEFT_HIP) if side > 0 else (RIGHT_FEMUR, RIGHT_HIP)
    labels, volume = cropped(*scan(*shapes), *sorted((side * 20, side * 215)))
    result = postprocess(labels, volume, [FEMUR, HIP_BONE])

    assert set(np.unique(result)) == ({0, 1, 3} if side > 0 else {0, 2, 4})


@pytest.mark.parametrize("degrees", [-20, 20])
def test_a_patient_who_lies_turned_is_divided_along_the_body(degrees):
    bridge = box(FEMUR, (0, 0, -60), (150, 8, 8))
    roll = rotation_about_z(degrees)
    labels, volume = scan(*PELVIS, bridge, ijk_to_lps=DEEP, size=DEEP_SHAPE, patient_to_lps=roll)
    result = postprocess(labels, volume, [FEMUR])
    across = lps_points(labels.shape, volume.ijk_to_lps) @ roll[:3, 0]

    assert across[result == 1].min() > -3
    assert across[result == 2].max() < 3
    np.testing.assert_array_equal(result > 0, labels == 1)


@pytest.mark.parametrize("flips", [(), (0,), (2,), (0, 1, 2)], ids=str)
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_storage_order_does_not_matter(order, flips):
    """Odd permutations with an even number of flips, and the reverse, are left-handed."""
    labels, volume = scan(
        *PELVIS,
        box(FEMUR, (0, 0, -60), (150, 8, 8)),
        box(HOLE, (160, 0, -40), (5, 50, 5)),
        Shape(HIP_BONE, (0, 0, 120), (8, 8, 8)),
    )
    expected = postprocess(labels, volume, BONES)
    columns = [2 - axis for axis in order][::-1]
    matrix = volume.ijk_to_lps[:, [*columns, 3]].copy()
    stored = np.transpose(labels, order)
    for axis in flips:
        matrix[:3, 3] += matrix[:3, 2 - axis] * (stored.shape[axis] - 1)
        matrix[:3, 2 - axis] *= -1
    voxels = np.flip(np.transpose(volume.voxels, order), flips)
    result = postprocess(np.flip(stored, flips), Volume(voxels, matrix), BONES)

    np.testing.assert_array_equal(np.transpose(np.flip(result, flips), np.argsort(order)), expected)


# --- islands -----------------------------------------------------------------------------------


def test_small_islands_are_dropped():
    labels, volume = scan(
        *PELVIS,
        Shape(FEMUR, (100, 0, 120), (11, 11, 11)),
        Shape(HIP_BONE, (-200, 0, 100), (8, 8, 8)),
        Shape(SACRUM, (0, 50, -60), (8, 8, 8)),
    )

    np.testing.assert_array_equal(
        postprocess(labels, volume, BONES), expected_pelvis(labels, volume)
    )


def test_a_bladder_that_was_taken_for_a_femoral_head_is_dropped():
    bladder = Shape(FEMUR, (4, -20, -60), (30, 25, 25))
    labels, volume = scan(*PELVIS, bladder)
    np.testing.assert_array_equal(
        postprocess(labels, volume, BONES), expected_pelvis(*scan(*PELVIS))
    )


def test_a_speck_of_femur_in_the_sacrum_is_filled_with_sacrum():
    labels, volume = scan(*PELVIS)
    middle = np.argwhere(labels == BONES.index(SACRUM) + 1).mean(axis=0).round().astype(int)
    labels[tuple(middle)] = BONES.index(FEMUR) + 1
    assert postprocess(labels, volume, BONES)[tuple(middle)] == 5


def test_both_parts_of_a_bone_that_thick_slices_break_up_are_kept():
    ilium, ischium = (
        Shape(HIP_BONE, (75, 0, 90), (40, 25, 40)),
        box(HIP_BONE, (75, 0, -60), (16, 13, 16)),
    )
    labels, volume = scan(ilium, ischium, RIGHT_HIP, MIDLINE_SACRUM)
    result = postprocess(labels, volume, [HIP_BONE], "left")
    z = lps_points(labels.shape, volume.ijk_to_lps)[result == 3][:, 2]

    assert z.min() < -70
    assert z.max() > 120


def test_parts_are_measured_in_mm_not_in_voxels():
    bone = box(SACRUM, (0, 30, 30), (15, 20, 15))
    real_part, island = box(SACRUM, (0, 30, 130), (8, 8, 8)), box(SACRUM, (0, 30, -60), (6, 6, 6))
    fine = CORONAL @ np.diag([0.5, 0.5, 0.5, 1])
    fine[0, 3] = -59
    coarse_labels, coarse = scan(bone, real_part)
    fine_labels, fine_volume = scan(bone, island, ijk_to_lps=fine, size=(50, 120, 60))
    in_part = real_part.holds(lps_points(coarse_labels.shape, coarse.ijk_to_lps))
    in_island = island.holds(lps_points(fine_labels.shape, fine))

    assert np.count_nonzero(in_part) < np.count_nonzero(in_island)
    assert postprocess(coarse_labels, coarse, [SACRUM])[in_part].all()
    assert not postprocess(fine_labels, fine_volume, [SACRUM])[in_island].any()


def test_a_speck_is_no_bone():
    labels, volume = scan(RIGHT_FEMUR, MIDLINE_SACRUM, box(FEMUR, (160, 0, 0), (5, 3, 5)))

    assert set(np.unique(postprocess(labels, volume, [FEMUR]))) == {0, 2}


# --- holes -------------------------------------------------------------------------------------


def test_a_small_hole_in_a_slice_is_filled_even_where_it_goes_through():
    labels, volume = scan(*PELVIS, box(HOLE, (160, 0, -40), (5, 50, 5)))
    assert not labels[:, 47, 99].any()

    np.testing.assert_array_equal(
        postprocess(labels, volume, BONES), expected_pelvis(labels, volume)
    )


def test_a_large_cavity_that_is_closed_on_all_sides_is_filled():
    labels, volume = scan(*PELVIS, box(HOLE, (75, 10, 30), (14, 9, 14)))

    np.testing.assert_array_equal(
        postprocess(labels, volume, BONES), expected_pelvis(labels, volume)
    )


def test_a_false_island_inside_a_bone_is_filled():
    labels, volume = scan(*PELVIS, box(HIP_BONE, (160, 0, -40), (5, 9, 5)))

    np.testing.assert_array_equal(
        postprocess(labels, volume, BONES), expected_pelvis(labels, volume)
    )


def test_a_hole_that_a_dropped_island_left_is_filled():
    labels, volume = scan(*PELVIS, box(HIP_BONE, (160, 0, -40), (5, 50, 5)))
    result = postprocess(labels, volume, BONES)

    assert (result[LEFT_FEMUR.holds(lps_points(labels.shape, volume.ijk_to_lps))] == 1).all()


def test_a_segment_inside_another_is_kept():
    inner = Shape(FEMUR, (75, 10, 30), (18, 14, 18))
    labels, volume = scan(LEFT_HIP, RIGHT_HIP, MIDLINE_SACRUM, inner)
    result = postprocess(labels, volume, BONES)

    np.testing.assert_array_equal(result == 1, labels == 1)


def test_the_obturator_foramen_stays_open():
    foramen = box(HOLE, (75, 10, 30), (12, 50, 16))
    labels, volume = scan(*PELVIS, foramen)
    result = postprocess(labels, volume, BONES)
    hole = foramen.holds(lps_points(labels.shape, volume.ijk_to_lps))

    assert not result[hole].any()
    np.testing.assert_array_equal(result > 0, labels > 0)


def test_a_foramen_that_is_cut_by_the_edge_of_the_scan_stays_open():
    wall = box(HIP_BONE, (75, -50, 30), (30, 12, 30))
    foramen = box(HOLE, (75, -57, 30), (12, 8, 12))
    labels, volume = scan(RIGHT_HIP, MIDLINE_SACRUM, wall, foramen)
    result = postprocess(labels, volume, [HIP_BONE])

    np.testing.assert_array_equal(result > 0, labels == 2)


def test_the_sacral_canal_stays_open_though_thick_slices_close_it():
    canal = box(HOLE, (0, 50, 30), (6, 4, 12))
    labels, volume = scan(*PELVIS, canal)
    result = postprocess(labels, volume, BONES)

    np.testing.assert_array_equal(result > 0, labels > 0)


def test_a_femoral_head_inside_the_acetabulum_is_not_filled_with_hip_bone():
    head = box(FEMUR, (75, 10, 30), (3, 40, 3))
    labels, volume = scan(*PELVIS, head)
    result = postprocess(labels, volume, [HIP_BONE])

    np.testing.assert_array_equal(result > 0, labels == 2)
