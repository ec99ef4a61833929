"""The section *Edit*: Slicer's segment editor on the right nodes, masked, never in the way."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from PySide6.QtCore import QPoint, Qt

from panel.hosts import needs_stand_in
from PelvicBoneSegLib.scene.review.editor_node import find_editor_node
from scene.reading import mask
from slicer_stand_in.widgets_segmentation import qMRMLSegmentEditorWidget

pytestmark = needs_stand_in

SHAPE = (21, 21, 72)
STROKE = (10, slice(8, 13), slice(2, 30))
"""From the left femur's ball over the background into the right one's."""


def open_section(panel, qtbot) -> None:
    button = panel.qt("editCollapsibleButton")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(40, 8))


def editor_of(panel):
    """The stand-in of the embedded widget, or None."""
    found = panel.qt("editorPlace").findChildren(qMRMLSegmentEditorWidget)
    return found[0] if found else None


def stroke_mask() -> np.ndarray:
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[STROKE] = 1
    return voxels


def volume_of(node, segment_id) -> int:
    return int(mask(node, segment_id).sum())


@pytest.fixture
def editing(panel, qtbot, a_segmentation):
    """The section open, with a segmentation."""
    open_section(panel, qtbot)
    yield panel
    editor = editor_of(panel) if panel.widget else None
    assert editor is None or editor._faults == []


@pytest.fixture
def editor(editing):
    return editor_of(editing)


@pytest.fixture
def node(editor, scene):
    return find_editor_node(scene)


def test_the_editor_is_made_when_the_section_is_opened(panel, qtbot, scene, a_segmentation):
    assert panel.wrapped("editCollapsibleButton").collapsed
    assert editor_of(panel) is None and find_editor_node(scene) is None
    open_section(panel, qtbot)
    assert editor_of(panel) is not None
    panel.screenshot("edit")


def test_it_has_the_right_segmentation_volume_and_undo(editing, editor, node, a_volume):
    assert node.GetSegmentationNode() is editing.parameters.segmentation
    assert node.GetSourceVolumeNode() is a_volume
    assert node.GetSelectedSegmentID() == "left_femur"
    assert editor.maximumNumberOfUndoStates == 10
    assert not editor.segmentationNodeSelectorVisible
    assert not editor.sourceVolumeNodeSelectorVisible
    assert not editor.autoShowSourceVolumeNode
    assert node.GetSingletonTag() == "PelvicBoneSeg"


def test_the_bone_that_was_reviewed_last_is_the_one_to_edit(panel, qtbot, scene, a_segmentation):
    for _ in range(3):
        panel.click("nextDoubtfulButton")
    open_section(panel, qtbot)
    assert find_editor_node(scene).GetSelectedSegmentID() == "sacrum"
    panel.click("nextDoubtfulButton")
    assert find_editor_node(scene).GetSelectedSegmentID() == "left_femur"
    assert editor_of(panel)._table.selectedSegmentIDs() == ["left_femur"]


def test_the_bone_that_is_edited_is_the_one_to_complete(editing, node):
    node.SetSelectedSegmentID("sacrum")
    assert editing.wrapped("reviewSegmentsTableView").selectedSegmentIDs() == ["sacrum"]


def test_no_effect_is_active_until_one_is_asked_for(editing, editor, node):
    assert not node.GetActiveEffectName()
    editing.click("paintButton")
    assert node.GetActiveEffectName() == "Paint" and editor._views_observed
    editing.screenshot("edit_paint")
    editing.click("fillButton")
    assert node.GetActiveEffectName() == "Fill between slices"


def test_a_stroke_stops_at_the_neighbour_and_undo_takes_it_back(editing, editor, qtbot):
    segmentation = editing.parameters.segmentation
    before = volume_of(segmentation, "left_femur"), volume_of(segmentation, "right_femur")
    assert not editor._undo.isEnabled()
    editing.click("paintButton")
    editor._stroke(stroke_mask())
    right = mask(segmentation, "right_femur")
    assert int(right.sum()) == before[1]
    assert volume_of(segmentation, "left_femur") > before[0]
    qtbot.mouseClick(editor._undo, Qt.MouseButton.LeftButton)
    assert volume_of(segmentation, "left_femur") == before[0]
    qtbot.mouseClick(editor._redo, Qt.MouseButton.LeftButton)
    assert volume_of(segmentation, "left_femur") > before[0]


def test_an_edited_bone_is_in_progress(editing, editor):
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    segment = editing.parameters.segmentation.GetSegmentation().GetSegment("left_femur")
    segment.RemoveTag(logic.GetStatusTagName())
    editing.click("paintButton")
    editor._stroke(stroke_mask())
    assert logic.GetSegmentStatus(segment) == logic.InProgress


def test_keys_and_views_are_taken_only_while_the_section_is_in_front(editing, editor, node, qtbot):
    def in_use() -> bool:
        assert editor._shortcuts or not (editor._views_observed or node.GetActiveEffectName())
        return editor._shortcuts

    assert in_use()
    editing.click("paintButton")
    editing.go_to("Export")
    assert not in_use()
    editing.go_to("Correct")
    assert in_use() and not node.GetActiveEffectName()
    editing.click("paintButton")
    editing.widget.exit()
    assert not in_use()
    editing.widget.enter()
    assert in_use()
    editing.click("paintButton")
    open_section(editing, qtbot)
    assert not in_use()


def test_leaving_and_coming_back_keeps_the_undo(editing, editor):
    segmentation = editing.parameters.segmentation
    before = volume_of(segmentation, "left_femur")
    editing.click("paintButton")
    editor._stroke(stroke_mask())
    editing.widget.exit()
    editing.widget.enter()
    editor._undo.click()
    assert volume_of(segmentation, "left_femur") == before


def test_a_run_locks_the_editor_and_turns_the_effect_off(editing, editor, node):
    session = editing.widget.panel.session
    editing.click("paintButton")
    session.run_is_on = True
    session.notify()
    assert editor.readOnly and not node.GetActiveEffectName()
    assert not editing.can("paintButton") and not editing.can("fillButton")
    assert editing.text("editMessageLabel").startswith("A run is on.")
    session.run_is_on = False
    session.notify()
    assert not editor.readOnly and editing.can("paintButton")


def test_undo_leads_back_over_a_run_that_wrote(editing, editor, a_volume, find_bones):
    segmentation = editing.parameters.segmentation
    before = volume_of(segmentation, "left_femur")
    editing.click("paintButton")
    editor._stroke(stroke_mask())
    painted = volume_of(segmentation, "left_femur")
    with editing.widget.panel.session.writing():
        find_bones(a_volume, ["femur"], segmentation)
    assert volume_of(segmentation, "left_femur") == before != painted
    editor._undo.click()
    assert volume_of(segmentation, "left_femur") == painted


def test_a_run_that_writes_where_nothing_was_edited_needs_no_editor(panel, a_segmentation):
    with panel.widget.panel.session.writing():
        pass
    assert editor_of(panel) is None


def test_nothing_to_edit_says_what_is_missing(panel, qtbot, a_volume, a_segmentation):
    panel.parameters.segmentation = None
    open_section(panel, qtbot)
    assert panel.text("editMessageLabel").startswith("Choose a segmentation under Result")
    assert not panel.can("paintButton") and editor_of(panel) is None
    panel.parameters.segmentation = a_segmentation
    panel.parameters.inputVolume = None
    assert panel.text("editMessageLabel").startswith("Choose the volume")
    assert not panel.can("paintButton")


def test_another_segmentation_and_volume_are_taken_up(editing, node, add_volume, find_bones):
    other_volume = add_volume("Follow-up")
    other = find_bones(other_volume, ["sacrum"])
    editing.click("paintButton")
    editing.parameters.inputVolume = other_volume
    editing.parameters.segmentation = other
    assert node.GetSegmentationNode() is other and node.GetSourceVolumeNode() is other_volume
    assert not node.GetActiveEffectName()
    assert node.GetSelectedSegmentID() == "sacrum"


def test_a_removed_segmentation_is_let_go_before(editing, editor, node, scene, a_segmentation):
    editing.click("paintButton")
    scene.RemoveNode(a_segmentation)
    assert node.GetSegmentationNode() is None and not node.GetActiveEffectName()
    assert editor._faults == [] and not editing.can("paintButton")


def test_a_removed_volume_is_let_go_before(editing, node, scene, a_volume):
    editing.click("paintButton")
    scene.RemoveNode(a_volume)
    assert node.GetSourceVolumeNode() is None and not node.GetActiveEffectName()
    assert editing.text("editMessageLabel").startswith("Choose the volume")


def test_a_removed_segment_turns_the_effect_off_and_another_is_chosen(editing, node):
    editing.click("paintButton")
    editing.parameters.segmentation.GetSegmentation().RemoveSegment("left_femur")
    assert not node.GetActiveEffectName()
    assert node.GetSelectedSegmentID() == "right_femur"


def test_a_removed_editor_node_is_made_again(editing, editor, node, scene):
    editing.click("paintButton")
    scene.RemoveNode(node)
    editing.click("paintButton")
    again = find_editor_node(scene)
    assert again is not None and again is not node
    assert again.GetActiveEffectName() == "Paint"
    assert again.GetMaskMode() == slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments


def test_closing_the_scene_under_an_active_effect(editing, editor, scene, add_volume, find_bones):
    editing.click("paintButton")
    editor._stroke(stroke_mask())
    scene.Clear(False)
    node = find_editor_node(scene)
    assert node.GetSegmentationNode() is None and not node.GetActiveEffectName()
    assert editor._faults == []
    volume = add_volume("Next")
    editing.parameters.inputVolume = volume
    editing.parameters.segmentation = find_bones(volume, ["sacrum"])
    editing.click("paintButton")
    assert node.GetActiveEffectName() == "Paint"
    assert node.GetMaskMode() == slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments


def test_the_segment_editor_module_keeps_its_own_choices(scene, editing):
    others = slicer.vtkMRMLSegmentEditorNode()
    others.SetSingletonTag("SegmentEditor")
    others = scene.AddNode(others)
    editing.click("paintButton")
    assert not others.GetActiveEffectName() and others.GetSegmentationNode() is None


def test_a_reload_lets_go_of_everything(editing, editor, node):
    editing.click("paintButton")
    editing.reload()
    assert not node.GetActiveEffectName()
    editing.go_to("Correct")
    assert editor_of(editing) is None


def test_the_page_fits_into_a_narrow_panel(editing):
    editing.resize(380, 900)
    editing.screenshot("edit_380")
    assert editing.wrapped("correctPage").minimumSizeHint.width() <= 330
