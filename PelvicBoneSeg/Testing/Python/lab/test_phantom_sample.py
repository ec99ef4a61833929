from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from PelvicBoneSegLab.phantom.grid import CORONAL, rotation
from PelvicBoneSegLab.phantom.make_sample import CENTRE, OBLIQUE_DEGREES, SHAPE

SAMPLES = Path(__file__).resolve().parents[3] / "Resources" / "Samples"
MEGABYTE = 1_000_000
PLAUSIBLE_ML = {
    1: (120, 300),  # the upper part of the femur
    2: (120, 300),
    3: (200, 450),
    4: (200, 450),
    5: (130, 320),
    6: (120, 400),
}


@pytest.fixture(scope="module")
def the_sample() -> sitk.Image:
    return sitk.ReadImage(str(SAMPLES / "pelvic_phantom.nii.gz"))


@pytest.fixture(scope="module")
def its_truth() -> sitk.Image:
    return sitk.ReadImage(str(SAMPLES / "pelvic_phantom_labels.nii.gz"))


def mean_position(labels: sitk.Image, value: int) -> np.ndarray:
    k, j, i = np.argwhere(sitk.GetArrayViewFromImage(labels) == value).mean(axis=0)
    return np.array(labels.TransformContinuousIndexToPhysicalPoint((i, j, k)))


def test_image_and_truth_together_are_at_most_a_megabyte():
    assert sum(path.stat().st_size for path in SAMPLES.glob("*.nii.gz")) <= MEGABYTE


def test_sample_is_oblique_coronal_with_the_documented_geometry(the_sample, its_truth):
    assert the_sample.GetSize() == its_truth.GetSize() == SHAPE[::-1]
    np.testing.assert_allclose(the_sample.GetSpacing(), (0.9, 0.9, 5.0), atol=1e-5)
    direction = np.reshape(the_sample.GetDirection(), (3, 3))
    np.testing.assert_allclose(direction, rotation(OBLIQUE_DEGREES) @ CORONAL, atol=1e-5)
    assert 3 < np.degrees(np.arccos(direction[1, 2])) < 15
    middle = [(size - 1) / 2 for size in the_sample.GetSize()]
    np.testing.assert_allclose(
        the_sample.TransformContinuousIndexToPhysicalPoint(middle), CENTRE, atol=1e-3
    )
    for part in ("GetOrigin", "GetSpacing", "GetDirection"):
        np.testing.assert_allclose(getattr(the_sample, part)(), getattr(its_truth, part)())


def test_truth_has_the_six_bones_with_plausible_volumes(its_truth):
    values, counts = np.unique(sitk.GetArrayViewFromImage(its_truth), return_counts=True)
    assert values.tolist() == list(range(7))
    voxel_ml = np.prod(its_truth.GetSpacing()) / 1000
    for value, (least, most) in PLAUSIBLE_ML.items():
        assert least < counts[value] * voxel_ml < most, f"label {value}"


def test_bones_lie_where_they_belong_in_the_patient(its_truth):
    at = {value: mean_position(its_truth, value) for value in range(1, 7)}
    for left, right in ((1, 2), (3, 4)):
        assert at[left][0] > 30 > -30 > at[right][0]
    assert abs(at[5][0]) < 5
    assert at[6][2] > at[5][2] > at[1][2]
    assert at[5][1] > at[3][1], "the sacrum is behind the hip bones"


def test_sample_looks_like_t1(the_sample, its_truth):
    image = sitk.GetArrayViewFromImage(the_sample)
    labels = sitk.GetArrayViewFromImage(its_truth)
    assert image.dtype == np.uint8
    assert len(np.unique(image)) >= 16
    background = image[labels == 0]
    fat, muscle = np.percentile(background, [90, 30])
    for value in (1, 2, 3, 4):
        assert muscle < np.percentile(image[labels == value], 60) < fat
