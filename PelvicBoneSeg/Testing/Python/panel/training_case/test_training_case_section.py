"""*Save as training case* by clicks: names, statuses, questions and faults."""

from __future__ import annotations

import json
import os
import re

import pytest
import slicer
from PySide6.QtWidgets import QFileDialog

from PelvicBoneSegLib.segmentation import training_case

STATUS = slicer.vtkSlicerSegmentationsModuleLogic


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The dataset folder that the user picks in the dialog."""
    chosen = tmp_path / "cases"
    chosen.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *asked: str(chosen))
    return chosen


@pytest.fixture
def ready(panel, a_volume, folder):
    """The panel with two femurs, the section open, the folder chosen."""
    node = panel.widget.logic.segment(
        a_volume, ["femur"], progress=lambda *told: None, cancel=lambda: False
    )
    panel.parameters.inputVolume = a_volume
    panel.parameters.segmentation = node
    panel.go_to("Export")
    panel.click("trainingCaseCollapsibleButton")
    panel.wrapped("trainingFolderButton").browse()
    return panel


def name_of(panel):
    return panel.text("caseNameLineEdit")


def status(panel):
    return panel.text("trainingStatusLabel") if panel.shown("trainingStatusLabel") else ""


def save(panel):
    panel.click("saveCaseButton")
    controller = panel.section("TrainingCaseSection").controller
    panel.wait_for(lambda: not controller.running)


def cases_in(folder):
    return sorted(os.listdir(folder / "images")) if (folder / "images").exists() else []


def set_status(panel, segment_id, value):
    segmentation = panel.parameters.segmentation.GetSegmentation()
    STATUS.SetSegmentStatus(segmentation.GetSegment(segment_id), value)


def test_without_a_segmentation_the_button_says_why(a_volume, panel):
    panel.go_to("Export")
    panel.click("trainingCaseCollapsibleButton")
    assert not panel.can("saveCaseButton")
    assert "segment a scan first" in panel.text("trainingBonesLabel")


def test_a_click_writes_a_case_under_a_random_name(ready, folder):
    set_status(ready, "left_femur", STATUS.Completed)
    offered = name_of(ready)
    assert re.fullmatch("case_[0-9a-f]{8}", offered)
    save(ready)

    assert cases_in(folder) == [f"{offered}.nii.gz"]
    found = json.loads((folder / "provenance" / f"{offered}.json").read_text())
    assert found["labelled"] == ["left_femur", "right_femur"]
    assert found["verified"] == ["left_femur"]
    assert status(ready).startswith(f"Saved '{offered}' in '{folder.name}', bones: 2.")
    assert ready.tip("trainingStatusLabel") == str(folder)
    assert "⚠ Not labelled: Left hip bone" in status(ready)
    assert name_of(ready) != offered
    ready.screenshot("training_case_saved")

    save(ready)
    assert len(cases_in(folder)) == 2


def test_the_bones_are_listed_with_their_status(ready):
    set_status(ready, "left_femur", STATUS.Completed)
    set_status(ready, "right_femur", STATUS.Flagged)
    lines = ready.text("trainingBonesLabel").splitlines()
    assert lines[:2] == ["Left femur: completed", "⚠ Right femur: flagged"]
    assert "not completed are saved too" in lines[2]
    set_status(ready, "right_femur", STATUS.Completed)
    assert ready.text("trainingBonesLabel").splitlines() == [
        "Left femur: completed", "Right femur: completed",
    ]  # fmt: skip
    ready.parameters.segmentation.GetSegmentation().RemoveAllSegments()
    assert not ready.can("saveCaseButton")
    assert "has no bone to train with" in ready.text("trainingBonesLabel")


def test_new_offers_another_name_and_so_does_another_volume(ready, add_volume):
    first = name_of(ready)
    ready.click("newCaseNameButton")
    second = name_of(ready)
    ready.parameters.inputVolume = add_volume("Another")
    assert len({first, second, name_of(ready)}) == 3


def test_a_name_that_tells_is_refused(ready, folder):
    ready.wrapped("caseNameLineEdit").text = "Pelvis_T1"
    save(ready)
    assert "looks like the name of the scan" in status(ready)
    assert cases_in(folder) == []
    ready.wrapped("caseNameLineEdit").text = " "
    assert not ready.can("saveCaseButton")
    assert "tells nothing of the patient" in ready.tip("saveCaseButton")


def test_a_case_is_replaced_only_after_a_yes(ready, folder, questions):
    ready.wrapped("caseNameLineEdit").text = "case_a"
    save(ready)
    before = (folder / "labels" / "case_a.nii.gz").read_bytes()
    ready.parameters.segmentation.GetSegmentation().RemoveSegment("left_femur")
    for answer in (False, True):
        questions.answer = answer
        ready.wrapped("caseNameLineEdit").text = "case_a"
        save(ready)
        replaced = (folder / "labels" / "case_a.nii.gz").read_bytes() != before
        assert replaced == answer
    assert "There is a case 'case_a'" in questions.texts[0]


def test_a_segmentation_of_another_scan_is_refused(ready, add_volume, folder):
    ready.parameters.inputVolume = add_volume("Another")
    ready.parameters.segmentation = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    save(ready)
    assert "does not belong to the volume 'Another'" in status(ready)
    assert cases_in(folder) == []


def test_a_full_disk_is_said_and_leaves_nothing(ready, folder, monkeypatch):
    def full(path, *arguments):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training_case, "write_nifti", full)
    offered = name_of(ready)
    save(ready)
    assert "No space left on device" in status(ready)
    assert os.listdir(folder) == []
    assert name_of(ready) == offered


def test_the_scene_may_close_while_a_case_is_written(ready, scene, folder, monkeypatch):
    from threading import Event

    begun, may_go_on, real = Event(), Event(), training_case.write_nifti

    def wait(*arguments):
        begun.set()
        assert may_go_on.wait(10)
        real(*arguments)

    monkeypatch.setattr(training_case, "write_nifti", wait)
    controller = ready.section("TrainingCaseSection").controller
    ready.click("saveCaseButton")
    ready.wait_for(begun.is_set)
    scene.Clear()
    may_go_on.set()
    ready.wait_for(lambda: not controller.running)
    assert len(cases_in(folder)) == 1
    assert not ready.can("saveCaseButton")


def test_the_folder_is_remembered(ready, folder):
    assert ready.settings.get("trainingFolder") == str(folder)
    ready.reload()
    assert ready.wrapped("trainingFolderButton").directory == str(folder)


def test_the_logic_saves_for_scripts(ready, tmp_path):
    chosen = ready.parameters
    case = ready.widget.logic.saveTrainingCase(
        chosen.inputVolume, chosen.segmentation, tmp_path / "scripted", "case_x"
    )
    assert case.bones == ("left_femur", "right_femur")
    assert cases_in(tmp_path / "scripted") == ["case_x.nii.gz"]
