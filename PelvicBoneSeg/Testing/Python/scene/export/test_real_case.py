"""A real scan, oblique and left-handed as scanners make them, with masks drawn by hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import slicer

from PelvicBoneSegLib.scene.export.logic import export_segments
from PelvicBoneSegLib.scene.training_case.logic import save_training_case

DATA = Path(os.environ.get("PELVICBONESEG_DATA", "../shared/data")).resolve() / "pelvic_mr_t1"
MASKS = {"Femur": 1, "Hip bone": 2, "Lumbar spine": 3, "Sacrum": 4}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="needs the scans of pelvic_mr_t1: set PELVICBONESEG_DATA"
)


@pytest.fixture
def a_case(a_scene):
    """The volume node and a segmentation node with a segment for each mask."""
    nodes = []
    for folder, kind in (("images", "Scalar"), ("labels", "LabelMap")):
        node = a_scene.AddNewNodeByClass(f"vtkMRML{kind}VolumeNode", "MR")
        storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
        storage.SetFileName(str(DATA / folder / "case_06.nii.gz"))
        assert storage.ReadData(node)
        nodes.append(node)
    volume, labels = nodes
    segmentation = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "By hand")
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    image = slicer.vtkSlicerSegmentationsModuleLogic.CreateOrientedImageDataFromVolumeNode(labels)
    image.UnRegister(None)
    for name, value in MASKS.items():
        segment = slicer.vtkSegment()
        segment.SetName(name)
        segment.AddRepresentation("Binary labelmap", image)
        segment.SetLabelValue(value)
        segmentation.GetSegmentation().AddSegment(segment)
    return volume, segmentation


@pytest.mark.parametrize("file_format", ["stl", "obj", "ply", "gltf"])
def test_surfaces_of_a_real_case_are_whole(a_case, tmp_path, file_format):
    result = export_segments(a_case[1], tmp_path, file_format, merged=True)
    assert [check.name for check in result.checks] == list(MASKS)
    assert all(check.is_watertight and check.is_outward for check in result.checks)
    assert all(check.has_kept_volume for check in result.checks)


def test_a_saved_case_has_the_voxels_of_the_real_one(a_case, tmp_path):
    case = save_training_case(*a_case, tmp_path, "case_a")

    assert case.bones == ("lumbar_spine", "sacrum")
    assert case.warnings[0].startswith("Not labelled: Left femur, Right femur")
    original = sitk.ReadImage(str(DATA / "labels" / "case_06.nii.gz"))
    saved = sitk.ReadImage(str(tmp_path / "labels" / "case_a.nii.gz"))
    masks, labels = sitk.GetArrayFromImage(original), sitk.GetArrayFromImage(saved)
    np.testing.assert_array_equal(labels == 6, masks == MASKS["Lumbar spine"])
    np.testing.assert_array_equal(labels == 5, masks == MASKS["Sacrum"])
    for ijk in ((0, 0, 0), (300, 20, 30)):
        np.testing.assert_allclose(
            saved.TransformIndexToPhysicalPoint(ijk),
            original.TransformIndexToPhysicalPoint(ijk),
            atol=0.01,
        )
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "images" / "case_a.nii.gz")))
    scan = sitk.GetArrayFromImage(sitk.ReadImage(str(DATA / "images" / "case_06.nii.gz")))
    np.testing.assert_array_equal(image, scan)
