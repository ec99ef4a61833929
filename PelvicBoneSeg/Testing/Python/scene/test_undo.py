"""The last run is taken back whole, or not at all."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import NothingToUndoError
from PelvicBoneSegLib.scene import transaction
from PelvicBoneSegLib.scene.rerun import RerunMode, edited_segments
from scene.editing import draw_over_array, erase, paint
from scene.reading import segment_ids
from scene.test_edits import CORNER
from scene.whole_scene import whole_scene


class Failure(Exception):
    pass


@pytest.fixture
def a_segmentation(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, BONES)
    node.GetDisplayNode().SetSegmentOpacity3D("sacrum", 0.3)
    return node


def test_there_is_nothing_to_undo_at_first(a_logic):
    assert a_logic.undo_description is None
    assert not a_logic.undo_loses_edits
    with pytest.raises(NothingToUndoError, match="No run was made"):
        a_logic.undo()


def test_a_node_that_the_run_made_goes_with_all_that_belongs_to_it(a_scene, a_volume_node, a_logic):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    hierarchy.CreateItem(hierarchy.GetSceneItemID(), a_volume_node)
    before = whole_scene(a_scene)
    node = a_logic.segment(a_volume_node, BONES)
    node.AddDefaultStorageNode()

    assert a_logic.undo() is None

    assert whole_scene(a_scene) == before
    assert a_logic.undo_description is None


@pytest.mark.parametrize("mode", RerunMode)
def test_an_earlier_run_comes_back_with_its_edits(
    a_scene, a_segmentation, a_volume_node, logic_with, mode
):
    paint(a_segmentation, "sacrum", CORNER)
    slicer.vtkSlicerSegmentationsModuleLogic.SetSegmentStatus(
        a_segmentation.GetSegmentation().GetSegment("left_femur"),
        slicer.vtkSlicerSegmentationsModuleLogic.Completed,
    )
    before = whole_scene(a_scene)
    logic = logic_with(half=True)
    logic.segment(a_volume_node, BONES, segmentationNode=a_segmentation, rerun=mode)
    assert whole_scene(a_scene) != before

    assert logic.undo() is a_segmentation

    assert whole_scene(a_scene) == before
    assert edited_segments(a_segmentation, SEGMENTS) == ("Sacrum",)


def test_it_says_what_it_would_undo(a_segmentation, a_volume_node, a_logic):
    a_logic.segment(a_volume_node, ["femur"], segmentationNode=a_segmentation)

    assert a_logic.undo_description == "Left femur, Right femur in 'MR segmentation'"


def test_only_the_last_run_can_be_undone(a_segmentation, a_volume_node, a_logic):
    a_logic.segment(a_volume_node, ["femur"], segmentationNode=a_segmentation)
    a_logic.undo()

    with pytest.raises(NothingToUndoError):
        a_logic.undo()
    assert len(segment_ids(a_segmentation)) == len(SEGMENTS)


def test_a_run_that_found_nothing_leaves_the_undo_of_the_one_before(
    a_segmentation, a_volume_node, a_segmenter, a_logic
):
    a_segmenter.missing = ("sacrum",)
    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=a_segmentation)

    assert a_logic.undo_description.startswith("Left femur, Right femur, Left hip bone")


def rename(node):
    node.GetSegmentation().GetSegment("sacrum").SetName("Kreuzbein")


def review(node):
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    logic.SetSegmentStatus(node.GetSegmentation().GetSegment("sacrum"), logic.Completed)


def add_a_segment(node):
    node.GetSegmentation().AddEmptySegment("tumour")


def remove_a_segment(node):
    node.GetSegmentation().RemoveSegment("sacrum")


@pytest.mark.parametrize(
    "edit",
    [
        lambda node: paint(node, "sacrum", CORNER),
        lambda node: erase(node, "sacrum", np.s_[:]),
        lambda node: draw_over_array(node, "sacrum", CORNER),
        rename,
        review,
        add_a_segment,
        remove_a_segment,
    ],
)
def test_it_knows_when_edits_would_be_lost(a_segmentation, a_logic, edit):
    assert not a_logic.undo_loses_edits

    edit(a_segmentation)

    assert a_logic.undo_loses_edits


def test_showing_segments_otherwise_is_no_edit(a_segmentation, a_logic):
    a_segmentation.GetDisplayNode().SetSegmentVisibility("sacrum", False)
    a_segmentation.GetSegmentation().SetConversionParameter("Smoothing factor", "0.9")
    a_segmentation.RemoveClosedSurfaceRepresentation()

    assert not a_logic.undo_loses_edits


def test_edits_after_the_run_go_with_it(a_scene, a_segmentation, a_volume_node, a_logic):
    before = whole_scene(a_scene)
    a_logic.segment(a_volume_node, BONES, segmentationNode=a_segmentation)
    paint(a_segmentation, "sacrum", CORNER)
    remove_a_segment(a_segmentation)

    a_logic.undo()

    assert whole_scene(a_scene) == before


@pytest.mark.parametrize("close", [True, False])
def test_without_its_segmentation_there_is_nothing_to_undo(a_scene, a_segmentation, a_logic, close):
    if close:
        a_scene.Clear(False)
    else:
        a_scene.RemoveNode(a_segmentation)
    before = whole_scene(a_scene)

    with pytest.raises(NothingToUndoError, match="no longer in the scene"):
        a_logic.undo()
    assert not a_logic.undo_loses_edits
    assert a_logic.undo_description is None
    assert whole_scene(a_scene) == before


def test_slicers_own_undo_leaves_ours_asking(a_scene, a_segmentation, a_volume_node, a_logic):
    a_scene.SetUndoOn()
    a_segmentation.SetUndoEnabled(True)
    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=a_segmentation)
    rename(a_segmentation)
    a_scene.SaveStateForUndo()
    remove_a_segment(a_segmentation)

    a_scene.Undo()

    assert "sacrum" in segment_ids(a_segmentation)
    assert a_logic.undo_loses_edits


@pytest.mark.parametrize("step", ["SetNodeReferenceID", "RemoveAttribute", "SetAttribute"])
def test_an_undo_that_fails_changes_nothing(
    a_scene, a_segmentation, a_volume_node, a_logic, monkeypatch, step
):
    a_logic.segment(
        a_volume_node, BONES, segmentationNode=a_segmentation, rerun=RerunMode.KEEP_BOTH
    )
    before = whole_scene(a_scene)
    real = transaction._Backup.restore
    calls = []

    def restore(backup):
        calls.append(backup)
        if len(calls) == 1:
            backup._node = Broken(backup._node, step)
        real(backup)

    monkeypatch.setattr(transaction._Backup, "restore", restore)

    with pytest.raises(Failure):
        a_logic.undo()
    assert whole_scene(a_scene) == before
    monkeypatch.undo()
    assert a_logic.undo_description is not None


class Broken:
    """A node one of whose methods fails."""

    def __init__(self, node, method):
        self._node = node
        self._method = method

    def __getattr__(self, name):
        if name == self._method:
            raise Failure(name)
        return getattr(self._node, name)


def test_nothing_keeps_nodes_alive_that_have_left_the_scene(a_scene, a_volume_node, a_logic):
    other = a_scene.AddNewNodeByClass("vtkMRMLModelNode", "A model")
    a_logic.segment(a_volume_node, ["sacrum"])
    gone = weakref.ref(other)
    a_scene.RemoveNode(other)
    del other
    gc.collect()

    assert gone() is None
    assert a_logic.undo_description is not None


def test_many_runs_leave_no_nodes_and_no_observers(a_volume_node, a_logic, a_scene):
    broker = slicer.vtkEventBroker.GetInstance()
    node = a_logic.segment(a_volume_node, BONES)
    counts = []
    for _ in range(5):
        for mode in (RerunMode.UNEDITED_ONLY, RerunMode.KEEP_BOTH):
            paint(node, "sacrum", CORNER)
            a_logic.segment(a_volume_node, BONES, segmentationNode=node, rerun=mode)
        a_logic.undo()
        a_logic.segment(a_volume_node, BONES, segmentationNode=node)
        counts.append((a_scene.GetNumberOfNodes(), broker.GetNumberOfObservations()))

    assert len(set(counts)) == 1
    assert len(segment_ids(node)) == len(SEGMENTS)
