"""A segmentation on thin slices after the one that it was made of was edited or run again."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.scene.isotropic_copy import (
    SOURCES_ATTRIBUTE,
    find_isotropic,
    outdated_bones,
    settle_3d,
)
from PelvicBoneSegLib.scene.rerun import RerunMode
from scene.editing import draw_over_array, erase, paint
from scene.reading import labelmap
from scene.test_edits import CORNER
from scene.test_isotropic import add_thick_volume, make  # noqa: F401 - a fixture
from scene.whole_scene import whole_scene


@pytest.fixture
def a_thick_volume(add_thick_volume):  # noqa: F811
    return add_thick_volume()


@pytest.fixture
def a_segmentation(a_thick_volume, a_logic):
    node = a_logic.segment(a_thick_volume, BONES)
    make(node)
    return node


def in_3d(node) -> tuple[bool, bool]:
    """Whether the segmentation is shown, and whether the one on thin slices is."""
    pair = (node, find_isotropic(node))
    return tuple(bool(one.GetDisplayNode().GetVisibility3D()) for one in pair)


THICK, THIN = (True, False), (False, True)


def test_it_is_up_to_date_when_it_was_made(a_segmentation):
    assert outdated_bones(a_segmentation) == {}
    assert settle_3d(a_segmentation) == {}
    assert in_3d(a_segmentation) == THIN


def test_a_segmentation_without_one_has_nothing_outdated(a_thick_volume, a_logic, a_scene):
    node = a_logic.segment(a_thick_volume, BONES)
    before = whole_scene(a_scene)
    assert settle_3d(node) == {}
    assert whole_scene(a_scene) == before


@pytest.mark.parametrize("edit", [draw_over_array, paint])
def test_an_edit_is_noticed_in_its_bone_alone(a_segmentation, edit):
    edit(a_segmentation, "sacrum", CORNER)
    assert outdated_bones(a_segmentation) == {"sacrum": "Sacrum"}


def test_names_colours_and_other_segments_make_nothing_old(a_segmentation):
    segmentation = a_segmentation.GetSegmentation()
    segmentation.GetSegment("sacrum").SetName("My sacrum")
    segmentation.GetSegment("sacrum").SetColor(0.1, 0.2, 0.3)
    segmentation.AddEmptySegment("lesion", "Lesion")
    segmentation.SeparateSegmentLabelmap("left_femur")
    assert outdated_bones(a_segmentation) == {}


def test_bones_that_came_went_or_were_emptied_are_named(a_thick_volume, a_logic):
    node = a_logic.segment(a_thick_volume, ["femur", "sacrum"])
    make(node)
    node.GetSegmentation().RemoveSegment("sacrum")
    erase(node, "left_femur", np.s_[:])
    a_logic.segment(a_thick_volume, ["lumbar_spine"], segmentationNode=node)
    assert outdated_bones(node) == {
        "lumbar_spine": "Lumbar spine",
        "left_femur": "Left femur",
        "sacrum": "Sacrum",
    }


def test_another_place_is_other_voxels(a_segmentation):
    image = labelmap(a_segmentation, "sacrum")
    origin = image.GetOrigin()
    image.SetOrigin(origin[0] + 0.5, *origin[1:])
    assert set(outdated_bones(a_segmentation)) >= {"sacrum"}


@pytest.mark.parametrize("text", ["", "[]", '{"sacrum": 7}', '{"sacrum": ["a", [1, 2]]}', "{"])
def test_where_nothing_is_known_all_is_outdated(a_segmentation, text):
    find_isotropic(a_segmentation).SetAttribute(SOURCES_ATTRIBUTE, text)
    assert len(outdated_bones(a_segmentation)) == 6


def test_an_edit_brings_the_thick_slices_back_into_3d_and_its_undo_the_thin_ones(
    a_scene, a_segmentation
):
    before = whole_scene(a_scene)
    paint(a_segmentation, "sacrum", CORNER)
    assert settle_3d(a_segmentation) == {"sacrum": "Sacrum"}
    assert in_3d(a_segmentation) == THICK
    erase(a_segmentation, "sacrum", CORNER)
    settle_3d(a_segmentation)
    assert in_3d(a_segmentation) == THIN
    after = whole_scene(a_scene)
    assert after["attributes"] == before["attributes"]
    assert after["nodes"] == before["nodes"]


def test_what_the_user_shows_in_between_stays(a_segmentation):
    paint(a_segmentation, "sacrum", CORNER)
    settle_3d(a_segmentation)
    find_isotropic(a_segmentation).GetDisplayNode().SetVisibility3D(True)
    settle_3d(a_segmentation)
    assert in_3d(a_segmentation) == (True, True)


def test_a_copy_that_the_user_hid_is_not_shown_by_an_edit_taken_back(a_segmentation):
    find_isotropic(a_segmentation).GetDisplayNode().SetVisibility3D(False)
    a_segmentation.GetDisplayNode().SetVisibility3D(True)
    for change in (paint, erase):
        change(a_segmentation, "sacrum", CORNER)
        settle_3d(a_segmentation)
    assert in_3d(a_segmentation) == THICK


@pytest.mark.parametrize("mode", RerunMode)
def test_a_run_that_finds_something_else_shows_the_thick_slices(
    a_segmentation, a_thick_volume, logic_with, mode
):
    logic = logic_with(half=True)
    logic.segment(a_thick_volume, BONES, segmentationNode=a_segmentation, rerun=mode)
    assert outdated_bones(a_segmentation)
    assert in_3d(a_segmentation) == THICK
    logic.undo()
    assert outdated_bones(a_segmentation) == {}
    assert in_3d(a_segmentation) == THIN


def test_a_run_that_finds_the_same_leaves_the_thin_slices_in_3d(
    a_scene, a_segmentation, a_thick_volume, a_logic
):
    a_logic.segment(a_thick_volume, BONES, segmentationNode=a_segmentation)
    assert in_3d(a_segmentation) == THIN
    a_logic.undo()
    assert in_3d(a_segmentation) == THIN


def test_undo_of_the_run_before_it_shows_the_thick_slices(a_thick_volume, a_logic, logic_with):
    node = a_logic.segment(a_thick_volume, BONES)
    logic = logic_with(half=True)
    logic.segment(a_thick_volume, BONES, segmentationNode=node)
    make(node)
    logic.undo()
    assert len(outdated_bones(node)) == 6
    assert in_3d(node) == THICK


def test_it_is_up_to_date_again_when_it_is_made_again(a_segmentation):
    paint(a_segmentation, "sacrum", CORNER)
    settle_3d(a_segmentation)
    make(a_segmentation)
    assert settle_3d(a_segmentation) == {}
    assert in_3d(a_segmentation) == THIN


def test_a_saved_scene_remembers(a_scene, a_segmentation, tmp_path):
    """The labelmaps come back in other layers, extents and label values."""
    paint(a_segmentation, "left_femur", CORNER)
    for node in (a_segmentation, find_isotropic(a_segmentation)):
        storage = a_scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
        storage.SetFileName(str(tmp_path / f"{node.GetID()}.seg.nrrd"))
        node.SetAndObserveStorageNodeID(storage.GetID())
        assert storage.WriteData(node)
    name = a_segmentation.GetName()
    a_scene.SetRootDirectory(str(tmp_path))
    a_scene.SetURL(str(tmp_path / "scene.mrml"))
    a_scene.GetFirstNodeByName("MR").SetSaveWithScene(False)
    assert a_scene.Commit()
    a_scene.Clear(False)
    a_scene.Connect()
    loaded = a_scene.GetFirstNodeByName(name)
    assert outdated_bones(loaded) == {"left_femur": "Left femur"}
