from __future__ import annotations

import numpy as np
import pytest

from lab.phantom_subject import (
    HEAD,
    HEAD_RADIUS,
    SOCKET,
    SOCKET_RADIUS,
    ellipsoid_subject,
    inside_out,
    sphere,
)
from PelvicBoneSegLab.phantom.lumbar import endplate, lumbar_column
from PelvicBoneSegLab.phantom.mesh import superellipsoid
from PelvicBoneSegLab.phantom.pose import femoral_head, posed, seated, socket

MIRROR = (-1, 1, 1)


@pytest.fixture
def a_subject():
    return ellipsoid_subject()


def test_sphere_volume_is_positive_where_normals_point_outwards():
    ball = sphere((5, -3, 2), 30)
    assert ball.volume_ml() == pytest.approx(4 / 3 * np.pi * 27, rel=0.01)
    assert inside_out(ball).volume_ml() == pytest.approx(-ball.volume_ml())
    outwards = (ball.points - (5, -3, 2)) / 30
    np.testing.assert_allclose(ball.normals(), outwards, atol=0.02)


def test_squareness_flattens_the_ends_of_a_vertebral_body():
    radii = (20, 15, 12)
    flat = superellipsoid(np.zeros(3), np.eye(3), radii, squareness=0.05)
    cylinder = np.pi * 20 * 15 * 24 / 1000
    assert flat.volume_ml() == pytest.approx(cylinder, rel=0.05)


def test_moved_and_rotated_meshes_keep_their_volume_and_find_their_place():
    ball = sphere((10, 0, 0), 5)
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turned = ball.rotated(quarter, np.zeros(3)).moved(np.array([0, 0, 7.0]))
    np.testing.assert_allclose(turned.points.mean(axis=0), (0, 10, 7), atol=1e-9)
    assert turned.volume_ml() == pytest.approx(ball.volume_ml())


@pytest.mark.parametrize(("name", "centre"), [("left_femur", HEAD), ("right_femur", HEAD * MIRROR)])
def test_femoral_head_is_found_on_either_side(a_subject, name, centre):
    found, radius = femoral_head(a_subject[name])
    np.testing.assert_allclose(found, centre, atol=0.1)
    assert radius == pytest.approx(HEAD_RADIUS, abs=0.1)


def test_socket_is_found_from_a_displaced_start(a_subject):
    start = SOCKET + (6, 5, 9)
    found = socket(a_subject["left_hip_bone"], start, SOCKET_RADIUS)
    np.testing.assert_allclose(found, SOCKET, atol=0.2)


def test_seated_heads_lie_in_the_middle_of_their_sockets(a_subject):
    subject = seated(a_subject)
    np.testing.assert_allclose(femoral_head(subject["left_femur"])[0], SOCKET, atol=0.3)
    np.testing.assert_allclose(femoral_head(subject["right_femur"])[0], SOCKET * MIRROR, atol=0.3)
    assert subject["sacrum"] is a_subject["sacrum"]


def test_posed_femurs_turn_about_their_heads_and_keep_the_pelvis(a_subject):
    subject = posed(a_subject, np.random.default_rng(3))
    for name, centre in (("left_femur", HEAD), ("right_femur", HEAD * MIRROR)):
        before, after = a_subject[name].points - centre, subject[name].points - centre
        np.testing.assert_allclose(
            np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1), atol=0.2
        )
        lowest = before[:, 2].argmin()
        assert after[lowest, 1] < before[lowest, 1] - 5, "a supine thigh is flexed forwards"
    assert subject["left_hip_bone"] is a_subject["left_hip_bone"]


def test_lumbar_column_stands_on_the_sacrum_in_the_midline(a_subject):
    centre, normal, _ = endplate(a_subject["sacrum"])
    vertebrae, discs, canal = lumbar_column(a_subject["sacrum"], np.random.default_rng(5))
    assert len(discs) == len(canal) == 5
    assert len(vertebrae) == 5 * 10
    assert normal[2] > 0
    bodies = np.array([mesh.points.mean(axis=0) for mesh in vertebrae[::10]])
    assert (np.diff(bodies[:, 2]) > 25).all()
    assert bodies[0, 2] > centre[2]
    assert np.abs(bodies[:, 0]).max() < 20
    assert all(mesh.volume_ml() > 0 for mesh in (*vertebrae, *discs, *canal))
