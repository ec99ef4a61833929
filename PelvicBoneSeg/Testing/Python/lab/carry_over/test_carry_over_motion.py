from __future__ import annotations

import numpy as np
import pytest

from lab.carry_over.small_cohort import GRIDS, A, B, man_scan, pelvis_scan, volume_of
from lab.carry_over.two_scans import matrix
from PelvicBoneSegLab.carry_over.ceiling import ceilings_as_moved, ceilings_of
from PelvicBoneSegLab.carry_over.data import ManScan
from PelvicBoneSegLab.carry_over.motion import Motion, motions_of
from PelvicBoneSegLib.segmentation.volume import Volume

SHIFT = np.array([2.0, -1.5, 3.0])


def scan_of_blobs(sequence, plane, moved=(0.0, 0.0, 0.0)):
    """A scan of some forty bright blobs, displaced in LPS."""
    axes, spacing, shape = GRIDS[plane]
    to_lps = matrix((0, 0, 0), axes, spacing, shape)
    k, j, i = np.indices(shape)
    points = np.stack([i, j, k], axis=-1) @ to_lps[:3, :3].T + to_lps[:3, 3] - np.array(moved)
    rng = np.random.default_rng(5)
    signal = np.zeros(shape)
    for centre in rng.uniform(-55, 55, (40, 3)):
        distance = np.linalg.norm(points - centre, axis=-1)
        signal += rng.uniform(0.3, 1) * np.exp(-((distance / rng.uniform(6, 14)) ** 2))
    return ManScan(A, sequence, Volume(signal, to_lps))


def test_a_displacement_is_found_across_planes():
    motion = Motion.between(
        scan_of_blobs("t2_tra", "axial"), scan_of_blobs("t2_cor", "coronal", SHIFT)
    )
    assert motion.mm == pytest.approx(SHIFT, abs=0.3)
    assert motion.uncertain_mm < 0.3


def test_the_scan_is_put_where_it_would_lie():
    still, moved = scan_of_blobs("t2_tra", "axial"), scan_of_blobs("t2_cor", "coronal", SHIFT)
    in_place = Motion(still, moved, SHIFT, 0.0).second_in_place
    expected = scan_of_blobs("t2_cor", "coronal").volume.ijk_to_lps[:3, 3] - SHIFT
    assert in_place.volume.ijk_to_lps[:3, 3] == pytest.approx(expected)
    assert in_place.volume.voxels is moved.volume.voxels
    assert (in_place.field.start != moved.field.start).any()


def test_only_the_planes_of_t2_are_laid_onto_each_other():
    scans = [scan_of_blobs(name, "axial") for name in ("t2_tra", "t2_sag", "pd")]
    (motion,) = motions_of(scans)
    assert (motion.first.sequence, motion.second.sequence) == ("t2_tra", "t2_sag")
    assert motion.mm == pytest.approx(np.zeros(3), abs=0.05)
    assert motions_of([man_scan(B, "t2_tra", "axial")]) == []


def test_perfect_masks_of_a_man_who_moved_agree_less():
    first, second = (
        ManScan(A, name, volume_of(plane, A.frame))
        for name, plane in (("t2_tra", "axial"), ("t2_cor", "coronal"))
    )
    pelves = [pelvis_scan("whole")]
    still = ceilings_of([first, second], pelves)
    lay_still = ceilings_as_moved(Motion(first, second, np.zeros(3), 0.0), pelves)
    moved = ceilings_as_moved(Motion(first, second, np.array([0, 0, 4.0]), 0.0), pelves)
    for bone in ("femur", "hip_bone"):
        assert lay_still[bone] == still["A", "t2_tra", "t2_cor", bone]
        assert moved[bone] < still["A", "t2_tra", "t2_cor", bone] - 0.03
