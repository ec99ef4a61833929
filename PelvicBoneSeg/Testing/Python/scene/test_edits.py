"""Edits are told from what a run wrote, however they were made, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.scene.original_store import ORIGINAL_PREFIX
from PelvicBoneSegLib.scene.originals import edited_voxels, pack, unpack
from PelvicBoneSegLib.scene.rerun import edited_segments
from scene.conftest import add_transform
from scene.editing import draw_over_array, erase, paint, whole_mask
from scene.reading import array_of_image, labelmap, mask

CORNER = np.s_[1:3, 2:5, 3:7]
"""A box without any bone, 24 voxels."""

INSIDE_SACRUM = np.s_[34:37, 38:41, 43:47]


@pytest.fixture
def a_segmentation(a_volume_node, a_logic):
    return a_logic.segment(a_volume_node, BONES)


def names(node):
    return edited_segments(node, SEGMENTS)


def test_nothing_is_edited_after_a_run(a_segmentation):
    assert names(a_segmentation) == ()


@pytest.mark.parametrize("edit", [draw_over_array, paint])
def test_added_voxels_are_found(a_segmentation, edit):
    edit(a_segmentation, "sacrum", CORNER)

    assert names(a_segmentation) == ("Sacrum",)
    edited = edited_voxels(a_segmentation, "sacrum")
    assert edited.voxels.shape == (2, 3, 4)
    assert edited.voxels.all()
    image_to_ras = np.reshape(array_of_image(labelmap(a_segmentation, "left_femur"))[0], (4, 4))
    np.testing.assert_allclose(edited.ijk_to_ras[:3, 3], (image_to_ras @ [3, 2, 1, 1])[:3])


def test_erased_voxels_are_found(a_segmentation):
    assert mask(a_segmentation, "sacrum")[INSIDE_SACRUM].all()

    erase(a_segmentation, "sacrum", INSIDE_SACRUM)

    assert names(a_segmentation) == ("Sacrum",)
    assert edited_voxels(a_segmentation, "sacrum").voxels.sum() == 3 * 3 * 4


def test_painting_over_a_neighbour_edits_both(a_segmentation):
    paint(a_segmentation, "left_femur", INSIDE_SACRUM)
    erase(a_segmentation, "sacrum", INSIDE_SACRUM)

    assert names(a_segmentation) == ("Left femur", "Sacrum")


def test_an_edit_taken_back_by_hand_is_none(a_segmentation):
    paint(a_segmentation, "sacrum", CORNER)
    erase(a_segmentation, "sacrum", CORNER)

    assert names(a_segmentation) == ()


def test_an_erased_segment_is_edited(a_segmentation):
    erase(a_segmentation, "sacrum", np.s_[:])

    assert names(a_segmentation) == ("Sacrum",)


def test_only_the_bones_asked_for_are_looked_at(a_segmentation):
    paint(a_segmentation, "sacrum", CORNER)

    assert edited_segments(a_segmentation, SEGMENTS[:4]) == ()


def test_a_renamed_segment_is_listed_by_its_new_name(a_segmentation):
    a_segmentation.GetSegmentation().GetSegment("sacrum").SetName("Kreuzbein")
    paint(a_segmentation, "sacrum", CORNER)

    assert names(a_segmentation) == ("Kreuzbein",)


def show_otherwise(node):
    segment = node.GetSegmentation().GetSegment("sacrum")
    segment.SetName("Kreuzbein")
    segment.SetColor(0, 1, 0)
    node.GetDisplayNode().SetSegmentVisibility("sacrum", False)
    node.GetDisplayNode().SetSegmentOpacity3D("left_femur", 0.2)


def smooth_surfaces(node):
    node.GetSegmentation().SetConversionParameter("Smoothing factor", "0.9")
    node.RemoveClosedSurfaceRepresentation()
    assert node.CreateClosedSurfaceRepresentation()


def give_each_its_own_labelmap(node):
    for segment_id in node.GetSegmentation().GetSegmentIDs():
        node.GetSegmentation().SeparateSegmentLabelmap(segment_id)


def share_one_labelmap(node):
    give_each_its_own_labelmap(node)
    node.GetSegmentation().CollapseBinaryLabelmaps(True)
    assert node.GetSegmentation().GetNumberOfLayers() == 1


def harden_a_transform(node):
    turned = np.array([[0.0, -1, 0, 3.1], [1, 0, 0, -7.3], [0, 0, 1, 1.7], [0, 0, 0, 1]])
    transform = add_transform(node.GetScene(), turned)
    node.SetAndObserveTransformNodeID(transform.GetID())
    node.HardenTransform()


@pytest.mark.parametrize(
    "change",
    [
        show_otherwise,
        smooth_surfaces,
        give_each_its_own_labelmap,
        share_one_labelmap,
        harden_a_transform,
    ],
)
def test_what_leaves_the_voxels_alone_is_no_edit(a_segmentation, change):
    change(a_segmentation)

    assert names(a_segmentation) == ()


@pytest.mark.parametrize("change", [give_each_its_own_labelmap, share_one_labelmap])
def test_edits_are_found_after_labelmaps_were_moved(a_segmentation, a_volume_node, change):
    paint(a_segmentation, "sacrum", CORNER)
    change(a_segmentation)

    assert names(a_segmentation) == ("Sacrum",)
    shape = a_volume_node.GetImageData().GetDimensions()[::-1]
    assert whole_mask(a_segmentation, "sacrum", shape)[CORNER].all()


def test_an_edit_outside_of_the_scan_is_found(a_segmentation):
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(labelmap(a_segmentation, "sacrum"))
    extent = image.GetExtent()
    wider = slicer.vtkOrientedImageData()
    slicer.vtkOrientedImageDataResample.CopyImage(image, wider, (-5, *extent[1:]))
    slicer.vtkOrientedImageDataResample.FillImage(wider, 5.0, (-5, -4, 0, 2, 0, 2))
    segment = a_segmentation.GetSegmentation().GetSegment("sacrum")
    segment.AddRepresentation("Binary labelmap", wider)

    assert names(a_segmentation) == ("Sacrum",)
    assert edited_voxels(a_segmentation, "sacrum").voxels.sum() == 2 * 3 * 3


def test_a_segment_of_which_nothing_is_known_counts_as_edited(a_segmentation):
    a_segmentation.RemoveAttribute(ORIGINAL_PREFIX + "sacrum")

    assert names(a_segmentation) == ("Sacrum",)


def test_a_hand_made_segment_is_nobodys_edit(a_hand_made_segmentation):
    assert names(a_hand_made_segmentation) == ()


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        "null",
        '{"shape": [1, 1], "ijk_to_ras": [], "voxels": ""}',
        '{"shape": [1, 1, -1], "ijk_to_ras": [], "voxels": ""}',
        '{"shape": [999999, 999999, 999999], "ijk_to_ras": [], "voxels": ""}',
        '{"shape": [9999, 9999, 9], "ijk_to_ras": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], '
        '[0, 0, 0, 1]], "voxels": "eAEDAAAAAAE="}',
        '{"shape": [1, 1, NaN], "ijk_to_ras": [[1]], "voxels": ""}',
    ],
)
def test_a_damaged_original_is_none(a_segmentation, broken):
    a_segmentation.SetAttribute(ORIGINAL_PREFIX + "sacrum", broken)

    assert unpack(broken) is None
    assert names(a_segmentation) == ("Sacrum",)


def test_a_packed_mask_that_was_damaged_is_refused(a_segmentation):
    packed = pack(edited_voxels(a_segmentation, "sacrum"))
    assert unpack(packed) is not None

    assert unpack(packed.replace('"voxels": "', '"voxels": "A')) is None
    assert unpack(packed.replace("0.0", "x")) is None
    assert unpack(packed[:-10]) is None


def test_a_new_run_forgets_the_originals_of_segments_that_are_gone(a_segmentation, a_logic):
    volume = a_segmentation.GetNodeReference(
        a_segmentation.GetReferenceImageGeometryReferenceRole()
    )
    a_segmentation.GetSegmentation().RemoveSegment("sacrum")

    a_logic.segment(volume, ["femur"], segmentationNode=a_segmentation)

    kept = [one for one in a_segmentation.GetAttributeNames() if one.startswith(ORIGINAL_PREFIX)]
    assert sorted(kept) == sorted(
        ORIGINAL_PREFIX + one.id for one in SEGMENTS if one.id != "sacrum"
    )
