"""Tissue maps of labelled scans."""

from __future__ import annotations

import numpy as np
import pytest

from lab.synthesis.small_bodies import a_scan
from PelvicBoneSegLab.synthesis import tissue_map_from_scan
from PelvicBoneSegLab.synthesis.regrid import smooth_labels
from PelvicBoneSegLab.synthesis.tissue_map import Kind

CORONAL = np.array([[2.0, 0, 0, -80], [0, 0, 6, -60], [0, -2, 0, 80], [0, 0, 0, 1]])
FAT, MUSCLE, AIR = 300.0, 120.0, 0.0


@pytest.fixture
def a_thigh():
    """Fat around muscle around a femur of two brightnesses, under a coil that is near on top."""
    k, j, i = np.indices((20, 80, 80))
    radius = np.hypot(3 * (k - 9.5), i - 39.5)
    voxels = np.select(
        [radius < 4, radius < 8, radius < 20, radius < 28], [260, 30, MUSCLE, FAT], AIR
    )
    labels = (radius < 8).astype(np.uint8)
    return voxels * np.exp(-j / 80), labels, radius


def test_tissues_follow_intensity_under_a_coils_field(a_thigh):
    voxels, labels, radius = a_thigh
    body = tissue_map_from_scan(a_scan(voxels, labels, CORONAL))
    kinds = body.kinds[body.tissues]
    # Around the femur's axis the map is 160 mm high and 56 mm wide, with air around.
    assert body.tissues.shape[0] == pytest.approx(160 / 1.5 + 2, abs=2)
    assert (body.classes[body.tissues] == 1).sum() * 1.5**3 == pytest.approx(
        labels.sum() * 24, rel=0.05
    )
    middle = kinds[10:-10, kinds.shape[1] // 2]
    centre = middle.shape[1] // 2
    assert (middle[:, centre] == Kind.MARROW).mean() > 0.9
    assert (middle[:, centre + int(14 * 2 / 1.5)] == Kind.MUSCLE).mean() > 0.9
    assert (middle[:, centre + int(24 * 2 / 1.5)] == Kind.FAT).mean() > 0.9


def test_silent_voxels_come_along(a_thigh):
    voxels, labels, radius = a_thigh
    silent = np.where((radius > 8) & (radius < 12), 8, 0).astype(np.uint8)
    body = tissue_map_from_scan(a_scan(voxels, labels, CORONAL, silent))
    assert set(np.unique(body.silent)) == {0, 8}
    assert (body.silent > 0).sum() * 1.5**3 == pytest.approx((silent > 0).sum() * 24, rel=0.05)
    assert tissue_map_from_scan(a_scan(voxels, labels, CORONAL)).silent is None


def test_labels_of_thick_slices_become_round():
    z, y, x = np.indices((16, 60, 60)).astype(float)
    at = 4 * (z - 7.5), y - 29.5, x - 29.5
    ball = (at[0] ** 2 + at[1] ** 2 + at[2] ** 2 < 22**2).astype(np.uint8) * 3
    fine = smooth_labels(ball, (4, 1, 1), [3]) == 3
    where = (np.argwhere(fine) + 0.5) * 1.5
    np.testing.assert_allclose(where.mean(0), (32, 30, 30), atol=0.2)
    assert fine.sum() * 1.5**3 == pytest.approx(4 / 3 * np.pi * 22**3, rel=0.05)
    # No stairs: but for the two ends, thin slices differ by less than thick ones do.
    areas, stairs = fine.sum(axis=(1, 2)) * 1.5**2, (ball == 3).sum(axis=(1, 2))
    steps = [np.sort(np.abs(np.diff(each)))[-3] for each in (areas, stairs)]
    assert steps[0] < 0.7 * steps[1]
