from __future__ import annotations

import numpy as np
import pytest

from lab.carry_over.two_scans import ball, matrix
from PelvicBoneSegLab.carry_over.field_of_view import FieldOfView
from PelvicBoneSegLab.carry_over.heads import look_for_head
from PelvicBoneSegLab.carry_over.men import MEN, Sphere
from PelvicBoneSegLab.carry_over.pubis_found import look_for_pubis
from PelvicBoneSegLab.carry_over.symmetry import SymmetricField, ratio
from PelvicBoneSegLab.coverage.head_frame import HeadFrame
from PelvicBoneSegLib.anatomy import LEFT, RIGHT
from PelvicBoneSegLib.segmentation.volume import Volume

SHAPE = (24, 70, 70)
UPRIGHT = matrix((0, 0, 0), np.eye(3), (1.0, 1.0, 3.0), SHAPE)
HEAD = Sphere((0.0, 0.0, 0.0), 24.0)
FRAME = HeadFrame.between(np.array([90.0, 0, 0]), np.array([-90.0, 0, 0]))


def look(classes, to_lps, head=HEAD):
    volume = Volume(classes + np.indices(classes.shape)[0], to_lps)
    return look_for_head(head, LEFT, classes, volume, FieldOfView.of(classes.shape, to_lps))


def test_a_head_that_was_found_is_round():
    found = look(ball(SHAPE, UPRIGHT, radius=24.0), UPRIGHT)
    assert (found.in_field, found.femur, found.other_bone) == (1.0, 1.0, 0.0)
    assert found.radius_mm == pytest.approx(24, abs=0.5)
    assert found.residual_mm < 0.6
    assert found.is_plausible


def test_a_head_that_the_scan_cuts_is_fitted_by_what_there_is():
    cut = matrix((-25, 0, 0), np.eye(3), (1.0, 1.0, 3.0), SHAPE)  # ends at x = 10
    found = look(ball(SHAPE, cut, radius=24.0), cut)
    assert 0.6 < found.in_field < 0.9
    assert found.radius_mm == pytest.approx(24, abs=0.7)
    assert found.residual_mm < 0.6  # the flat cut is no surface of the head
    assert found.is_plausible


def test_a_head_outside_of_the_field_is_not_counted():
    found = look(ball(SHAPE, UPRIGHT, radius=24.0), UPRIGHT, Sphere((45.0, 0.0, 0.0), 24.0))
    assert found.in_field < 0.4
    assert not found.is_counted
    assert found.femur is None
    assert found.radius_mm is None


def test_a_head_that_was_called_another_bone():
    found = look(2 * ball(SHAPE, UPRIGHT, radius=24.0), UPRIGHT)
    assert (found.femur, found.other_bone) == (0.0, 1.0)
    assert found.radius_mm is None
    assert not found.is_plausible


def test_a_block_is_no_head():
    classes = np.zeros(SHAPE, np.uint8)
    classes[4:20, 15:55, 15:55] = 1
    assert not look(classes, UPRIGHT).is_plausible


@pytest.mark.parametrize(
    ("radius", "is_plausible"), [(17.0, False), (21.0, True), (29.0, True), (32.0, False)]
)
def test_a_head_of_an_adult_has_20_to_30_mm(radius, is_plausible):
    found = look(ball(SHAPE, UPRIGHT, radius=radius), UPRIGHT)
    assert found.radius_mm == pytest.approx(radius, abs=1)
    assert found.is_plausible is is_plausible


def test_a_rough_head_is_not_plausible():
    steps = ball(SHAPE, UPRIGHT, radius=27.0)
    steps[::4] = ball(SHAPE, UPRIGHT, radius=18.0)[::4]
    found = look(steps, UPRIGHT)
    assert 20 < found.radius_mm < 30
    assert found.residual_mm > 2
    assert not found.is_plausible


def test_left_and_right_are_compared_where_the_field_shows_both():
    # 70 mm wide and 10 mm off the midline: the outer 20 mm of the left have no mirror image.
    to_lps = matrix((10, 0, 0), np.eye(3), (1.0, 1.0, 3.0), SHAPE)
    symmetric = SymmetricField.of(FieldOfView.of(SHAPE, to_lps), FRAME)
    left, right = symmetric.millilitres(np.ones(SHAPE, np.uint8), 1)
    assert left == pytest.approx(25 * 70 * 72 / 1000, rel=0.03)
    assert right == pytest.approx(left, rel=0.03)
    halves = np.ones(SHAPE, np.uint8)
    halves[:, :, : 70 // 2 - 10] = 0  # nothing right of the midline
    left, right = symmetric.millilitres(halves, 1)
    assert right == pytest.approx(0, abs=0.2)
    assert ratio(left, right) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("left", "right", "expected"), [(30, 40, 0.75), (40, 30, 0.75), (0.2, 0.3, None)]
)
def test_the_ratio_of_two_sides(left, right, expected):
    assert ratio(left, right) == expected


def test_two_hip_bones_that_meet_and_two_that_do_not():
    shape = (30, 60, 120)
    to_lps = matrix((0, -30, -30), np.eye(3), (1.0, 1.0, 3.0), shape)
    hip_bone = np.zeros(shape, bool)
    hip_bone[10:20, 25:35] = True
    hip_bone[:, :, 58:62] = False  # x from -1.5 to 1.5
    near = look_for_pubis(hip_bone, to_lps, FRAME)
    assert near.gap_mm == pytest.approx(5, abs=0.1)
    assert near.meet
    hip_bone[:, :, 40:80] = False
    apart = look_for_pubis(hip_bone, to_lps, FRAME)
    assert apart.gap_mm == pytest.approx(41, abs=0.1)
    assert not apart.meet
    assert 0 < apart.ml < near.ml < near.region_ml
    hip_bone[:, :, :60] = False
    assert look_for_pubis(hip_bone, to_lps, FRAME).gap_mm is None


@pytest.mark.parametrize("man", MEN, ids=[man.name for man in MEN])
def test_the_men_have_heads_of_adults_on_both_sides(man):
    left, right = man.heads[LEFT], man.heads[RIGHT]
    assert left.centre[0] > right.centre[0]
    assert 150 < man.frame.distance_mm < 210
    assert all(20 <= head.radius <= 30 for head in (left, right))
    assert left.radius == pytest.approx(right.radius, abs=1.5)


def test_points_of_a_sphere_fill_it():
    points = HEAD.points()
    assert len(points) * 8 / 1000 == pytest.approx(HEAD.millilitres, rel=0.03)
    assert np.linalg.norm(points, axis=1).max() <= 24
