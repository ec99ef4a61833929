"""Runs that end early: by the user, by an error, or because the scene changed under them."""

from __future__ import annotations

import pytest
import slicer

from panel.panel_driver import segment_names, segmentations
from PelvicBoneSegLib.errors import DeviceUnavailableError


@pytest.fixture
def a_held_run(a_volume, panel, segmenter):
    """A run that has done one batch and waits."""
    segmenter.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch(segmenter)
    return panel


def snapshot(scene) -> list[tuple[str, int]]:
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    return [
        (node.GetID(), node.GetMTime())
        for node in nodes
        if not node.IsA("vtkMRMLScriptedModuleNode")
    ]


def test_cancel_leaves_the_scene_as_it_was(scene, a_held_run):
    before = snapshot(scene)
    a_held_run.click("cancelButton")
    assert not a_held_run.can("cancelButton")
    a_held_run.wait_for_end()
    assert snapshot(scene) == before
    assert a_held_run.status == "Cancelled. Nothing was changed."
    assert a_held_run.progress is None
    assert a_held_run.can("segmentButton") and not a_held_run.can("cancelButton")


def test_a_run_that_finishes_while_it_is_cancelled_counts_as_cancelled(
    scene, a_held_run, segmenter
):
    segmenter.ignores_cancel = True
    before = snapshot(scene)
    a_held_run.click("cancelButton")
    a_held_run.wait_for_end()
    assert snapshot(scene) == before
    assert a_held_run.status == "Cancelled. Nothing was changed."


def test_after_a_cancelled_run_comes_another(a_held_run, segmenter):
    a_held_run.click("cancelButton")
    a_held_run.wait_for_end()
    segmenter.may_go_on.set()
    a_held_run.click("segmentButton")
    a_held_run.wait_for_end()
    assert len(segment_names(a_held_run.parameters.segmentation)) == 6


def test_cancel_in_a_second_run_keeps_the_first_ones_segments(a_volume, panel, segmenter):
    panel.click("segmentButton")
    panel.wait_for_end()
    (node,) = segmentations()
    modified = node.GetSegmentation().GetMTime()
    segmenter.first_batch_done.clear()
    segmenter.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch(segmenter)
    panel.click("cancelButton")
    panel.wait_for_end()
    assert segmentations() == [node]
    assert node.GetSegmentation().GetMTime() == modified


def test_an_error_says_what_to_do_next(scene, a_held_run, segmenter):
    before = snapshot(scene)
    segmenter.error = DeviceUnavailableError("cuda")
    segmenter.may_go_on.set()
    a_held_run.wait_for_end()
    assert a_held_run.status == (
        "The device 'cuda' is not available to PyTorch on this computer. Choose 'auto' or 'cpu'."
    )
    assert "#c0392b" in a_held_run.qt("statusLabel").styleSheet()
    assert snapshot(scene) == before
    assert a_held_run.can("segmentButton")
    a_held_run.screenshot("error")


def test_an_unforeseen_error_is_logged_with_its_cause(a_held_run, segmenter, caplog):
    segmenter.error = ZeroDivisionError("division by zero")
    segmenter.may_go_on.set()
    a_held_run.wait_for_end()
    assert "ZeroDivisionError: division by zero" in a_held_run.status
    assert "error log" in a_held_run.status
    assert any(record.exc_info for record in caplog.records)


def test_a_flat_volume_is_refused_before_anything_runs(a_volume, panel, segmenter):
    voxels = slicer.util.arrayFromVolume(a_volume)
    voxels[:] = 7
    slicer.util.arrayFromVolumeModified(a_volume)
    panel.click("segmentButton")
    assert not panel.controller.running
    assert segmenter.calls == []
    assert panel.status.startswith("Every voxel has the same value (7)")


def test_closing_the_scene_stops_the_run(scene, a_held_run):
    scene.Clear(False)
    a_held_run.wait_for_end()
    assert segmentations() == []
    assert a_held_run.status == "The scene was closed, so the run was stopped."
    assert not a_held_run.can("segmentButton")
    assert a_held_run.tip("segmentButton").startswith("Choose a volume.")


def test_the_panel_works_in_the_scene_after_a_closed_one(scene, a_held_run, add_volume, segmenter):
    scene.Clear(False)
    a_held_run.wait_for_end()
    segmenter.may_go_on.set()
    add_volume("Next patient")
    a_held_run.choose("inputSelector", "Next patient")
    a_held_run.click("segmentButton")
    a_held_run.wait_for_end()
    assert a_held_run.parameters.segmentation.GetName() == "Next patient segmentation"


def test_removing_the_volume_stops_the_run(scene, a_volume, a_held_run):
    scene.RemoveNode(a_volume)
    a_held_run.wait_for_end()
    assert segmentations() == []
    assert a_held_run.status == (
        "The volume was removed, so the run was stopped. Nothing was changed."
    )


def test_removing_the_target_segmentation_stops_the_run(scene, a_volume, panel, segmenter):
    panel.click("segmentButton")
    panel.wait_for_end()
    segmenter.first_batch_done.clear()
    segmenter.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch(segmenter)
    scene.RemoveNode(panel.parameters.segmentation)
    panel.wait_for_end()
    assert segmentations() == []
    assert panel.status.startswith("The segmentation was removed")


def test_removing_another_node_does_not_matter(scene, a_held_run, segmenter):
    other = scene.AddNewNodeByClass("vtkMRMLModelNode", "other")
    scene.RemoveNode(other)
    segmenter.may_go_on.set()
    a_held_run.wait_for_end()
    assert len(segmentations()) == 1


def test_a_run_goes_on_while_another_module_is_shown(a_held_run, segmenter):
    a_held_run.widget.exit()
    segmenter.may_go_on.set()
    a_held_run.wait_for_end()
    a_held_run.widget.enter()
    assert a_held_run.status.startswith("Done in")
    assert a_held_run.qt("segmentationSelector").currentNode() is segmentations()[0]


def test_unloading_the_module_ends_the_run(a_held_run):
    a_held_run.close()
    assert not a_held_run.controller.running
    assert segmentations() == []


@pytest.mark.parametrize("volumes", [0, 1])
def test_segment_is_disabled_with_the_reason(scene, panel, volumes):
    if volumes:
        scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty")
        panel.choose("inputSelector", "Empty")
    expected = (
        "The volume 'Empty' holds no image. Load it again or choose another."
        if volumes
        else "Choose a volume. To load one, use File › Add Data or the module Sample Data."
    )
    assert not panel.can("segmentButton")
    assert panel.tip("segmentButton") == expected
    assert panel.status == expected


def test_a_bone_in_the_midline_has_no_side(a_volume, panel):
    panel.choose("boneComboBox", "Sacrum")
    assert not panel.can("sideComboBox")
    assert "no side" in panel.tip("sideComboBox")
    panel.choose("boneComboBox", "All bones")
    assert panel.can("sideComboBox")


def test_choices_are_saved_with_the_scene(scene, a_volume, panel):
    panel.choose("boneComboBox", "Hip bone")
    panel.choose("sideComboBox", "Right (patient's)")
    node = scene.GetSingletonNode("PelvicBoneSeg", "vtkMRMLScriptedModuleNode")
    assert node.GetParameter("bone") == "HIP_BONE"
    assert node.GetParameter("side") == "RIGHT"
    assert node.GetNodeReference("inputVolume") is a_volume


def test_an_unforeseen_error_at_the_click_is_shown(a_volume, panel, monkeypatch, caplog):
    def fails():
        raise RuntimeError("PythonSlicer executable not found")

    monkeypatch.setattr(panel.controller._dependencies, "ensure", fails)
    panel.click("segmentButton")
    assert "RuntimeError: PythonSlicer executable not found" in panel.status
    assert "PythonSlicer executable not found" in caplog.text
