"""Structures on one grid, sampled from whatever voxels they have."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.scene.comparison.grid import is_on_grid, on_one_grid
from PelvicBoneSegLib.scene.comparison.segments import SegmentVoxels
from scene.conftest import DIRECTIONS
from scene.phantom import grid, inside, positions_lps

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
BONE = "left_femur"
ML = 4 / 3 * np.pi * 18 * 22 * 30 / 1000


def moved(shift, spacing=(1.0, 1.0, 1.0)) -> np.ndarray:
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = shift
    return matrix


def block(matrix, shape=(4, 5, 6), value=1) -> SegmentVoxels:
    labels = np.zeros(shape, np.uint8)
    labels[1:3, 1:4, 2:5] = value
    return SegmentVoxels(labels, value, matrix)


def bone(directions, spacing) -> SegmentVoxels:
    world = grid(DIRECTIONS[directions], spacing)
    lps = positions_lps(world.ijk_to_ras, world.dimensions[::-1])
    return SegmentVoxels(inside(BONE, lps).astype(np.uint8), 1, LPS @ world.ijk_to_ras)


def test_the_same_voxels_are_only_cut_out():
    first, second, matrix = on_one_grid([block(np.eye(4))], [block(np.eye(4))], np.eye(4))
    assert first.shape == (4, 5, 5)
    assert first.sum() == 2 * 3 * 3 and (first == second).all()
    assert first[1:3, 1:4, 1:4].all()
    assert (matrix == moved((1, 0, 0))).all()


def test_nothing_outside_of_the_grids_beginning_is_cut_off():
    far = block(moved((-20, 30, -7)))
    first, second, matrix = on_one_grid([block(np.eye(4))], [far], np.eye(4))
    assert first.sum() == second.sum() == 18
    assert not (first & second).any()
    k, j, i = np.argwhere(second).min(axis=0)
    assert (matrix @ [i, j, k, 1])[:3] == pytest.approx([-18, 31, -6])


def test_segments_of_one_structure_are_put_together():
    parts = [block(np.eye(4)), block(moved((3, 0, 0))), block(moved((1, 0, 0)))]
    first, _, _ = on_one_grid(parts, [], np.eye(4))
    assert first.sum() == 2 * 3 * 6


def test_only_the_segments_own_value_counts():
    shared = np.zeros((3, 3, 3), np.uint8)
    shared[0, 0, 0], shared[2, 2, 2] = 1, 2
    first, second, _ = on_one_grid(
        [SegmentVoxels(shared, 1, np.eye(4))], [SegmentVoxels(shared, 2, np.eye(4))], np.eye(4)
    )
    assert np.argwhere(first).tolist() == [[1, 1, 1]]
    assert np.argwhere(second).tolist() == [[3, 3, 3]]


def test_nothing_gives_nothing():
    empty = SegmentVoxels(np.zeros((3, 3, 3), np.uint8), 1, np.eye(4))
    none = SegmentVoxels(np.zeros((0, 0, 0), np.uint8), 1, np.eye(4))
    first, second, _ = on_one_grid([empty], [none], np.eye(4))
    assert not first.any() and not second.any() and first.shape == second.shape


@pytest.mark.parametrize("directions", DIRECTIONS)
def test_a_bone_stays_where_it_is_on_any_grid(directions):
    target = grid(DIRECTIONS["rotated"], (2.0, 2.0, 2.0))
    source = bone(directions, (1.5, 2.0, 3.0))
    first, second, matrix = on_one_grid(
        [source], [bone("rotated", (2.0, 2.0, 2.0))], LPS @ target.ijk_to_ras
    )
    assert first.sum() * 8 / 1000 == pytest.approx(ML, rel=0.02)
    assert 2 * (first & second).sum() / (first.sum() + second.sum()) > 0.95
    truth = inside(BONE, positions_lps(LPS @ matrix, first.shape))
    assert (second == truth).all()


def test_each_voxel_is_the_nearest_one():
    coarse = block(moved((0, 0, 0), (3.0, 3.0, 3.0)))
    first, _, matrix = on_one_grid([coarse], [], np.eye(4))
    found = np.argwhere(first)[:, ::-1] + matrix[:3, 3]
    assert found.min(axis=0).tolist() == [5, 2, 2] and found.max(axis=0).tolist() == [13, 10, 7]
    assert first.sum() == 18 * 27


def test_half_way_between_two_voxels_is_the_same_everywhere():
    first, _, _ = on_one_grid([block(moved((0.5, 0, 0)))], [], np.eye(4))
    assert first.sum() == 18


@pytest.mark.parametrize(
    ("matrix", "same"),
    [
        (np.eye(4), True),
        (moved((7, -3, 100)), True),
        (moved((0.3, 0, 0)), False),
        (moved((0, 0, 0), (1, 1, 2)), False),
        (moved((0, 0, 0), (-1, 1, 1)), True),
        (np.eye(4)[[1, 2, 0, 3]], True),
        (np.eye(4) + np.eye(4, k=1) * [0, 1, 0, 0], False),
    ],
)
def test_voxels_of_the_grid_are_known(matrix, same):
    target = LPS @ moved((3, 4, 5), (0.8, 0.8, 4.0))
    assert is_on_grid(block(target @ matrix), target) is same
