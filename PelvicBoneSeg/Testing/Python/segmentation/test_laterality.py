from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES, FEMUR
from PelvicBoneSegLib.segmentation.laterality import (
    MidsagittalPlane,
    estimate_midsagittal_plane,
    is_no_femur,
    on_left,
)
from PelvicBoneSegLib.segmentation.volume import Volume
from segmentation.ellipsoid_pelvis import (
    DEEP,
    DEEP_SHAPE,
    LEFT_FEMUR,
    LEFT_HIP,
    MIDLINE_SACRUM,
    MIDLINE_SPINE,
    PELVIS,
    RIGHT_FEMUR,
    RIGHT_HIP,
    Shape,
    cropped,
    rotation_about_z,
    scan,
)


def plane_of(labels: np.ndarray, volume: Volume) -> MidsagittalPlane:
    voxels = {bone: np.nonzero(labels == index) for index, bone in enumerate(BONES, start=1)}
    return estimate_midsagittal_plane(voxels, volume)


def angle_between(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.rad2deg(np.arccos(np.clip(first @ second, -1, 1))))


@pytest.mark.parametrize(
    "shapes",
    [
        PELVIS,
        (LEFT_FEMUR, RIGHT_FEMUR),
        (LEFT_HIP, RIGHT_HIP),
        (MIDLINE_SACRUM, MIDLINE_SPINE),
        (LEFT_FEMUR, MIDLINE_SACRUM),
    ],
    ids=["all bones", "femurs", "hip bones", "midline bones", "one femur and sacrum"],
)
def test_the_plane_lies_in_the_midline_whatever_bones_are_seen(shapes):
    plane = plane_of(*scan(*shapes))

    assert plane.point[0] == pytest.approx(0, abs=1)
    assert angle_between(plane.normal, np.array([1.0, 0, 0])) < 1


@pytest.mark.parametrize("degrees", [-30, 20])
@pytest.mark.parametrize("shapes", [PELVIS, (LEFT_FEMUR, RIGHT_FEMUR)], ids=["all", "femurs"])
def test_the_plane_turns_with_a_patient_who_lies_turned(shapes, degrees):
    roll = rotation_about_z(degrees)
    plane = plane_of(*scan(*shapes, ijk_to_lps=DEEP, size=DEEP_SHAPE, patient_to_lps=roll))

    assert angle_between(plane.normal, roll[:3, 0]) < 1.5
    assert abs(plane.distance(np.zeros((1, 3)))[0]) < 2


def test_a_roll_beyond_belief_is_not_followed():
    roll = rotation_about_z(50)
    plane = plane_of(*scan(*PELVIS, ijk_to_lps=DEEP, size=DEEP_SHAPE, patient_to_lps=roll))

    np.testing.assert_array_equal(plane.normal, [1, 0, 0])


def test_an_origin_far_away_moves_the_plane_along():
    shift = np.eye(4)
    shift[0, 3] = 700
    labels, volume = scan(LEFT_FEMUR)
    moved = Volume(volume.voxels, shift @ volume.ijk_to_lps)

    assert plane_of(labels, volume).point[0] == pytest.approx(0, abs=8)
    assert plane_of(labels, moved).point[0] == pytest.approx(700, abs=8)


def test_with_one_femur_alone_the_middle_of_the_body_counts_not_that_of_the_scan():
    labels, volume = scan(LEFT_FEMUR)
    voxels = np.full_like(volume.voxels, 3)
    voxels[:, :, 60:] = 100

    plane = plane_of(labels, Volume(voxels, volume.ijk_to_lps))

    assert plane.point[0] == pytest.approx(120, abs=8)


@pytest.mark.parametrize("side", [1, -1], ids=["left", "right"])
def test_the_hip_bone_tells_the_side_of_a_lone_joint(side):
    shapes = (LEFT_FEMUR, LEFT_HIP) if side > 0 else (RIGHT_FEMUR, RIGHT_HIP)
    labels, volume = cropped(*scan(*shapes), *sorted((side * 20, side * 215)))
    plane = plane_of(labels, volume)

    assert side * plane.point[0] < 35


def test_an_island_is_no_other_side():
    island = Shape(FEMUR, (-200, 0, 0), (14, 14, 14))
    plane = plane_of(*scan(LEFT_FEMUR, island))

    assert plane.point[0] == pytest.approx(0, abs=8)


def test_a_femur_that_is_cut_off_does_not_shift_a_plane_that_other_bones_fix():
    plane = plane_of(*cropped(*scan(LEFT_FEMUR, RIGHT_FEMUR, MIDLINE_SACRUM), -140, 240))

    assert plane.point[0] == pytest.approx(0, abs=3)
    assert angle_between(plane.normal, np.array([1.0, 0, 0])) < 1


def test_distances_of_voxels_agree_with_distances_of_points():
    matrix = rotation_about_z(25) @ np.array(
        [[0, 0, -3.0, 40], [1.5, 0, 0, -7], [0, -2.0, 0, 11], [0, 0, 0, 1]]
    )
    plane = MidsagittalPlane(np.array([3.0, -5, 8]), np.array([0.6, 0.0, 0.8]))
    k, j, i = np.array([0, 4, 9]), np.array([2, 0, 5]), np.array([7, 1, 3])
    points = np.stack([i, j, k], axis=1) @ matrix[:3, :3].T + matrix[:3, 3]

    np.testing.assert_allclose(
        plane.voxel_distance((k, j, i), matrix), plane.distance(points), atol=1e-9
    )


def test_a_part_that_leans_over_the_midline_stays_whole():
    distance = np.linspace(-15, 85, 101)

    assert on_left(distance, np.ones(101, int)).all()
    assert not on_left(-distance, np.ones(101, int)).any()


def test_a_strip_beyond_the_midline_stays_with_a_bone_that_reaches_far():
    distance = np.concatenate([np.linspace(-12, 0, 20), np.linspace(0, 170, 200)])

    assert on_left(distance, np.ones(220, int)).all()


def test_one_bone_in_the_middle_is_not_cut():
    distance = np.linspace(-45, 50, 200)

    assert on_left(distance, np.ones(200, int)).all()


def test_two_joined_bones_are_divided_at_the_plane():
    distance = np.linspace(-150, 150, 300)

    np.testing.assert_array_equal(on_left(distance, np.ones(300, int)), distance >= 0)


def test_two_bones_joined_in_a_narrow_scan_are_divided_where_the_midline_is_evident():
    distance = np.linspace(-34, 30, 300)
    parts = np.ones(300, int)
    np.testing.assert_array_equal(on_left(distance, parts, is_evident=True), distance >= 0)
    assert not on_left(distance, parts).any()


def test_a_part_that_leans_over_an_evident_midline_stays_whole():
    assert on_left(np.linspace(-14, 60, 300), np.ones(300, int), is_evident=True).all()
    assert on_left(np.linspace(-8, 9, 300), np.ones(300, int), is_evident=True).all()


@pytest.mark.parametrize(
    ("shapes", "is_evident"),
    [
        (PELVIS, True),
        ((LEFT_FEMUR, RIGHT_FEMUR), True),
        ((LEFT_FEMUR, MIDLINE_SACRUM), True),
        ((LEFT_FEMUR,), False),
        ((LEFT_FEMUR, LEFT_HIP), False),
    ],
    ids=["all bones", "femurs", "one femur and sacrum", "one femur", "one joint"],
)
def test_bones_in_the_midline_or_on_both_sides_make_it_evident(shapes, is_evident):
    assert plane_of(*scan(*shapes)).is_evident is is_evident


def test_what_lies_in_the_midline_is_no_femur():
    distance = np.array([90.0, 95, 100, -90, -95, -5, 8, 39, 39])
    parts = np.array([1, 1, 1, 2, 2, 3, 3, 4, 4])
    np.testing.assert_array_equal(is_no_femur(distance, parts), [False] * 5 + [True] * 4)


def test_the_largest_part_is_believed_wherever_it_lies():
    distance, parts = np.array([5.0, 6, 7, -90, -95]), np.array([1, 1, 1, 2, 2])
    assert not is_no_femur(distance, parts).any()
    assert is_no_femur(np.zeros(0), np.zeros(0, int)).shape == (0,)


def test_each_part_is_decided_on_its_own():
    distance = np.array([60.0, 70, -5, -60, -70, 5, -150, 150])
    parts = np.array([1, 1, 1, 2, 2, 2, 3, 3])

    np.testing.assert_array_equal(
        on_left(distance, parts), [True, True, True, False, False, False, False, True]
    )


def test_a_scan_in_which_nothing_stands_out_has_its_middle_as_midline():
    voxels = np.zeros((6, 128, 128), np.int16)
    voxels[3, 65, 65] = 100
    volume = Volume(voxels, np.diag([2.0, 2.0, 5.0, 1.0]))
    nothing = {bone: np.nonzero(np.zeros((6, 128, 128), bool)) for bone in BONES}
    plane = estimate_midsagittal_plane(nothing, volume)
    assert plane.point[0] == pytest.approx(127, abs=5)
