"""Runs that end early: by the user, by an error, or because the scene changed under them."""

from __future__ import annotations

import pytest
import slicer

from panel.panel_driver import segment_names, segmentations
from PelvicBoneSegLib.worker.request import Request
from scene.whole_scene import whole_scene


@pytest.fixture
def before(scene, a_volume, panel):
    """All of the scene as it was before the run."""
    return whole_scene(scene)


@pytest.fixture
def a_held_run(before, panel, worker):
    """A run that has done one batch and waits."""
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()
    return panel


def test_cancel_leaves_the_scene_as_it_was(scene, before, a_held_run):
    a_held_run.click("cancelButton")
    assert not a_held_run.can("cancelButton")
    a_held_run.wait_for_end()
    assert whole_scene(scene) == before
    assert a_held_run.status == "Cancelled. Nothing was changed."
    assert a_held_run.progress is None
    assert a_held_run.can("segmentButton") and not a_held_run.can("cancelButton")


def test_a_run_that_finishes_while_it_is_cancelled_counts_as_cancelled(
    scene, before, a_held_run, worker
):
    worker.ignores_cancel = True
    a_held_run.click("cancelButton")
    a_held_run.wait_for_end()
    assert whole_scene(scene) == before
    assert a_held_run.status == "Cancelled. Nothing was changed."


def test_after_a_cancelled_run_comes_another(a_held_run, worker):
    a_held_run.click("cancelButton")
    a_held_run.wait_for_end()
    worker.go_on()
    a_held_run.click("segmentButton")
    a_held_run.wait_for_end()
    assert len(segment_names(a_held_run.parameters.segmentation)) == 6


def test_cancel_in_a_second_run_keeps_the_first_ones_segments(scene, a_volume, panel, worker):
    panel.click("segmentButton")
    panel.wait_for_end()
    (node,) = segmentations()
    before = whole_scene(scene)
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()
    panel.click("cancelButton")
    panel.wait_for_end()
    assert segmentations() == [node]
    assert whole_scene(scene) == before


def test_an_error_says_what_to_do_next(scene, before, a_held_run, worker):
    worker.fails = "OutOfMemoryError"
    worker.go_on()
    a_held_run.wait_for_end()
    assert a_held_run.status == (
        "This computer's memory is too small for the scan. Close other programs, or crop the scan."
    )
    assert "#c0392b" in a_held_run.style("statusLabel")
    assert whole_scene(scene) == before
    assert a_held_run.can("segmentButton")
    a_held_run.screenshot("error")


def test_an_unforeseen_error_is_logged_with_its_cause(a_held_run, worker, caplog):
    worker.fails = "ZeroDivisionError"
    worker.go_on()
    a_held_run.wait_for_end()
    assert "ZeroDivisionError" in a_held_run.status
    assert "report it with the log" in a_held_run.status
    assert "Traceback" in caplog.text and "ZeroDivisionError" in caplog.text


def test_a_flat_volume_is_refused_before_anything_runs(a_volume, panel, worker):
    voxels = slicer.util.arrayFromVolume(a_volume)
    voxels[:] = 7
    slicer.util.arrayFromVolumeModified(a_volume)
    assert not panel.can("segmentButton")
    assert panel.status.startswith("Every voxel has the same value (7)")
    panel.click("segmentButton")
    assert not panel.controller.running
    assert "segment" not in [call["operation"] for call in worker.calls]


def test_closing_the_scene_stops_the_run(scene, a_held_run):
    scene.Clear(False)
    a_held_run.wait_for_end()
    assert segmentations() == []
    assert a_held_run.status == "The scene was closed, so the run was stopped."
    assert not a_held_run.can("segmentButton")
    assert a_held_run.tip("segmentButton").startswith("Choose a volume.")


def test_the_panel_works_in_the_scene_after_a_closed_one(scene, a_held_run, add_volume, worker):
    scene.Clear(False)
    a_held_run.wait_for_end()
    worker.go_on()
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


def test_removing_the_target_segmentation_stops_the_run(scene, a_volume, panel, worker):
    panel.click("segmentButton")
    panel.wait_for_end()
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()
    scene.RemoveNode(panel.parameters.segmentation)
    panel.wait_for_end()
    assert segmentations() == []
    assert panel.status.startswith("The segmentation was removed")


def test_work_that_its_section_forgot_gives_segment_back(a_volume, panel, worker):
    worker.hold()
    request = Request("isotropic", {}, {})
    panel.session.worker.start(request, lambda message: None)
    panel.session.notify()
    assert panel.status == "Something else is being computed. Wait for its end."
    panel.session.worker.cancel()
    panel.wait_for(lambda: panel.can("segmentButton"))
    assert panel.status.startswith("Ready to segment")


def test_removing_another_node_does_not_matter(scene, a_held_run, worker):
    other = scene.AddNewNodeByClass("vtkMRMLModelNode", "other")
    scene.RemoveNode(other)
    worker.go_on()
    a_held_run.wait_for_end()
    assert len(segmentations()) == 1


def test_a_run_goes_on_while_another_module_is_shown(a_held_run, worker):
    a_held_run.widget.exit()
    worker.go_on()
    a_held_run.wait_for_end()
    a_held_run.widget.enter()
    assert a_held_run.status.startswith("Done in")
    assert a_held_run.node("segmentationSelector") is segmentations()[0]


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
    panel.tick_only("Sacrum")
    assert not panel.can("sideComboBox")
    assert "no side" in panel.tip("sideComboBox")
    panel.tick_only()
    assert panel.can("sideComboBox")


def test_choices_are_saved_with_the_scene(scene, a_volume, panel):
    panel.tick_only("Hip bone")
    panel.choose("sideComboBox", "Right (patient's)")
    node = scene.GetSingletonNode("PelvicBoneSeg", "vtkMRMLScriptedModuleNode")
    assert [node.GetParameter(name) for name in ("femur", "hipBone")] == ["False", "True"]
    assert node.GetParameter("side") == "RIGHT"
    assert node.GetNodeReference("inputVolume") is a_volume


def test_an_unforeseen_error_at_the_click_is_shown(a_volume, panel, monkeypatch, caplog):
    def fails():
        raise RuntimeError("PythonSlicer executable not found")

    monkeypatch.setattr(panel.controller._dependencies, "ensure", fails)
    panel.click("segmentButton")
    assert "RuntimeError: PythonSlicer executable not found" in panel.status
    assert "PythonSlicer executable not found" in caplog.text
