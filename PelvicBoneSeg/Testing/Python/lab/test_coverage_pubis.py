from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from PelvicBoneSegLab.coverage.case import Case
from PelvicBoneSegLab.coverage.head_frame import HeadFrame
from PelvicBoneSegLab.coverage.pubis import pubis
from PelvicBoneSegLab.errors import CoverageError
from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE
from PelvicBoneSegLib.segmentation.components import box_of
from PelvicBoneSegLib.segmentation.postprocess import bone_classes
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.resources import resource_dir
from PelvicBoneSegLib.segmentation.volume import Volume

ROOT = Path(__file__).resolve().parents[4]
DATA = Path(os.environ.get("PELVICBONESEG_DATA", ROOT.parent / "shared" / "data"))
CT = DATA / "pelvic_ct_labelmaps"
MR = DATA / "pelvic_mr_t1"


def case_of(path: Path, bones: dict[int, str], step: int = 1) -> Case:
    """Read labels; of fine ones every so many in the plane, for speed."""
    whole = read_volume(path)
    volume = Volume(
        np.ascontiguousarray(whole.voxels[:, ::step, ::step]),
        whole.ijk_to_lps @ np.diag([step, step, 1, 1]),
    )
    labels = np.zeros(volume.voxels.shape, np.uint8)
    for value, bone in bones.items():
        labels[volume.voxels == value] = BONES.index(bone) + 1
    return Case(path.name, volume, labels)


def pubis_of(case: Case) -> np.ndarray:
    """Return the pubis of a whole hip bone, as the docstring of `RADIUS` defines it."""
    found = case.mask(HIP_BONE)
    box = box_of(found)
    x, y, z = np.moveaxis(HeadFrame.of(case).coordinates(box, case.volume.ijk_to_lps), -1, 0)
    medial = ((np.abs(x) < 0.25) & (y < 0.1)) | ((np.abs(x) < 0.34) & (y < -0.1))
    found[box] &= medial & (z < 0.08)
    return found


@pytest.fixture(scope="module")
def phantom() -> Case:
    volume = read_volume(resource_dir() / "Samples" / "pelvic_phantom_labels.nii.gz")
    return Case("phantom", volume, bone_classes(volume.voxels.astype(np.uint8)))


def test_the_frame_of_the_phantom_stands_between_its_heads(phantom):
    frame = HeadFrame.of(phantom)
    assert frame.distance_mm == pytest.approx(161, abs=2)
    assert np.allclose(frame.axes @ frame.axes.T, np.eye(3), atol=1e-9)
    assert frame.axes[0] @ (1, 0, 0) > 0.98
    assert frame.axes[1] @ (0, 1, 0) > 0.98
    assert np.allclose(frame.to_lps(np.zeros((1, 3))), frame.origin)


def test_coordinates_are_those_of_the_points(phantom):
    frame, matrix = HeadFrame.of(phantom), phantom.volume.ijk_to_lps
    box = (slice(3, 5), slice(10, 13), slice(20, 22))
    at = frame.coordinates(box, matrix)
    assert at.shape == (2, 3, 2, 3)
    lps = matrix[:3, :3] @ (21, 12, 4) + matrix[:3, 3]
    assert frame.to_lps(at[1, 2, 1][None].astype(float)) == pytest.approx(lps[None], abs=1e-3)


def test_the_pubis_of_the_phantom_is_covered_and_most_of_the_hip_bone_is_not(phantom):
    region, truth = pubis(phantom, HIP_BONE), pubis_of(phantom)
    assert truth.any()
    assert region[truth].mean() > 0.93
    assert region[phantom.mask(HIP_BONE) & ~truth].mean() < 0.08
    assert region[phantom.mask(FEMUR)].mean() < 0.01


def test_the_region_does_not_need_the_pubis_itself(phantom):
    labels = phantom.labels.copy()
    labels[pubis_of(phantom)] = 0
    without = pubis(Case("without", phantom.volume, labels), HIP_BONE)
    both = without | pubis(phantom, HIP_BONE)
    assert np.count_nonzero(without) / np.count_nonzero(both) > 0.97


def test_without_heads_the_case_is_named(phantom):
    labels = np.where(phantom.mask(FEMUR), 0, phantom.labels).astype(np.uint8)
    with pytest.raises(CoverageError, match="case_x.*too little of the femur"):
        pubis(Case("case_x", phantom.volume, labels), HIP_BONE)


@pytest.mark.skipif(not CT.is_dir(), reason="needs the data folder, see PELVICBONESEG_DATA")
def test_97_percent_of_the_pubis_of_every_ct_is_covered():
    values = dict(enumerate((HIP_BONE, FEMUR), start=1))
    cases = [case_of(path, values, step=2) for path in sorted(CT.glob("*_label.nii.gz"))]
    covered = [pubis(case, HIP_BONE)[pubis_of(case)].mean() for case in cases]
    assert len(covered) == 4
    assert min(covered) >= 0.97


@pytest.mark.skipif(not MR.is_dir(), reason="needs the data folder, see PELVICBONESEG_DATA")
@pytest.mark.parametrize("name", ["case_01", "case_10", "case_19"])
def test_labels_of_acetabulum_and_ischium_lie_outside(name):
    case = case_of(MR / "labels" / f"{name}.nii.gz", {1: FEMUR, 2: HIP_BONE})
    region = pubis(case, HIP_BONE)
    assert region[case.mask(HIP_BONE)].mean() < 0.06
    assert 250 < np.count_nonzero(region) * case.volume.voxel_volume_mm3 / 1000 < 450
