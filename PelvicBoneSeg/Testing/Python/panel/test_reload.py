"""Slicer's *Reload*: the module's file is read again, its library is not."""

from __future__ import annotations

import sys

import pytest
import slicer

from panel.panel_driver import segmentations


@pytest.fixture
def chosen(add_volume, panel):
    """The panel with choices that are not the defaults."""
    add_volume("First")
    volume = add_volume("Second")
    panel.choose("inputSelector", "Second")
    panel.choose("sideComboBox", "Left (patient's)")
    panel.tick_only("Sacrum")
    assert panel.parameters.inputVolume is volume
    return panel


def test_the_choices_are_kept(chosen):
    volume, side = chosen.parameters.inputVolume, chosen.parameters.side
    chosen.reload()
    assert chosen.parameters.inputVolume is volume
    assert chosen.node("inputSelector") is volume
    assert chosen.parameters.side is side
    assert chosen.wrapped("sideComboBox").currentText == "Left (patient's)"
    assert chosen.checked("sacrumCheckBox") and not chosen.checked("femurCheckBox")


def test_the_new_panel_works_at_once(chosen):
    old = chosen.widget
    chosen.reload()
    assert chosen.widget is not old and type(chosen.widget) is not type(old)
    chosen.click("segmentButton")
    chosen.wait_for_end()
    assert [node.GetName() for node in segmentations()] == ["Second segmentation"]


def test_the_new_panel_is_in_view_without_the_module_being_left(chosen, worker):
    chosen.reload()
    worker.hold()
    chosen.click("segmentButton")
    chosen.wait_for_first_batch()
    assert any("preview" in node.GetName() for node in segmentations())
    chosen.click("cancelButton")
    chosen.wait_for_end()


def test_the_old_panel_is_hidden_and_follows_nothing(chosen):
    old = chosen.wrapped("segmentButton")
    tip = old.toolTip
    chosen.reload()
    assert not old.visible
    chosen.choose("inputSelector", "First")
    assert old.toolTip == tip and chosen.tip("segmentButton") != tip


def test_a_run_that_is_on_is_stopped_and_changes_nothing(chosen, worker):
    worker.hold()
    chosen.click("segmentButton")
    chosen.wait_for_first_batch()
    old = chosen.controller
    chosen.reload()
    assert not old.running and not chosen.controller.running
    assert segmentations() == []
    assert chosen.can("segmentButton")


def test_reloading_again_and_again_leaves_one_panel_listening(chosen):
    scene = slicer.mrmlScene
    chosen.reload()
    events = (scene.StartCloseEvent, scene.EndCloseEvent, scene.NodeAboutToBeRemovedEvent)
    heard = {event: _observers(scene, event) for event in events}
    for _ in range(3):
        chosen.reload()
    assert {event: _observers(scene, event) for event in events} == heard


def _observers(scene, event):
    """How many observers the module's widgets have on an event of the scene."""
    widget = slicer.modules.PelvicBoneSegWidget
    return sum(1 for one in widget.Observations if one[0] is scene and one[1] == event)


def test_classes_of_the_library_stay_what_they_are(chosen):
    from PelvicBoneSegLib.panel.choices import SideChoice

    chosen.reload()
    assert sys.modules["PelvicBoneSegLib.panel.choices"].SideChoice is SideChoice
    chosen.parameters.side = SideChoice.RIGHT
    assert chosen.wrapped("sideComboBox").currentText == "Right (patient's)"


def test_closing_the_scene_after_a_reload_is_safe(chosen):
    chosen.reload()
    slicer.mrmlScene.Clear(False)
    assert chosen.parameters.inputVolume is None
    assert not chosen.can("segmentButton")
