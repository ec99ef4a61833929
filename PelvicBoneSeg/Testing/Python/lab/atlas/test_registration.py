"""A surface is laid where it belongs, though a part of it is missing and a part is false."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from lab.atlas.pair_of_bones import MATRIX, a_pair
from PelvicBoneSegLab.atlas.body import surface_points
from PelvicBoneSegLab.atlas.registration import Registration, transformed

TRUE = np.array([[1.1, 0.02, 0, -8], [0, 0.92, 0.05, 5], [0, -0.04, 1.05, 4], [0, 0, 0, 1]])


@pytest.fixture(scope="module")
def surface():
    return surface_points(a_pair().any(axis=0), MATRIX)


def error_mm(surface, moving):
    found = Registration.of(moving, cKDTree(surface))
    back = transformed(transformed(surface, np.linalg.inv(TRUE)), found.matrix)
    return np.linalg.norm(back - surface, axis=1).mean(), found.residual_mm


def test_a_whole_surface_is_laid_onto_itself(surface):
    error, residual = error_mm(surface, transformed(surface, np.linalg.inv(TRUE)))
    assert error < 0.5
    assert residual < 1


def test_a_part_may_be_missing(surface):
    rest = surface[surface[:, 2] > np.quantile(surface[:, 2], 0.08)]
    assert error_mm(surface, transformed(rest, np.linalg.inv(TRUE)))[0] < 2.5


def test_a_part_may_be_false(surface):
    blob = np.random.default_rng(1).normal((70, 60, 20), 5, (len(surface) // 20, 3))
    moving = transformed(np.concatenate([surface, blob]), np.linalg.inv(TRUE))
    assert error_mm(surface, moving)[0] < 2.5


def test_the_residual_tells_another_shape(surface):
    other = surface_points(a_pair(scale=(1, 1.8, 1)).any(axis=0), MATRIX)
    bent = other + np.column_stack([0 * other[:, 0], 8 * np.sin(other[:, 2] / 8), 0 * other[:, 0]])
    assert error_mm(surface, bent)[1] > 2 * error_mm(surface, surface)[1]
