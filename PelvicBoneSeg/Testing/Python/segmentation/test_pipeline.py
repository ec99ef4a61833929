"""The shipped bundle on the embedded sample, however it is stored."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.resources import resource_dir
from PelvicBoneSegLib.segmentation.segmenter import Segmenter
from PelvicBoneSegLib.segmentation.volume import Volume

SAMPLES = resource_dir() / "Samples"


@pytest.fixture(scope="module")
def a_segmenter():
    return Segmenter(Bundle.load("default"), "cpu")


@pytest.fixture(scope="module")
def the_sample():
    return read_volume(SAMPLES / "pelvic_phantom.nii.gz")


@pytest.fixture(scope="module")
def its_bones(a_segmenter, the_sample):
    return a_segmenter.segment(the_sample, BONES)


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def test_the_sample_is_segmented_as_promised(its_bones):
    truth = sitk.GetArrayFromImage(sitk.ReadImage(str(SAMPLES / "pelvic_phantom_labels.nii.gz")))
    scores = {one.id: dice(its_bones.labels == one.label, truth == one.label) for one in SEGMENTS}
    assert np.mean(list(scores.values())) >= 0.85, scores


@pytest.mark.parametrize(
    ("order", "flips", "turn_deg"),
    [
        ((2, 1, 0), (1, 1, 1), 0),
        ((1, 2, 0), (1, -1, 1), 0),
        ((0, 1, 2), (-1, -1, 1), 0),
        ((0, 1, 2), (1, 1, -1), 0),
        ((0, 1, 2), (1, 1, 1), 25),
        ((1, 0, 2), (-1, 1, -1), -15),
    ],
    ids=["permuted", "permuted and flipped", "flipped", "mirrored axis", "turned", "all of it"],
)
def test_the_same_scan_stored_otherwise_gives_the_same_bones(
    a_segmenter, the_sample, its_bones, order, flips, turn_deg
):
    stored = stored_otherwise(the_sample, order, flips, turn_deg)
    labels = a_segmenter.segment(stored, BONES).labels
    expected = store(its_bones.labels, order, flips)
    for one in SEGMENTS:
        assert dice(labels == one.label, expected == one.label) >= 0.99


def store(array, order, flips):
    steps = tuple(slice(None, None, flip) for flip in flips)
    return np.ascontiguousarray(np.transpose(array, order)[steps])


def stored_otherwise(volume, order, flips, turn_deg):
    """Store the same patient, turned on the table, with other array axes."""
    matrix = np.eye(4)
    matrix[:3, 3] = volume.ijk_to_lps[:3, 3]
    for axis, (old_axis, flip) in enumerate(zip(order, flips, strict=True)):
        column = volume.ijk_to_lps[:3, 2 - old_axis]
        matrix[:3, 2 - axis] = flip * column
        if flip < 0:
            matrix[:3, 3] += column * (volume.voxels.shape[old_axis] - 1)
    c, s = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    turn = np.array([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    return Volume(store(volume.voxels, order, flips), turn @ matrix)


def test_both_handednesses_were_among_them(the_sample):
    hands = {stored_otherwise(the_sample, (0, 1, 2), f, 0).is_left_handed
             for f in ((1, 1, 1), (1, 1, -1))}  # fmt: skip
    assert hands == {True, False}
