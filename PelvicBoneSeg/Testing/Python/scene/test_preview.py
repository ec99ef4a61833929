"""Bones in the slice views while a run is on, and nothing of them after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import slicer
from vtkmodules.vtkRenderingCore import (
    vtkRenderer,
    vtkRenderWindow,
    vtkRenderWindowInteractor,
)

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.scene import preview as preview_module
from PelvicBoneSegLib.scene.preview import LivePreview
from scene.conftest import DIRECTIONS, image_of
from scene.phantom import inside, positions_lps
from scene.reading import image_to_world_ras, labelmap, mask, segment_ids
from scene.whole_scene import whole_scene

SACRUM = 1 + BONES.index("sacrum")


@dataclass
class Block:
    axis: int
    start: int
    block: np.ndarray


@pytest.fixture
def a_preview(a_volume_node):
    return LivePreview(a_volume_node)


def bones_of(volume_node) -> np.ndarray:
    """What a network would say of the phantom, in the order of the volume node's array."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    image = volume_node.GetImageData()
    voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
    bones = np.zeros(voxels.shape, np.uint8)
    for segment in SEGMENTS:
        bones[voxels == 100 * segment.label] = 1 + BONES.index(segment.bone)
    return bones


def show(preview, volume_node, axis=0, start=0, count=None):
    bones = bones_of(volume_node)
    count = bones.shape[axis] if count is None else count
    preview.show(Block(axis, start, bones.take(range(start, start + count), axis)))


def preview_node(scene):
    (node,) = (
        scene.GetNthNodeByClass(index, "vtkMRMLSegmentationNode")
        for index in range(scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode"))
    )
    return node


def test_nothing_is_in_the_scene_before_the_first_block(a_scene, a_preview):
    before = whole_scene(a_scene)

    LivePreview(a_preview._volume_node)

    assert whole_scene(a_scene) == before


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_blocks_fill_the_slices_that_they_are_of(a_scene, a_volume_node, a_preview, axis):
    show(a_preview, a_volume_node, axis, 10, 20)
    show(a_preview, a_volume_node, axis, 30, 10)

    expected = bones_of(a_volume_node) == SACRUM
    outside = np.ones(expected.shape[axis], bool)
    outside[10:40] = False
    expected[(slice(None),) * axis + (outside,)] = False
    assert expected.any()
    node = preview_node(a_scene)
    np.testing.assert_array_equal(mask(node, "sacrum"), expected)
    assert node.GetSegmentation().GetNumberOfLayers() == 1


def test_a_later_block_replaces_an_earlier_one(a_scene, a_volume_node, a_preview):
    show(a_preview, a_volume_node)

    a_preview.show(Block(0, 35, np.zeros_like(bones_of(a_volume_node)[35:45])))

    found = mask(preview_node(a_scene), "sacrum")
    assert not found[35:45].any()
    assert found[:35].any()


@pytest.mark.parametrize("directions", DIRECTIONS)
def test_bones_are_where_the_scan_shows_them(a_scene, add_volume, a_transform_to_world, directions):
    volume_node = add_volume(directions, a_transform_to_world)

    show(LivePreview(volume_node), volume_node)

    node = preview_node(a_scene)
    found = mask(node, "sacrum")
    truth = inside(
        "sacrum", positions_lps(image_to_world_ras(node, labelmap(node, "sacrum")), found.shape)
    )
    np.testing.assert_array_equal(found, truth)


def test_bones_have_their_colours_in_the_slice_views_alone(a_scene, a_volume_node, a_preview):
    show(a_preview, a_volume_node)

    node = preview_node(a_scene)
    display = node.GetDisplayNode()
    assert segment_ids(node) == list(BONES)
    for bone in BONES:
        colours = [one.colour for one in SEGMENTS if one.bone == bone]
        found = node.GetSegmentation().GetSegment(bone).GetColor()
        assert found == pytest.approx(colours[0])
    assert display.GetVisibility() and display.GetVisibility2DFill()
    assert not display.GetVisibility2DOutline()
    assert not display.GetVisibility3D()
    assert display.GetOpacity2DFill() == 0.5


def test_no_selector_file_or_undo_knows_of_it(a_scene, a_volume_node, a_preview):
    a_scene.SetUndoOn()
    show(a_preview, a_volume_node)

    node = preview_node(a_scene)
    for one in (node, node.GetDisplayNode()):
        assert one.GetHideFromEditors()
        assert not one.GetSaveWithScene()
        assert not one.GetUndoEnabled()
    assert a_scene.GetNumberOfUndoLevels() == 0
    assert "preview" not in "".join(whole_scene(a_scene)["xml"])


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_removing_it_leaves_the_scene_as_it_was(a_scene, a_volume_node, a_preview, blocks):
    application = slicer.vtkMRMLApplicationLogic()
    application.SetMRMLScene(a_scene)
    application.GetSelectionNode().SetActiveVolumeID(a_volume_node.GetID())
    before = whole_scene(a_scene)
    observations = slicer.vtkEventBroker.GetInstance().GetNumberOfObservations()
    for start in range(blocks):
        show(a_preview, a_volume_node, 0, 10 * start, 10)

    a_preview.remove()
    a_preview.remove()

    assert whole_scene(a_scene) == before
    assert slicer.vtkEventBroker.GetInstance().GetNumberOfObservations() == observations


def test_it_can_be_shown_again(a_scene, a_volume_node, a_preview):
    show(a_preview, a_volume_node, 0, 0, 5)
    a_preview.remove()

    show(a_preview, a_volume_node, 0, 30, 10)

    assert mask(preview_node(a_scene), "sacrum")[30:40].any()


def test_a_scene_that_was_closed_is_left_alone(a_scene, a_volume_node, a_preview):
    show(a_preview, a_volume_node)
    a_scene.Clear(False)
    before = whole_scene(a_scene)

    a_preview.show(Block(0, 0, np.zeros((1, 2, 3), np.uint8)))
    a_preview.remove()

    assert whole_scene(a_scene) == before


def test_a_volume_that_was_removed_is_not_shown_over(a_scene, a_volume_node, a_preview):
    a_scene.RemoveNode(a_volume_node)
    before = whole_scene(a_scene)

    show(a_preview, a_volume_node)

    assert whole_scene(a_scene) == before


def test_a_block_of_another_image_is_not_shown(a_scene, a_volume_node, a_preview):
    bones = bones_of(a_volume_node)
    a_volume_node.SetAndObserveImageData(image_of(np.ones((4, 5, 6), np.int16)))

    a_preview.show(Block(0, 0, bones[:10]))

    assert not mask(preview_node(a_scene), "sacrum").any()


@pytest.mark.parametrize("step", ["oriented_image", "_keep_out_of_sight", "LivePreview._add_to"])
def test_a_preview_that_fails_leaves_nothing(a_scene, a_volume_node, a_preview, monkeypatch, step):
    before = whole_scene(a_scene)
    owner, _, name = step.rpartition(".")
    target = getattr(preview_module, owner) if owner else preview_module
    real = getattr(target, name)

    def fail(*arguments, **named):
        real(*arguments, **named)
        raise RuntimeError(step)

    monkeypatch.setattr(target, name, fail)

    with pytest.raises(RuntimeError, match=step):
        show(a_preview, a_volume_node)
    assert whole_scene(a_scene) == before
    a_preview.remove()
    assert whole_scene(a_scene) == before


@pytest.fixture
def a_slice_view(a_scene, a_volume_node):
    """A renderer that Slicer's manager of segmentations in slice views fills."""
    renderer, window, interactor = vtkRenderer(), vtkRenderWindow(), vtkRenderWindowInteractor()
    window.SetOffScreenRendering(True)
    window.SetSize(128, 128)
    window.AddRenderer(renderer)
    interactor.SetRenderWindow(window)
    factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
    name = "vtkMRMLSegmentationsDisplayableManager2D"
    if not factory.IsDisplayableManagerRegistered(name):
        factory.RegisterDisplayableManager(name)
    application = slicer.vtkMRMLApplicationLogic()
    application.SetMRMLScene(a_scene)
    factory.SetMRMLApplicationLogic(application)
    slice_node = a_scene.AddNewNodeByClass("vtkMRMLSliceNode")
    slice_node.SetDimensions(128, 128, 1)
    slice_node.SetFieldOfView(180, 180, 1)
    slice_node.SetSliceToRASByNTP(0, 0, 1, -1, 0, 0, 0, -40, 30, 0)
    managers = factory.InstantiateDisplayableManagers(renderer)
    managers.SetMRMLDisplayableNode(slice_node)
    yield window
    managers.SetMRMLDisplayableNode(None)


def lit_pixels(window):
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

    window.Render()
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ShouldRerenderOff()
    grab.Update()
    return np.count_nonzero(vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars()).any(axis=1))


def test_slicers_slice_view_follows_block_by_block(a_slice_view, a_volume_node, a_preview):
    show(a_preview, a_volume_node, 0, 0, 10)
    empty = lit_pixels(a_slice_view)

    show(a_preview, a_volume_node, 0, 30, 10)
    full = lit_pixels(a_slice_view)
    a_preview.remove()

    # Two ellipses of the hip bones and one of the sacrum, cut through or near their middle.
    assert empty == 0
    assert full > 500
    assert lit_pixels(a_slice_view) == 0
