"""Editing under our mask, by Slicer's own editor logic: neighbours are safe."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy

from PelvicBoneSegLib.scene.review.editor_node import (
    editor_node,
    select_segment,
    selected_segment,
)
from scene.conftest import image_of
from scene.reading import segment_ids

SHAPE = (10, 20, 20)
FEMUR = (slice(3, 7), slice(5, 10), slice(5, 10))
HIP = (slice(3, 7), slice(5, 10), slice(10, 15))
STROKE = (5, slice(4, 8), slice(3, 13))
"""Over the femur, the hip bone beside it and the background."""


@pytest.fixture
def a_segmentation(a_scene):
    """Femur and hip bone side by side, sharing a labelmap."""
    volume = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR")
    volume.SetAndObserveImageData(image_of(np.full(SHAPE, 5, np.int16)))
    labels = np.zeros(SHAPE, np.uint8)
    labels[FEMUR], labels[HIP] = 1, 2
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(image_of(labels))
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Bones")
    node.CreateDefaultDisplayNodes()
    for value, name in ((1, "femur"), (2, "hip")):
        segment = slicer.vtkSegment()
        segment.SetName(name)
        segment.AddRepresentation("Binary labelmap", image)
        segment.SetLabelValue(value)
        node.GetSegmentation().AddSegment(segment, name)
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    return node


@pytest.fixture
def an_editor(a_scene, a_segmentation):
    """vtkSlicerSegmentEditorLogic on our node, as the embedded widget uses it."""
    logic = slicer.vtkSlicerSegmentEditorLogic()
    logic.SetMRMLScene(a_scene)
    logic.SetSegmentEditorNode(editor_node(a_scene))
    logic.SetSegmentationNode(a_segmentation)
    logic.SetSourceVolumeNode(a_scene.GetFirstNodeByName("MR"))
    logic.SetCurrentSegmentID("femur")
    return logic


def voxels(node, segment_id) -> np.ndarray:
    image = slicer.vtkOrientedImageData()
    node.GetBinaryLabelmapRepresentation(segment_id, image)
    found = np.zeros(SHAPE, bool)
    low, high = image.GetExtent()[::2], image.GetExtent()[1::2]
    if all(begin <= end for begin, end in zip(low, high, strict=True)):
        box = tuple(slice(b, e + 1) for b, e in zip(low[::-1], high[::-1], strict=True))
        scalars = vtk_to_numpy(image.GetPointData().GetScalars())
        found[box] = scalars.reshape(image.GetDimensions()[::-1]) > 0
    return found


def stroke(logic, mode, bypass_masking=False) -> None:
    logic.UpdateReferenceGeometryImage()
    logic.ResetModifierLabelmapToDefault()
    modifier = logic.GetModifierLabelmap()
    array = vtk_to_numpy(modifier.GetPointData().GetScalars()).reshape(SHAPE)
    array[...] = 0
    array[STROKE] = 1
    modifier.Modified()
    node = logic.GetSegmentationNode()
    logic.ModifySegmentByLabelmap(node, "femur", modifier, mode, True, bypass_masking)


@pytest.mark.parametrize("mode", ["Add", "Remove", "Set"])
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("bypass", [False, True])
def test_no_voxel_of_a_neighbour_changes(an_editor, a_segmentation, mode, hidden, bypass):
    """Add is Paint, Remove is Erase and Scissors, Set is Smoothing and Fill between slices."""
    a_segmentation.GetDisplayNode().SetSegmentVisibility("hip", not hidden)
    before = voxels(a_segmentation, "hip")
    stroke(an_editor, getattr(an_editor, f"ModificationMode{mode}"), bypass)
    np.testing.assert_array_equal(voxels(a_segmentation, "hip"), before)


def test_painting_adds_background_and_stops_at_the_neighbour(an_editor, a_segmentation):
    stroke(an_editor, an_editor.ModificationModeAdd)
    expected = np.zeros(SHAPE, bool)
    expected[STROKE] = True
    expected[HIP] = False
    expected[FEMUR] = True
    np.testing.assert_array_equal(voxels(a_segmentation, "femur"), expected)
    assert a_segmentation.GetSegmentation().GetNumberOfLayers() == 1


def test_erasing_takes_away_from_the_segment_itself(an_editor, a_segmentation):
    stroke(an_editor, an_editor.ModificationModeRemove)
    expected = np.zeros(SHAPE, bool)
    expected[FEMUR] = True
    expected[STROKE] = False
    np.testing.assert_array_equal(voxels(a_segmentation, "femur"), expected)


def test_without_the_mask_the_neighbour_would_lose_voxels(an_editor, a_segmentation):
    node = an_editor.GetSegmentEditorNode()
    node.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere)
    before = voxels(a_segmentation, "hip")
    stroke(an_editor, an_editor.ModificationModeAdd)
    assert (before & ~voxels(a_segmentation, "hip")).sum() == 9


def test_slicers_own_history_takes_a_stroke_back(an_editor, a_segmentation):
    before = voxels(a_segmentation, "femur")
    an_editor.SaveStateForUndo()
    stroke(an_editor, an_editor.ModificationModeAdd)
    assert (voxels(a_segmentation, "femur") != before).any()
    an_editor.Undo()
    np.testing.assert_array_equal(voxels(a_segmentation, "femur"), before)


def test_the_node_is_ours_alone(a_scene):
    other = slicer.vtkMRMLSegmentEditorNode()
    other.SetSingletonTag("SegmentEditor")
    other = a_scene.AddNode(other)
    ours = editor_node(a_scene)
    assert ours is not other and editor_node(a_scene) is ours
    assert other.GetMaskMode() == slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere
    assert other.GetAttribute("BrushSphere") is None


def test_what_the_user_changes_is_kept(a_scene):
    node = editor_node(a_scene)
    node.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere)
    node.SetAttribute("BrushAbsoluteDiameter", "12")
    again = editor_node(a_scene)
    assert again.GetMaskMode() == slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere
    assert again.GetAttribute("BrushAbsoluteDiameter") == "12"


def test_after_the_scene_was_closed_the_mask_is_there_again(a_scene):
    editor_node(a_scene)
    a_scene.Clear(False)
    node = editor_node(a_scene)
    assert node.GetMaskMode() == slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments
    assert node.GetAttribute("BrushSphere") == "0"
    assert node.GetAttribute("BrushDiameterIsRelative") == "0"
    assert node.GetAttribute("BrushAbsoluteDiameter") == "5"


def test_the_chosen_segment_is_remembered_while_it_is_there(a_scene, a_segmentation):
    assert selected_segment(a_scene, a_segmentation) is None
    select_segment(a_scene, "hip")
    assert selected_segment(a_scene, a_segmentation) == "hip"
    a_segmentation.GetSegmentation().RemoveSegment("hip")
    assert segment_ids(a_segmentation) == ["femur"]
    assert selected_segment(a_scene, a_segmentation) is None
