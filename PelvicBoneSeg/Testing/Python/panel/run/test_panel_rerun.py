"""A second run over bones that were edited, and taking a run back."""

from __future__ import annotations

import numpy as np
import pytest

from panel.panel_driver import segment_names, segmentations
from scene.editing import erase, paint, whole_mask
from scene.whole_scene import whole_scene

SHAPE = (21, 21, 72)
ADDED = np.s_[0:2, 0:2, 10:12]
ERASED = np.s_[10:11, 10:11, 10:11]
"""The middle of the left femur that the fake worker finds."""


def run(panel):
    panel.click("segmentButton")
    panel.wait_for_end()


def run_again(panel):
    """Click on *Segment*, where a question is expected, and not on its answer yet."""
    panel.click("segmentButton")
    assert panel.shown("replaceButton")
    assert not panel.controller.running


@pytest.fixture
def edited(a_volume, panel, worker):
    """A left femur of a run to which a corner was added and of which the middle was erased."""
    panel.tick_only("Femur", "Sacrum")
    panel.choose("sideComboBox", "Left (patient's)")
    run(panel)
    node = panel.parameters.segmentation
    femur = node.GetSegmentation().GetSegmentIdBySegmentName("Left femur")
    paint(node, femur, ADDED)
    erase(node, femur, ERASED)
    return panel


def femur(panel, name="Left femur"):
    node = panel.parameters.segmentation
    segment_id = node.GetSegmentation().GetSegmentIdBySegmentName(name)
    return whole_mask(node, segment_id, SHAPE)


def test_nothing_is_asked_where_nothing_was_edited(a_volume, panel):
    run(panel)
    run(panel)
    assert not panel.shown("replaceButton")
    assert len(segment_names(panel.parameters.segmentation)) == 6


def test_nothing_is_asked_where_other_bones_are_wanted(edited):
    edited.tick_only("Lumbar spine")
    run(edited)
    assert "Lumbar spine" in edited.status
    assert femur(edited)[ADDED].all()


def test_before_the_run_it_is_asked_what_becomes_of_the_edits(scene, edited, worker):
    before = whole_scene(scene)
    calls = len(worker.calls)
    run_again(edited)
    assert edited.text("rerunLabel").startswith("Edited since the last run: Left femur.")
    assert not edited.can("segmentButton")
    assert edited.tip("segmentButton") == "Say first what is to become of the edits."
    edited.screenshot("rerun")
    assert len(worker.calls) == calls
    assert whole_scene(scene) == before


def test_replace(edited):
    run_again(edited)
    edited.click("replaceButton")
    edited.wait_for_end()
    assert segment_names(edited.parameters.segmentation) == ["Left femur", "Sacrum"]
    assert not femur(edited)[ADDED].any() and femur(edited)[ERASED].all()
    assert not edited.shown("replaceButton")


def test_keep_both(edited):
    before = femur(edited)
    run_again(edited)
    edited.click("keepBothButton")
    edited.wait_for_end()
    names = segment_names(edited.parameters.segmentation)
    assert len(names) == len(set(names)) == 4
    assert np.array_equal(femur(edited), before)
    (new,) = (name for name in names if "femur" in name and name != "Left femur")
    assert not femur(edited, new)[ADDED].any() and femur(edited, new)[ERASED].all()


def test_only_where_not_edited(edited):
    run_again(edited)
    edited.click("uneditedOnlyButton")
    edited.wait_for_end()
    assert segment_names(edited.parameters.segmentation) == ["Left femur", "Sacrum"]
    assert femur(edited)[ADDED].all() and not femur(edited)[ERASED].any()


def test_cancel_starts_nothing(scene, edited, worker):
    before = whole_scene(scene)
    calls = len(worker.calls)
    run_again(edited)
    edited.click("cancelButton")
    assert edited.status == "Cancelled. Nothing was changed."
    assert not edited.shown("replaceButton") and edited.can("segmentButton")
    assert len(worker.calls) == calls
    assert whole_scene(scene) == before


def test_the_question_goes_when_the_choice_is_another_one(edited):
    run_again(edited)
    edited.tick_only("Lumbar spine")
    assert not edited.shown("replaceButton")
    assert edited.can("segmentButton") and not edited.can("cancelButton")


def test_the_question_goes_with_the_scene(scene, edited):
    run_again(edited)
    scene.Clear(False)
    assert not edited.shown("replaceButton")
    assert edited.status.startswith("Choose a volume.")


def test_a_new_segmentation_is_not_asked_about(edited):
    edited.choose("segmentationSelector", "New segmentation")
    run(edited)
    assert len(segmentations()) == 2


def test_the_first_run_is_undone_with_its_segmentation(scene, a_volume, panel):
    assert not panel.can("undoRunButton")
    before = whole_scene(scene)
    panel.tick_only("Sacrum")
    run(panel)
    assert panel.tip("undoRunButton") == (
        "Take back the last run: Sacrum in 'Pelvis T1 segmentation'."
    )
    panel.click("undoRunButton")
    assert segmentations() == []
    panel.tick_only()
    assert nodes_and_segments(whole_scene(scene)) == nodes_and_segments(before)
    assert not panel.can("undoRunButton")


def test_a_second_run_is_undone_whole(scene, edited):
    before = whole_scene(scene)
    run_again(edited)
    edited.click("replaceButton")
    edited.wait_for_end()
    edited.click("undoRunButton")
    assert whole_scene(scene) == before
    assert femur(edited)[ADDED].all()
    assert edited.status.startswith("The run was undone: ")


@pytest.mark.parametrize("agrees", [True, False])
def test_edits_since_the_run_are_not_undone_unasked(scene, edited, questions, agrees):
    before = whole_scene(scene)
    questions.answer = agrees
    edited.click("undoRunButton")
    (question,) = questions.texts
    assert "Left femur" in question and "changed since the run" in question
    assert bool(segmentations()) is not agrees
    if not agrees:
        assert whole_scene(scene) == before
        assert edited.can("undoRunButton")


def test_a_run_that_is_on_cannot_be_undone_nor_the_one_before(edited, worker):
    run_again(edited)
    worker.hold()
    edited.click("replaceButton")
    edited.wait_for_first_batch()
    assert not edited.can("undoRunButton")
    edited.click("cancelButton")
    edited.wait_for_end()
    assert edited.can("undoRunButton")


def test_sections_that_hold_segments_are_told_around_every_change(edited):
    told = []

    class Listener:
        def before_run_writes(self):
            told.append(("before", femur(edited)[ADDED].all()))

        def after_run_writes(self):
            told.append(("after", femur(edited)[ADDED].all()))

    edited.session.write_listeners.append(Listener())
    run_again(edited)
    edited.click("replaceButton")
    edited.wait_for_end()
    edited.click("undoRunButton")
    assert told == [("before", True), ("after", False), ("before", False), ("after", True)]


def nodes_and_segments(everything):
    """Without the parameter node, in which choices were made meanwhile."""
    return everything["nodes"], everything["segmentations"]
