"""A write that fails half way leaves the scene as it was."""

from __future__ import annotations

import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import SceneWriteError, SurfaceConversionError
from PelvicBoneSegLib.scene import logic as logic_module
from PelvicBoneSegLib.scene import prepared_segment, segment_writer
from scene.reading import node_classes, segment_ids, snapshot

FAILURES = ("set_reference_geometry", "write_segments", "show_closed_surface")


class Failure(Exception):
    pass


@pytest.fixture
def fail_after(monkeypatch):
    """Let one step do its work and then fail."""

    def arrange(module, name, calls=1):
        real = getattr(module, name)
        left = [calls]

        def step(*arguments):
            real(*arguments)
            left[0] -= 1
            if not left[0]:
                raise Failure(name)

        monkeypatch.setattr(module, name, step)

    return arrange


def test_without_failure_the_changes_stay(a_scene):
    with logic_module.SceneTransaction(a_scene):
        a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "New")

    assert a_scene.GetFirstNodeByName("New") is not None


@pytest.mark.parametrize("step", FAILURES)
def test_a_new_segmentation_is_taken_away_again(a_scene, a_volume_node, a_logic, fail_after, step):
    before = node_classes(a_scene)
    fail_after(logic_module, step)

    with pytest.raises(Failure, match=step):
        a_logic.segment(a_volume_node, BONES)
    assert node_classes(a_scene) == before


@pytest.mark.parametrize("step", FAILURES)
def test_an_earlier_run_comes_back(a_scene, a_volume_node, a_logic, logic_with, fail_after, step):
    node = a_logic.segment(a_volume_node, BONES)
    node.GetDisplayNode().SetSegmentOpacity3D("sacrum", 0.3)
    node.GetDisplayNode().SetVisibility3D(False)
    before = snapshot(node), node_classes(a_scene)
    fail_after(logic_module, step)

    with pytest.raises(Failure, match=step):
        logic_with(half=True).segment(a_volume_node, BONES, segmentationNode=node)
    assert (snapshot(node), node_classes(a_scene)) == before


@pytest.mark.parametrize("step", FAILURES)
def test_hand_made_segments_come_back(
    a_scene, a_volume_node, a_hand_made_segmentation, a_logic, fail_after, step
):
    before = snapshot(a_hand_made_segmentation), node_classes(a_scene)
    fail_after(logic_module, step)

    with pytest.raises(Failure, match=step):
        a_logic.segment(a_volume_node, BONES, segmentationNode=a_hand_made_segmentation)
    assert (snapshot(a_hand_made_segmentation), node_classes(a_scene)) == before


@pytest.mark.parametrize("calls", [1, 3, 5])
def test_a_failure_between_two_segments_leaves_neither(
    a_scene, a_volume_node, a_logic, logic_with, fail_after, calls
):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node), node_classes(a_scene)
    fail_after(segment_writer, "_set_representations", calls)

    with pytest.raises(Failure):
        logic_with(half=True).segment(a_volume_node, BONES, segmentationNode=node)
    assert (snapshot(node), node_classes(a_scene)) == before


def test_an_interrupt_leaves_neither(a_scene, a_volume_node, a_logic, monkeypatch):
    before = node_classes(a_scene)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(logic_module, "show_closed_surface", interrupt)

    with pytest.raises(KeyboardInterrupt):
        a_logic.segment(a_volume_node, BONES)
    assert node_classes(a_scene) == before


def test_a_failed_conversion_happens_before_the_scene_is_touched(
    a_scene, a_volume_node, a_logic, monkeypatch
):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node), node_classes(a_scene), node.GetSegmentation().GetMTime()
    monkeypatch.setattr(prepared_segment, "CLOSED_SURFACE", "No such representation")

    with pytest.raises(SurfaceConversionError, match="Left femur"):
        a_logic.segment(a_volume_node, ["femur"], segmentationNode=node)
    after = snapshot(node), node_classes(a_scene), node.GetSegmentation().GetMTime()
    assert after == before


def test_a_segment_that_mrml_refuses_is_an_error(a_scene, a_volume_node, a_logic, monkeypatch):
    before = node_classes(a_scene)
    # A representation that cannot be converted to a labelmap: AddSegment says no.
    monkeypatch.setattr(segment_writer, "BINARY_LABELMAP", "Unknown")
    monkeypatch.setattr(segment_writer, "CLOSED_SURFACE", "Unknown too")

    with pytest.raises(SceneWriteError, match="'Sacrum' could not be added"):
        a_logic.segment(a_volume_node, ["sacrum"])
    assert node_classes(a_scene) == before


def test_a_node_without_display_gets_none_by_a_failed_run(
    a_scene, a_volume_node, a_logic, fail_after
):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Bare")
    before = node_classes(a_scene)
    fail_after(logic_module, "show_closed_surface")

    with pytest.raises(Failure):
        a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=node)
    assert node_classes(a_scene) == before
    assert node.GetDisplayNode() is None
    assert segment_ids(node) == []
