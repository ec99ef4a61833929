"""What the sections *3D* and *Measure* do, called on the module's logic."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from panel.fake_segmenter import FakeSegmenter
from PelvicBoneSegLib.scene.surface_settings import get_smoothing


@pytest.fixture
def logic(module, scene):
    return module.PelvicBoneSegLogic(FakeSegmenter().factory)


@pytest.fixture
def a_segmentation(logic, scene):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR")
    volume.SetSpacing(2, 2, 10)
    voxels = np.random.default_rng(1).integers(0, 500, (21, 21, 72)).astype(np.int16)
    slicer.util.updateVolumeFromArray(volume, voxels)
    silent = {"progress": lambda *done: None, "cancel": lambda: False}
    return logic.segment(volume, ["femur", "sacrum"], **silent)


def test_smoothing(logic, a_segmentation):
    logic.setSmoothing(a_segmentation, 0.25)
    assert get_smoothing(a_segmentation) == 0.25


def test_isotropic(logic, a_segmentation):
    heard = []
    thin = logic.makeIsotropic(a_segmentation, progress=lambda *done: heard.append(done))
    assert thin.GetName() == "MR segmentation (isotropic)"
    assert list(thin.GetSegmentation().GetSegmentIDs()) == ["left_femur", "right_femur", "sacrum"]
    assert heard[-1][1] == "Making surfaces"


def test_measurements_have_the_users_titles(logic, a_segmentation):
    table = logic.measure(a_segmentation)
    assert table.GetNumberOfRows() == 3
    assert table.GetColumnTitle("surface_area_cm2") == "Surface area (cm²)"
    assert table.GetCellText(0, table.GetColumnIndex("note"))


def test_centre(logic, a_segmentation, scene):
    camera = scene.AddNewNodeByClass("vtkMRMLCameraNode")
    logic.centreOn(a_segmentation, ["sacrum"])
    centre = [0.0, 0.0, 0.0]
    a_segmentation.GetSegmentCenterRAS("sacrum", centre)
    assert camera.GetFocalPoint() == pytest.approx(centre, abs=2)
