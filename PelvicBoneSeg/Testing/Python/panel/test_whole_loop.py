"""The radiologist's and the annotator's whole loop by clicks, on the real model and real widgets.

The screenshots of each step are kept in artifacts/; those of the phantom are the tutorial's.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
from PySide6.QtWidgets import QFileDialog
from scipy import ndimage

from panel.hosts import needs_stand_in
from panel.panel_driver import segment_names, segmentations
from PelvicBoneSegLib.panel.measure import controller as measure_controller
from PelvicBoneSegLib.panel.run.worker_process import WorkerProcess
from PelvicBoneSegLib.worker.child import child_command
from scene.reading import mask
from slicer_stand_in.widgets_segmentation import qMRMLSegmentEditorWidget

pytestmark = needs_stand_in

SAMPLES = Path(__file__).resolve().parents[3] / "Resources" / "Samples"
DATA = Path(
    os.environ.get("PELVICBONESEG_DATA", Path(__file__).resolve().parents[5] / "shared" / "data")
)
REAL_SCAN = DATA / "pelvic_mr_t1" / "images" / "case_06.nii.gz"
SIX_BONES = [
    "Left femur", "Right femur", "Left hip bone", "Right hip bone", "Sacrum", "Lumbar spine",
]  # fmt: skip


def load(path: Path):
    """Return the file's volume node in the scene."""
    name = path.name.split(".")[0]
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    return node


@pytest.fixture(params=["phantom", "patient"])
def scan(request, scene):
    """The scan in the scene, and what its screenshots are called."""
    path = SAMPLES / "pelvic_phantom.nii.gz" if request.param == "phantom" else REAL_SCAN
    if not path.is_file():
        pytest.skip(f"the data folder has no {path.name}")
    return SimpleNamespace(node=load(path), name=request.param)


@pytest.fixture
def loop(panel, scan, tmp_path, monkeypatch):
    """The panel with the product's own worker, and folders that the user picks in dialogs."""
    panel.session.worker.shut_down()
    panel.session.worker = WorkerProcess(child_command())
    folders = iter([tmp_path / "files", tmp_path / "cases"])

    def pick(*asked):
        folder = next(folders)
        folder.mkdir()
        return str(folder)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", pick)
    table = SimpleNamespace(getSaveFileName=lambda *asked: str(tmp_path / "bones.csv"))
    monkeypatch.setattr(measure_controller, "qt", SimpleNamespace(QFileDialog=table))
    panel.resize(400, 900)
    panel.choose("inputSelector", scan.node.GetName())
    return SimpleNamespace(
        panel=panel,
        scan=scan,
        folder=tmp_path,
        picture=lambda step: panel.screenshot(f"loop_{scan.name}_{step}"),
    )


def test_from_scan_to_printer_and_back_into_training(loop):
    the_verdict_comes_before_the_run(loop)
    the_bones_are_found(loop)
    doubtful_slices_are_reviewed(loop)
    a_bone_is_corrected(loop)
    a_second_run_asks_and_leaves_the_correction(loop)
    surfaces_are_smoothed_and_made_isotropic(loop)
    bones_are_measured(loop)
    files_are_written(loop)
    the_correction_becomes_training_data(loop)


def the_verdict_comes_before_the_run(loop):
    panel = loop.panel
    assert panel.session.verdict.level.value in ("green", "amber")
    assert panel.can("segmentButton") and not segmentations()
    loop.picture("1_verdict")
    panel.click("modelsButton")
    loop.picture("11_model")
    panel.wrapped("modelsButton").collapsed = True


def the_bones_are_found(loop):
    panel = loop.panel
    panel.click("segmentButton")
    panel.wait_for(lambda: (panel.progress or 0) > 20)
    loop.picture("2_running")
    panel.wait_for_end()
    loop.picture("3_done")
    node = panel.parameters.segmentation
    assert sorted(segment_names(node)) == sorted(SIX_BONES)
    assert node.GetSegmentation().ContainsRepresentation("Closed surface")


def doubtful_slices_are_reviewed(loop):
    panel = loop.panel
    panel.go_to("Correct")
    panel.click("nextDoubtfulButton")
    loop.picture("4_review")
    assert panel.wrapped("reviewTableWidget").currentRow() >= 0
    panel.click("completeSegmentButton")
    status = slicer.vtkSlicerSegmentationsModuleLogic
    segmentation = panel.parameters.segmentation.GetSegmentation()
    done = [
        one
        for one in segmentation.GetSegmentIDs()
        if status.GetSegmentStatus(segmentation.GetSegment(one)) == status.Completed
    ]
    assert len(done) == 1


def a_bone_is_corrected(loop):
    panel = loop.panel
    panel.click("editCollapsibleButton")
    loop.picture("5_edit")
    panel.click("paintButton")
    (editor,) = panel.qt("editorPlace").findChildren(qMRMLSegmentEditorWidget)
    node = panel.parameters.segmentation
    loop.edited = editor._node.GetSelectedSegmentID()
    before = mask(node, loop.edited)
    editor._stroke(ndimage.binary_dilation(before).astype(np.uint8))
    loop.corrected = int(mask(node, loop.edited).sum())
    assert loop.corrected > int(before.sum())


def a_second_run_asks_and_leaves_the_correction(loop):
    panel = loop.panel
    panel.go_to("Segment")
    panel.click("segmentButton")
    assert panel.shown("uneditedOnlyButton")
    loop.picture("6_question")
    panel.click("uneditedOnlyButton")
    panel.wait_for_end()
    assert int(mask(panel.parameters.segmentation, loop.edited).sum()) == loop.corrected
    assert panel.can("undoRunButton")


def surfaces_are_smoothed_and_made_isotropic(loop):
    panel = loop.panel
    panel.go_to("3D & measure")
    panel.click("centreButton")
    panel.click("isotropicButton")
    panel.wait_for(lambda: not panel.section("SurfaceSection").controller.running)
    panel.wait_for(lambda: "isotropic" in panel.text("volumesLabel"))
    loop.picture("7_surface")
    assert len(segmentations()) == 2
    fine = next(one for one in segmentations() if one is not panel.parameters.segmentation)
    assert sorted(segment_names(fine)) == sorted(segment_names(panel.parameters.segmentation))


def bones_are_measured(loop):
    panel = loop.panel
    panel.click("measureButton")
    panel.wait_for(lambda: not panel.section("MeasureSection").controller.running)
    loop.picture("8_measured")
    panel.click("exportMeasurementsButton")
    with open(loop.folder / "bones.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    names = [rows[0][0], *(row[0] for row in rows[1:])]
    assert names == ["Segment", *segment_names(panel.parameters.segmentation)]
    assert all(float(row[1]) > 10 for row in rows[1:])  # ml


def files_are_written(loop):
    panel = loop.panel
    panel.go_to("Export")
    panel.wrapped("exportFolderButton").browse()
    panel.click("exportButton")
    panel.wait_for(lambda: not panel.section("ExportSection").controller.running)
    loop.picture("9_exported")
    assert len(list((loop.folder / "files").glob("*.stl"))) == 6
    assert panel.text("exportChecksLabel").count("watertight") == 6


def the_correction_becomes_training_data(loop):
    panel = loop.panel
    panel.click("trainingCaseCollapsibleButton")
    panel.wrapped("trainingFolderButton").browse()
    panel.click("saveCaseButton")
    panel.wait_for(lambda: not panel.section("TrainingCaseSection").controller.running)
    loop.picture("10_training_case")
    (label_file,) = (loop.folder / "cases" / "labels").glob("*.nii.gz")
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(label_file)))
    assert sorted(np.unique(labels)) == [0, 1, 2, 3, 4, 5, 6]
    (provenance,) = (loop.folder / "cases" / "provenance").glob("*.json")
    assert json.loads(provenance.read_text(encoding="utf-8"))["labelled"]
