from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import LEFT, RIGHT, SEGMENTS
from PelvicBoneSegLib.segmentation.femoral_head import (
    FemoralHead,
    NoFemoralHead,
    fit_femoral_head,
)
from PelvicBoneSegLib.segmentation.resources import resource_dir
from segmentation.femur_shape import femur

MR = (0.9, 0.9, 5.0)
ROOT = Path(__file__).resolve().parents[4]
DATA = Path(os.environ.get("PELVICBONESEG_DATA", ROOT.parent / "shared" / "data"))


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("turned", [(0, 0, 0), (8, -12, 20)])
@pytest.mark.parametrize(("spacing", "radius"), [(MR, 19.0), (MR, 27.5), ((1.2, 1.2, 1.2), 23.0)])
def test_centre_and_radius_of_a_known_head(side, turned, spacing, radius):
    mask, matrix, centre = femur(side, radius, spacing, turned)
    head = fit_femoral_head(mask, matrix, side)
    assert np.linalg.norm(head.centre - centre) < 0.5
    assert head.radius_mm == pytest.approx(radius, abs=0.25)
    assert head.rms_mm < 0.7
    assert head.inliers > 200


def test_the_same_mask_gives_the_same_sphere():
    mask, matrix, _centre = femur(LEFT, 23, MR)
    first, second = (fit_femoral_head(mask, matrix, LEFT) for _ in range(2))
    assert (first.centre == second.centre).all()
    assert first.radius_mm == second.radius_mm


def test_a_hip_bone_beside_it_makes_no_difference_to_the_sphere():
    mask, matrix, centre = femur(LEFT, 23, MR)
    points = np.moveaxis(np.indices(mask.shape), 0, -1)[..., ::-1] @ matrix[:3, :3].T
    distance = np.linalg.norm(points + matrix[:3, 3] - centre, axis=-1)
    hip_bone = (distance > 26) & (distance < 34) & (points[..., 0] + matrix[0, 3] < centre[0])
    head = fit_femoral_head(mask, matrix, LEFT, hip_bone)
    assert np.linalg.norm(head.centre - centre) < 0.5


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_shaft_without_its_head_has_none(side):
    mask, matrix, _centre = femur(side, 23, MR, below=30)
    assert fit_femoral_head(mask, matrix, side) is NoFemoralHead.NOT_IN_SCAN


def test_an_empty_mask_has_none():
    answer = fit_femoral_head(np.zeros((9, 9, 9), bool), np.eye(4), LEFT)
    assert answer is NoFemoralHead.NO_FEMUR


def test_a_few_voxels_have_none():
    mask = np.zeros((20, 20, 20), bool)
    mask[5:9, 5:9, 5:9] = True
    assert isinstance(fit_femoral_head(mask, np.eye(4), LEFT), NoFemoralHead)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_the_embedded_phantom(side):
    labels, matrix = _read(resource_dir() / "Samples" / "pelvic_phantom_labels.nii.gz")
    values = {one.bone: one.label for one in SEGMENTS if one.side == side}
    head = fit_femoral_head(labels == values["femur"], matrix, side, labels == values["hip_bone"])
    assert head.radius_mm == pytest.approx(23.3, abs=0.3)
    assert head.rms_mm < 1


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the data folder, see PELVICBONESEG_DATA")
def test_every_manual_mask_has_two_heads_of_the_size_of_women():
    radii = []
    for path in sorted((DATA / "pelvic_mr_t1" / "labels").glob("*.nii.gz")):
        labels, matrix = _read(path)
        for side, half in _halves(labels, matrix):
            head = fit_femoral_head((labels == 1) & half, matrix, side, (labels == 2) & half)
            assert isinstance(head, FemoralHead), (path.name, side, head)
            radii.append(head.radius_mm)
    assert len(radii) == 36
    assert np.mean(radii) == pytest.approx(21.7, abs=0.2)
    assert min(radii) > 19.5 and max(radii) < 24.5


def _halves(labels, matrix):
    k, j, i = np.indices(labels.shape, sparse=True)
    x = matrix[0, 0] * i + matrix[0, 1] * j + matrix[0, 2] * k
    hip_bones = x[labels == 2]
    middle = (hip_bones.min() + hip_bones.max()) / 2
    return ((LEFT, x > middle), (RIGHT, x <= middle))


def _read(path):
    import SimpleITK as sitk

    image = sitk.ReadImage(str(path))
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    matrix[:3, 3] = image.GetOrigin()
    return sitk.GetArrayFromImage(image), matrix
