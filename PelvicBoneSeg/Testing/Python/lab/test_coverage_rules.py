from __future__ import annotations

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from PelvicBoneSegLab.coverage import COVERAGE_SCHEMA, silent_voxels
from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE, LUMBAR_SPINE, SACRUM
from PelvicBoneSegLib.segmentation.volume import Volume

FEMUR_BIT, HIP_BIT, SACRUM_BIT, SPINE_BIT = (1 << bit for bit in range(4))
CORONAL = np.array([[2.0, 0, 0, -60], [0, 0, 5, -20], [0, -2, 0, 100], [0, 0, 0, 1]])
"""IJK→LPS of coronal slices: i to the left, j down, k to the back."""


@pytest.fixture(params=["as hung", "back to front"])
def scan(request):
    """Return a function that makes a volume and its labels from slices A→P, and one back."""
    flipped = request.param == "back to front"
    matrix = CORONAL.copy()
    if flipped:
        matrix[:3, 3] += 11 * matrix[:3, 2]
        matrix[:3, 2] *= -1
    order = slice(None, None, -1 if flipped else 1)

    def silent(labels, *rules):
        assert labels.shape == (12, 60, 60)
        volume = Volume(np.arange(labels.size).reshape(labels.shape), matrix)
        return silent_voxels("case_a", volume, labels[order].copy(), rules)[order]

    return silent


@pytest.fixture
def labels():
    return np.zeros((12, 60, 60), np.uint8)


def index(bone: str) -> int:
    return BONES.index(bone) + 1


def test_a_bone_that_is_not_labelled_may_be_anywhere_but_on_other_labels(scan, labels):
    labels[3:6, 10:20, 10:20] = index(FEMUR)
    silent = scan(labels, {"bone": SACRUM, "silent": "everywhere"})
    assert silent.dtype == np.uint8
    assert (silent == np.where(labels == 0, SACRUM_BIT, 0)).all()


def test_rules_of_several_bones_add_up_and_those_of_other_cases_do_not_count(scan, labels):
    silent = scan(
        labels,
        {"bone": FEMUR, "silent": "everywhere"},
        {"bone": SACRUM, "silent": "everywhere", "cases": ["case_a"]},
        {"bone": HIP_BONE, "silent": "everywhere", "cases": ["case_b"]},
    )
    assert (silent == FEMUR_BIT | SACRUM_BIT).all()


def test_no_rule_leaves_nothing_open(scan, labels):
    assert not scan(labels).any()


def test_a_slice_that_was_left_out_is_open_where_its_neighbours_have_the_bone(scan, labels):
    femur = index(FEMUR)
    labels[3:8, 20:40, 5:15] = femur
    labels[3:8, 20:40, 45:55] = femur
    labels[5, :, :30] = 0
    labels[6:8, 30:40, 5:15] = 0
    silent = scan(labels, {"bone": FEMUR, "silent": "gaps"})
    expected = np.zeros_like(labels)
    expected[5, 20:40, 5:15] = FEMUR_BIT
    assert (silent[:, :, 30:] == expected[:, :, 30:]).all()
    assert (silent[5] == expected[5]).all()


def test_narrow_gaps_are_closed_and_wide_holes_stay_known(scan, labels):
    labels[2:9, 10:50, 10:50] = index(LUMBAR_SPINE)
    labels[:, 20:22, :] = 0
    labels[:, 35:45, 25:35] = 0
    silent = scan(labels, {"bone": LUMBAR_SPINE, "silent": "gaps"})
    assert (silent[3:8, 20:22, 14:46] == SPINE_BIT).all()
    assert not silent[:, 37:43, 27:33].any()
    assert not silent[:, :10].any() and not silent[:, 50:].any()


@pytest.mark.parametrize("bone", BONES)
@pytest.mark.parametrize("kind", ["gaps", "beyond_slices"])
def test_a_bone_without_labels_has_no_gaps_and_no_end(scan, labels, kind, bone):
    assert not scan(labels, {"bone": bone, "silent": kind}).any()


@pytest.mark.parametrize(
    ("kind", "slices"),
    [
        ("beyond_slices", {0, 1, 2, 6, 7, 8, 9, 10}),
        ("beyond_first_slice", {0, 1, 2}),
        ("beyond_last_slice", {6, 7, 8, 9, 10}),
    ],
)
def test_slices_up_to_25_mm_beyond_the_labelled_ones_are_open(scan, labels, kind, slices):
    labels[3:6, 25:30, 25:35] = index(SACRUM)
    silent = scan(labels, {"bone": SACRUM, "silent": kind})
    assert set(np.flatnonzero(silent.any(axis=(1, 2)))) == slices
    # 25 mm are 12 pixels of 2 mm.
    box = np.zeros((60, 60), np.uint8)
    box[13:42, 13:47] = SACRUM_BIT
    assert all((silent[number] == box).all() for number in slices)


def test_only_the_outer_slices_say_where_a_bone_goes_on(scan, labels):
    labels[0:4, 0:60, 0:60] = index(SACRUM)
    labels[4:8, 29:31, 29:31] = index(SACRUM)
    silent = scan(labels, {"bone": SACRUM, "silent": "beyond_last_slice"})
    assert silent[8, 17:43, 17:43].all()
    assert np.count_nonzero(silent[8]) == 26 * 26


def test_what_lies_behind_vertebral_bodies_is_open(scan, labels):
    labels[0:5, 0:40, 24:36] = index(LUMBAR_SPINE)
    silent = scan(labels, {"bone": LUMBAR_SPINE, "silent": "posterior_elements"})
    opened = np.zeros_like(silent)
    # From the middle slice, 2, on; the sides and 25 mm more; not below the column.
    opened[2:, 0:40, 12:48] = SPINE_BIT
    opened[labels != 0] = 0
    assert (silent == opened).all()


def test_posterior_elements_follow_a_column_that_runs_backwards_as_it_goes_down(scan, labels):
    for row in range(60):
        first = row // 15
        labels[first : first + 4, row, 25:35] = index(LUMBAR_SPINE)
    silent = scan(labels, {"bone": LUMBAR_SPINE, "silent": "posterior_elements"})
    assert silent[2, 5, 20] and not silent[1, 5, 20]
    assert silent[5, 55, 20] and not silent[4, 55, 20]


def test_a_slip_of_the_hand_far_from_the_spine_changes_nothing(scan, labels):
    labels[0:5, 0:40, 24:36] = index(LUMBAR_SPINE)
    rule = {"bone": LUMBAR_SPINE, "silent": "posterior_elements"}
    without = scan(labels, rule)
    labels[3, 55, 2] = index(LUMBAR_SPINE)
    assert (scan(labels, rule) == without).all()


@pytest.mark.parametrize(
    "rule",
    [
        {"bone": "skull", "silent": "gaps"},
        {"bone": FEMUR, "silent": "sometimes"},
        {"bone": FEMUR, "silent": "pubis"},
        {"bone": SACRUM, "silent": "posterior_elements"},
        {"bone": FEMUR, "silent": "gaps", "cases": []},
        {"bone": FEMUR, "silent": "gaps", "case": "case_a"},
        {"silent": "gaps"},
        {"bone": FEMUR},
    ],
)
def test_rules_that_nobody_knows_are_refused(rule):
    assert not Draft202012Validator(COVERAGE_SCHEMA).is_valid([rule])


def test_rules_that_are_known_are_accepted():
    rules = [
        {"bone": HIP_BONE, "silent": "pubis"},
        {"bone": LUMBAR_SPINE, "silent": "posterior_elements", "cases": ["case_a"]},
    ]
    assert Draft202012Validator(COVERAGE_SCHEMA).is_valid(rules)
