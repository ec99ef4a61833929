"""A write that fails half way leaves the scene as it was."""

from __future__ import annotations

import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import SceneWriteError, SurfaceConversionError
from PelvicBoneSegLib.scene import bone_surface, segment_writer
from PelvicBoneSegLib.scene import logic as logic_module
from PelvicBoneSegLib.scene.rerun import RerunMode
from scene.editing import paint
from scene.reading import segment_ids
from scene.test_edits import CORNER
from scene.whole_scene import whole_scene

FAILURES = (
    (logic_module, "set_reference_geometry"),
    (logic_module, "write_segments"),
    (logic_module, "record_run"),
    (logic_module, "show_closed_surface"),
    (logic_module, "UndoStep"),
    (logic_module, "settle_3d"),
    (segment_writer, "_take_out"),
    (segment_writer, "_set_representations"),
    (segment_writer, "_set_status"),
    (segment_writer, "write_original"),
    (segment_writer, "keep_originals"),
)
EVERY_FAILURE = pytest.mark.parametrize("step", FAILURES, ids=[name for _, name in FAILURES])


class Failure(Exception):
    pass


@pytest.fixture
def fail_after(monkeypatch):
    """Let one step do its work and then fail."""

    def arrange(module, name, calls=1):
        real = getattr(module, name)
        left = [calls]

        def step(*arguments, **named):
            real(*arguments, **named)
            left[0] -= 1
            if not left[0]:
                raise Failure(name)

        monkeypatch.setattr(module, name, step)

    return arrange


def test_without_failure_the_changes_stay(a_scene):
    with logic_module.SceneTransaction(a_scene):
        a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "New")

    assert a_scene.GetFirstNodeByName("New") is not None


@EVERY_FAILURE
def test_a_new_segmentation_is_taken_away_again(a_scene, a_volume_node, a_logic, fail_after, step):
    before = whole_scene(a_scene)
    fail_after(*step)

    with pytest.raises(Failure, match=step[1]):
        a_logic.segment(a_volume_node, BONES)
    assert whole_scene(a_scene) == before
    assert a_logic.undo_description is None


@EVERY_FAILURE
@pytest.mark.parametrize("mode", RerunMode)
def test_an_earlier_run_comes_back(
    a_scene, a_volume_node, a_logic, logic_with, fail_after, step, mode
):
    node = a_logic.segment(a_volume_node, BONES)
    node.GetDisplayNode().SetSegmentOpacity3D("sacrum", 0.3)
    node.GetDisplayNode().SetVisibility3D(False)
    paint(node, "sacrum", CORNER)
    before = whole_scene(a_scene)
    fail_after(*step)

    with pytest.raises(Failure, match=step[1]):
        logic_with(half=True).segment(a_volume_node, BONES, segmentationNode=node, rerun=mode)
    assert whole_scene(a_scene) == before


@EVERY_FAILURE
def test_hand_made_segments_come_back(
    a_scene, a_volume_node, a_hand_made_segmentation, a_logic, fail_after, step
):
    before = whole_scene(a_scene)
    fail_after(*step)

    with pytest.raises(Failure, match=step[1]):
        a_logic.segment(a_volume_node, BONES, segmentationNode=a_hand_made_segmentation)
    assert whole_scene(a_scene) == before


@pytest.mark.parametrize("calls", [1, 3, 5])
def test_a_failure_between_two_segments_leaves_neither(
    a_scene, a_volume_node, a_logic, logic_with, fail_after, calls
):
    node = a_logic.segment(a_volume_node, BONES)
    before = whole_scene(a_scene)
    fail_after(segment_writer, "_set_representations", calls)

    with pytest.raises(Failure):
        logic_with(half=True).segment(a_volume_node, BONES, segmentationNode=node)
    assert whole_scene(a_scene) == before


def test_the_run_before_can_still_be_undone_after_a_failure(
    a_scene, a_volume_node, a_logic, fail_after
):
    before = whole_scene(a_scene)
    node = a_logic.segment(a_volume_node, BONES)
    fail_after(logic_module, "show_closed_surface")
    with pytest.raises(Failure):
        a_logic.segment(a_volume_node, BONES, segmentationNode=node)

    assert not a_logic.undo_loses_edits
    a_logic.undo()

    assert whole_scene(a_scene) == before


def test_an_interrupt_leaves_neither(a_scene, a_volume_node, a_logic, monkeypatch):
    before = whole_scene(a_scene)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(logic_module, "show_closed_surface", interrupt)

    with pytest.raises(KeyboardInterrupt):
        a_logic.segment(a_volume_node, BONES)
    assert whole_scene(a_scene) == before


def test_a_failed_conversion_happens_before_the_scene_is_touched(
    a_scene, a_volume_node, a_logic, monkeypatch
):
    node = a_logic.segment(a_volume_node, BONES)
    node.GetSegmentation().SetConversionParameter("Decimation factor", "0.1")
    before = whole_scene(a_scene), node.GetSegmentation().GetMTime()
    monkeypatch.setattr(bone_surface, "CLOSED_SURFACE", "No such representation")

    with pytest.raises(SurfaceConversionError, match="Left femur"):
        a_logic.segment(a_volume_node, ["femur"], segmentationNode=node)
    assert (whole_scene(a_scene), node.GetSegmentation().GetMTime()) == before


def test_a_segment_that_mrml_refuses_is_an_error(a_scene, a_volume_node, a_logic, monkeypatch):
    before = whole_scene(a_scene)
    # A representation that cannot be converted to a labelmap: AddSegment says no.
    monkeypatch.setattr(segment_writer, "BINARY_LABELMAP", "Unknown")
    monkeypatch.setattr(segment_writer, "CLOSED_SURFACE", "Unknown too")

    with pytest.raises(SceneWriteError, match="'Sacrum' could not be added"):
        a_logic.segment(a_volume_node, ["sacrum"])
    assert whole_scene(a_scene) == before


def test_a_node_without_display_gets_none_by_a_failed_run(
    a_scene, a_volume_node, a_logic, fail_after
):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Bare")
    before = whole_scene(a_scene)
    fail_after(logic_module, "show_closed_surface")

    with pytest.raises(Failure):
        a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=node)
    assert whole_scene(a_scene) == before
    assert node.GetDisplayNode() is None
    assert segment_ids(node) == []
