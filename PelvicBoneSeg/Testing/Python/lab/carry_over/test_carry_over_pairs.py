from __future__ import annotations

import numpy as np
import pytest

from lab.carry_over.small_cohort import A, man_scan, pelvis_scan, sides_and_classes, small_cohort
from PelvicBoneSegLab.carry_over.ceiling import placed_in
from PelvicBoneSegLab.carry_over.data import classes_of
from PelvicBoneSegLab.carry_over.pairs import compare_scans, compared_scans, goal_of, is_shown


def true_classes(scan):
    volume = scan.volume
    return sides_and_classes(volume.voxels.shape, volume.ijk_to_lps, scan.man.frame)[1]


def test_planes_with_each_other_and_with_every_other_contrast():
    pairs = compared_scans(["adc", "t2_sag", "t2_tra"])
    assert pairs == [("t2_tra", "t2_sag"), ("t2_tra", "adc"), ("t2_sag", "adc")]
    assert [is_shown(*pair) for pair in pairs] == [True, True, False]


@pytest.mark.parametrize(
    ("first", "second", "femur", "hip_bone"),
    [
        ("t2_tra", "t2_cor", 0.80, 0.75),
        ("t2_cor", "t2_sag", 0.80, 0.75),
        ("t2_tra", "pd", 0.70, 0.70),
        ("t2_tra", "t1_vibe", 0.70, 0.70),
        ("t2_cor", "pd", None, None),  # the slices of the reference lie where those of PD lie
        ("t2_tra", "adc", None, None),
    ],
)
def test_goals(first, second, femur, hip_bone):
    assert goal_of(first, second, "femur") == femur
    assert goal_of(first, second, "hip_bone") == hip_bone


def test_what_a_scan_misses_is_told_and_what_no_field_shows_is_not_counted():
    scans = [man_scan(A, name, plane)
             for name, plane in (("t2_tra", "axial"), ("t2_cor", "coronal"), ("t2_sag", "sagittal"))
             ]  # fmt: skip
    classes = {scan.name: true_classes(scan) for scan in scans}
    classes["patient_A_t2_cor"][classes["patient_A_t2_cor"] == 2] = 0
    found = {(one.first, one.second, one.bone): one for one in compare_scans(A, scans, classes)}
    assert found["t2_tra", "t2_cor", "femur"].agreement.score > 0.9
    assert found["t2_tra", "t2_cor", "hip_bone"].agreement.score == 0
    assert found["t2_tra", "t2_sag", "hip_bone"].agreement.score > 0.8
    unseen = found["t2_tra", "t2_sag", "femur"]  # the heads lie beside the sagittal field
    assert (unseen.agreement.score, unseen.goal) == (None, None)
    assert found["t2_tra", "t2_cor", "hip_bone"].goal == 0.75


@pytest.mark.parametrize("plane", ["axial", "sagittal"])
def test_a_pelvis_is_placed_by_its_heads(plane):
    scan, pelvis = man_scan(A, "t2_tra", plane), pelvis_scan("whole")
    placed = placed_in(scan, pelvis, classes_of(pelvis.truth))
    truth = true_classes(scan)
    assert placed.shape == truth.shape
    for value in np.unique(truth)[1:]:
        both = np.count_nonzero((placed == value) & (truth == value))
        assert 2 * both / (np.sum(placed == value) + np.sum(truth == value)) > 0.85
        assert np.sum(truth == value) > 1000


def test_perfect_masks_do_not_agree_wholly_between_planes():
    ceilings = small_cohort().ceilings
    assert 0.9 < ceilings["A", "t2_tra", "t2_cor", "femur"] < 0.99
    assert ceilings["B", "t2_tra", "pd", "hip_bone"] == 1.0  # one grid
    assert ("A", "t2_tra", "t2_sag", "femur") not in ceilings
