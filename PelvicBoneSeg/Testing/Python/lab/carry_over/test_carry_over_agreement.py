from __future__ import annotations

import numpy as np
import pytest

from lab.carry_over.two_scans import (
    AXIAL,
    AXIAL_SHAPE,
    CORONAL,
    CORONAL_SHAPE,
    ball,
    matrix,
    seen,
)
from PelvicBoneSegLab.carry_over.agreement import Outcome, compare, shared_share
from PelvicBoneSegLab.carry_over.field_of_view import OUTSIDE, FieldOfView

BALL_ML = 4 / 3 * np.pi * 20**3 / 1000


def test_grids_oblique_to_each_other_agree_on_one_object():
    axial, coronal = (
        seen(ball(AXIAL_SHAPE, AXIAL), AXIAL),
        seen(ball(CORONAL_SHAPE, CORONAL), CORONAL),
    )
    found = compare(axial, coronal, 1, is_there=True)
    assert found.outcome is Outcome.COMPARED
    assert found.dice > 0.94  # slices of 3 mm across each other leave steps
    assert found.score == found.dice
    assert found.first_ml == pytest.approx(BALL_ML, rel=0.03)
    assert found.second_ml == pytest.approx(BALL_ML, rel=0.03)


def test_an_object_10_mm_off_does_not_agree():
    axial = seen(ball(AXIAL_SHAPE, AXIAL), AXIAL)
    coronal = seen(ball(CORONAL_SHAPE, CORONAL, centre=(10, 0, 0)), CORONAL)
    # Two balls of radius r at distance d share 1 - 3d/4r + d³/16r³ of their volume.
    assert compare(axial, coronal, 1, is_there=True).dice == pytest.approx(0.633, abs=0.02)


def test_only_the_field_that_both_share_counts():
    upper = matrix((0, 0, 30), np.eye(3), (1, 1, 3), (20, 60, 60))  # z from 0 to 60
    lower = matrix((0, 0, 0), np.eye(3), (1, 1, 3), (20, 60, 60))  # z from -30 to 30
    first = seen(ball((20, 60, 60), upper), upper)
    second = seen(ball((20, 60, 60), lower), lower)
    found = compare(first, second, 1, is_there=True)
    assert found.shared_ml == pytest.approx(60 * 60 * 30 / 1000, rel=0.04)
    assert found.first_ml == pytest.approx(BALL_ML / 2, rel=0.06)
    assert found.second_ml == pytest.approx(found.first_ml, rel=0.01)
    assert found.dice > 0.97


def test_a_field_is_as_large_as_the_scan_and_lies_as_it_does():
    field = FieldOfView.of(CORONAL_SHAPE, CORONAL)
    size_ml = 60 * 60 * 18 * 1.1 * 1.1 * 3 / 1000
    assert np.count_nonzero(field.voxel != OUTSIDE) / 1000 == pytest.approx(size_ml, rel=0.005)
    corners = np.array([[i, j, k, 1] for i in (0, 59) for j in (0, 59) for k in (0, 17)])
    assert (field.at((corners @ CORONAL.T)[:, :3] * 0.98) != OUTSIDE).all()
    beyond = corners + np.sign(corners - [30, 30, 9, 1]) * [2, 2, 1, 0]
    assert (field.at((beyond @ CORONAL.T)[:, :3]) == OUTSIDE).all()


def test_each_point_gets_the_label_of_its_voxel():
    labels = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
    field = FieldOfView.of(labels.shape, np.diag([2.0, 2.0, 4.0, 1.0]))
    k, j, i = 2, 1, 3
    for off in (-1.0, 0.0, 1.0):  # within half a slice of its middle
        point = np.array([[2.0 * i, 2.0 * j, 4.0 * k + off]])
        assert labels.ravel()[field.at(point)] == labels[k, j, i]
    sampled = field.sample(labels)
    place = np.array([2 * i, 2 * j, 4 * k]) - field.start
    assert sampled[tuple(place[::-1])] == labels[k, j, i]


@pytest.mark.parametrize(
    ("first_radius", "second_radius", "is_there", "outcome", "score"),
    [
        (0, 0, True, Outcome.BOTH_MISSED, 0.0),
        (5, 5, True, Outcome.BOTH_MISSED, 0.0),  # half a millilitre
        (20, 0, True, Outcome.ONE_MISSED, 0.0),
        (0, 20, True, Outcome.ONE_MISSED, 0.0),
        (0, 0, False, Outcome.NOT_THERE, None),
        (20, 0, False, Outcome.INVENTED, None),
    ],
)
def test_nothing_on_both_sides_is_no_success(first_radius, second_radius, is_there, outcome, score):
    first = seen(ball(AXIAL_SHAPE, AXIAL, radius=first_radius), AXIAL)
    second = seen(ball(CORONAL_SHAPE, CORONAL, radius=second_radius), CORONAL)
    found = compare(first, second, 1, is_there)
    assert found.outcome is outcome
    assert found.score == score


def test_scans_that_lie_apart_share_nothing():
    away = matrix((500, 0, 0), np.eye(3), (1, 1, 3), (20, 60, 60))
    found = compare(
        seen(ball(AXIAL_SHAPE, AXIAL), AXIAL), seen(ball(AXIAL_SHAPE, away), away), 1, True
    )
    assert (found.outcome, found.shared_ml, found.score) == (Outcome.NOT_THERE, 0.0, None)


def test_the_share_of_points_in_both_fields():
    shape = (20, 60, 60)
    first, second = (
        FieldOfView.of(shape, matrix((0, 0, z), np.eye(3), (1, 1, 3), shape)) for z in (0, 40)
    )
    points = np.array([[0.0, 0, 20], [0, 0, 0], [0, 0, 60], [0, 0, 25]])
    assert shared_share(first, second, points) == 0.5
