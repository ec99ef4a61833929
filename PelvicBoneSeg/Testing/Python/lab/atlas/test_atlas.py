"""Bodies say where a bone of another one may be, and where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from lab.atlas.pair_of_bones import MATRIX, a_pair
from lab.small_dataset import configuration, write_dataset
from PelvicBoneSegLab.atlas import Atlas
from PelvicBoneSegLab.data.case_files import read_scan_file
from PelvicBoneSegLab.errors import TrainingDataError
from PelvicBoneSegLib.segmentation.volume import Volume

SLICES = np.diag([1.5, 1.5, 4.0, 1.0])
SHAPE = (26, 80, 94)
SHIFT_MM = (3.0, -4.0, 2.0)
MISSING = 8


@pytest.fixture(scope="module")
def atlas():
    scales = ((1, 1, 1), (1.1, 1, 0.95), (0.95, 1.1, 1.05), (1.05, 0.9, 1))
    return Atlas("hip_bone", [(a_pair(scale).any(axis=0), MATRIX) for scale in scales])


@pytest.fixture(scope="module")
def bones():
    """The bones of a scan with thick slices, which no body has just so."""
    return a_pair((1.06, 1.04, 0.97), SHIFT_MM, SLICES, SHAPE)


@pytest.fixture(scope="module")
def volume():
    return Volume(np.indices(SHAPE, np.float32)[0], SLICES)


@pytest.fixture(scope="module")
def bounds(atlas, bones, volume):
    """Asked with two slices of the bone missing, and the joint filled."""
    known = bones.any(axis=0)
    known[:MISSING] = False
    filled = known.copy()
    filled[8:18, 36:44, 44:52] = True
    return atlas.bounds(filled, volume)


def test_the_bone_is_possible_where_it_is_even_where_it_was_missing(bones, bounds):
    bone = bones.any(axis=0)
    assert bounds.possible[bone].mean() > 0.97
    assert bounds.possible[:MISSING][bone[:MISSING]].mean() > 0.9
    assert not (bounds.impossible & bone).any()


def test_what_lies_between_the_bones_of_a_pair_is_no_bone_and_stays_open(bones, bounds):
    right, left = (np.where(bone.any(axis=(0, 1)))[0] for bone in bones)
    middle = np.s_[10:16, 39:42, (right.max() + left.min()) // 2]
    assert not bounds.possible[middle].any()
    assert not bounds.impossible[middle].any()


def test_there_is_none_away_from_it_and_nothing_is_said_far_away(bones, bounds):
    bone = bones.any(axis=0)
    behind = bone.any(axis=1)[10]
    column = np.where(behind)[0][10]
    last = np.where(bone[10, :, column])[0].max()
    assert bounds.impossible[10, last + 10 : last + 15, column].all()
    assert not bounds.possible[10, last + 10 : last + 15, column].any()
    assert not bounds.impossible[:, -1].any()
    assert not bounds.possible[:, -1].any()


def test_distances_are_in_mm_of_the_scan_and_of_each_side(atlas, bones, volume):
    right, left = atlas.distances(bones.any(axis=0), volume)
    assert (right[bones[0]] < 2.5).mean() > 0.97
    assert (left[bones[0]] > right[bones[0]]).all()
    row, column = 40, np.where(bones[0][12, 40])[0].max()
    steps = right[12, row, column + 4 : column + 12]
    np.testing.assert_allclose(np.diff(steps), 1.5, atol=0.3)


def test_a_bone_without_sides_has_one_distance(bones, volume):
    whole = Atlas("sacrum", [(a_pair()[0], MATRIX)])
    assert whole.distances(bones[0], volume).shape == (1, *SHAPE)
    assert whole.bounds(bones[0], volume).possible[bones[0]].mean() > 0.97


def test_it_is_the_bone_of_a_datasets_training_cases(tmp_path):
    dataset = configuration(write_dataset(tmp_path), tmp_path)["datasets"][0]
    dataset["root"] = tmp_path
    atlas = Atlas.of_dataset("hip_bone", dataset)
    labels = np.zeros((8, 64, 64), bool)
    labels[2:6, 30:50, 36:56] = True
    scan = read_scan_file(tmp_path / "images" / "case_a.nii.gz")
    right, left = atlas.distances(labels, scan)
    inside = np.minimum(right, left)[3:5, 33:47, 39:53]
    assert (inside < 0).all(), "a block, parted in its middle"


def test_a_case_without_the_bone_is_named(tmp_path):
    dataset = configuration(write_dataset(tmp_path), tmp_path)["datasets"][0]
    dataset["root"] = tmp_path
    with pytest.raises(TrainingDataError, match="case_a has no sacrum"):
        Atlas.of_dataset("sacrum", dataset)
