"""What slices are centred on: the bones, and the pubis where the labels have it."""

from __future__ import annotations

import numpy as np
import pytest

from lab.synthesis.small_bodies import a_map
from PelvicBoneSegLab.synthesis.regrid import smooth_labels
from PelvicBoneSegLab.synthesis.targets import body_points, bone_points, pubis_points
from PelvicBoneSegLab.synthesis.tissue_map import GRID_MM, Kind, TissueMap
from PelvicBoneSegLib.anatomy import BONES, HIP_BONE
from PelvicBoneSegLib.segmentation.postprocess import bone_classes
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.resources import resource_dir

HIP = BONES.index(HIP_BONE)


@pytest.fixture(scope="module")
def phantom() -> TissueMap:
    volume = read_volume(resource_dir() / "Samples" / "pelvic_phantom_labels.nii.gz")
    axes = volume.axes
    labels = axes.to_stack(bone_classes(volume.voxels.astype(np.uint8)), "axial")
    tissues = smooth_labels(labels, axes.spacing, range(1, len(BONES) + 1))
    return a_map(tissues, [Kind.AIR, *[Kind.MARROW] * len(BONES)], list(range(len(BONES) + 1)))


def test_the_pubis_is_a_target_of_its_own(phantom):
    bones, pubis = bone_points(phantom), pubis_points(phantom)
    assert len(bones) == len(BONES)
    is_bone = phantom.tissues[tuple(pubis.T)] == HIP + 1
    assert 0.7 < is_bone.mean() < 0.95
    above, pubis, hip_bone = pubis[~is_bone], pubis[is_bone], bones[HIP]
    assert above[:, 0].mean() < pubis[:, 0].mean() - 5 / GRID_MM, "where the bladder's floor is"
    assert above[:, 0].min() >= pubis[:, 0].min() - 16 / GRID_MM
    superior_inferior, anterior_posterior, right_left = (
        pubis.mean(axis=0) - hip_bone.mean(axis=0)
    ) * GRID_MM
    assert superior_inferior > 40, "it is the lower part"
    assert anterior_posterior < -15, "and in front"
    assert abs(right_left) < 10
    middle = hip_bone[:, 2].mean()
    aside = np.abs(pubis[:, 2] - middle) * GRID_MM
    assert aside.mean() < 0.6 * np.abs(hip_bone[:, 2] - middle).mean() * GRID_MM
    assert 0.4 < (aside < 18).mean() < 0.7, "half of it beside the symphysis"


def test_labels_that_leave_the_pubis_out_give_no_such_target(phantom):
    pubis = np.unique(pubis_points(phantom), axis=0)
    tissues = phantom.tissues.copy()
    lowest, front = pubis[:, 0].min(), np.percentile(pubis[:, 1], 95)
    tissues[lowest:, : int(front)][tissues[lowest:, : int(front)] == HIP + 1] = 0
    partial = TissueMap("partial", tissues, phantom.classes, phantom.kinds)
    assert pubis_points(partial) is None
    assert len(bone_points(partial)) == len(BONES)


def test_without_heads_nobody_knows_where_the_pubis_is():
    tissues = np.zeros((40, 40, 40))
    tissues[10:30, 10:30, 10:30] = 1
    body = a_map(tissues, [Kind.AIR, Kind.MARROW], [0, HIP + 1])
    assert pubis_points(body) is None
    assert len(bone_points(body)) == 1
    assert (body.tissues[tuple(body_points(body).T)] == 1).all()
