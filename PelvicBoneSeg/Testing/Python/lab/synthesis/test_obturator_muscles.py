"""Muscles before, in and behind the obturator foramen."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.synthesis.obturator import obturator_muscles
from PelvicBoneSegLab.synthesis.organ_field import OrganField
from PelvicBoneSegLab.synthesis.pelvic_organs import KINDS, Organ, paint_organs
from PelvicBoneSegLab.synthesis.tissue_map import GRID_MM, Kind

SHAPE = (180, 150, 140)
MIDDLE = 70


def two_rami() -> np.ndarray:
    """Return plates that run downwards and backwards, each with a foramen to the side."""
    down, back, left = np.indices(SHAPE, sparse=True)
    along, across = (down - 100) + (back - 60), (back - 60) - (down - 100)
    plate = (np.abs(along) < 40) & (np.abs(across) < 8) & (np.abs(left - MIDDLE) < 50)
    foramen = (np.abs(along) < 18) & (np.abs(left - MIDDLE) > 16)
    return plate & ~foramen & (left != MIDDLE)


@pytest.fixture(scope="module")
def hips():
    return two_rami()


@pytest.fixture(scope="module")
def field(hips):
    return OrganField.around(hips, np.random.default_rng(0))


@pytest.fixture(scope="module")
def bodies(hips, field):
    """Return both muscles of eight bodies, without the bone."""
    return [muscles_of(hips, field, seed) for seed in range(8)]


def muscles_of(hips, field, seed):
    result = []
    for part in obturator_muscles(hips[field.box], field, np.random.default_rng(seed)):
        whole = np.zeros(SHAPE, bool)
        whole[field.box] = part
        result.append(whole & ~hips)
    return result


def test_muscle_fills_the_foramen(bodies):
    for externus, _ in bodies:
        for aside in (-22, 22):
            assert externus[100, 60, MIDDLE + aside]
            assert not externus[100, 60, MIDDLE]


def test_one_muscle_lies_before_the_rami_and_one_behind_them(bodies):
    down, back, _ = np.indices(SHAPE, sparse=True)
    behind = np.broadcast_to((back - 60) - (down - 100) > 8, SHAPE)
    before = np.broadcast_to((back - 60) - (down - 100) < -8, SHAPE)
    for externus, internus in bodies:
        assert (externus & before).any() and (internus & behind).any()
        assert not (externus & internus).any()


def test_muscles_are_as_thick_as_drawn_and_end_beside_the_middle(bodies):
    sizes = []
    for externus, internus in bodies:
        sizes.append(np.count_nonzero(externus | internus))
        _, _, columns = np.nonzero(internus)
        assert np.abs(columns - MIDDLE).min() * GRID_MM > 8
        reach = np.argwhere(internus[:, :, MIDDLE + 30])
        across = (reach[:, 1] - 60) - (reach[:, 0] - 100)
        assert across.max() / np.sqrt(2) * GRID_MM < 8 / np.sqrt(2) * GRID_MM + 16 + 5
    assert max(sizes) > 1.3 * min(sizes)


def test_most_bodies_have_them_and_bone_stays(hips, field):
    assert KINDS[Organ.OBTURATOR_EXTERNUS] == KINDS[Organ.OBTURATOR_INTERNUS] == Kind.MUSCLE
    having = []
    for seed in range(12):
        tissues = np.zeros(SHAPE, np.uint8)
        bones = hips[field.box]
        paint_organs(tissues[field.box], ~bones, bones, field, 1, np.random.default_rng(seed))
        assert not tissues[hips].any()
        having.append((tissues == 1 + Organ.OBTURATOR_EXTERNUS).any())
    assert 6 < sum(having) < 12
