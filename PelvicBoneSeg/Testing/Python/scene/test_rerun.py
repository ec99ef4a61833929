"""A run over bones of an earlier run: replaced, kept beside, or renewed around the edits."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.scene.original_store import ORIGINAL_PREFIX
from PelvicBoneSegLib.scene.rerun import RerunMode, edited_segments
from PelvicBoneSegLib.scene.segment_writer import find_segment
from scene.conftest import DIRECTIONS
from scene.editing import erase, paint, whole_mask
from scene.phantom import inside, positions_lps
from scene.reading import (
    image_to_world_ras,
    labelmap,
    mask,
    open_edges,
    segment_ids,
    signed_volume,
    surface_in_world,
    volume_mm3,
)
from scene.whole_scene import whole_scene

CORNER = np.s_[1:4, 2:6, 3:8]
"""A box without any bone."""

SACRUM = SEGMENTS[4]
FRACTIONAL = "Fractional labelmap"


@pytest.fixture
def a_segmentation(a_volume_node, a_logic):
    return a_logic.segment(a_volume_node, BONES)


@pytest.fixture
def shape(a_volume_node):
    return a_volume_node.GetImageData().GetDimensions()[::-1]


def names(node):
    segmentation = node.GetSegmentation()
    return [segmentation.GetSegment(one).GetName() for one in segment_ids(node)]


def middle_of(voxels):
    """A box of 3×3×3 voxels inside a bone."""
    return tuple(slice(int(n.mean()) - 1, int(n.mean()) + 2) for n in np.nonzero(voxels))


# --- replace -----------------------------------------------------------------------------------


def test_replacing_takes_no_notice_of_edits(a_segmentation, a_volume_node, a_logic, shape):
    before = whole_mask(a_segmentation, "sacrum", shape)
    paint(a_segmentation, "sacrum", CORNER)

    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=a_segmentation)

    np.testing.assert_array_equal(whole_mask(a_segmentation, "sacrum", shape), before)
    assert edited_segments(a_segmentation, SEGMENTS) == ()


def test_other_representations_are_made_anew(a_segmentation, a_volume_node, logic_with):
    segmentation = a_segmentation.GetSegmentation()
    assert segmentation.CreateRepresentation(FRACTIONAL)
    before = occupied(a_segmentation, "left_femur"), occupied(a_segmentation, "sacrum")

    logic_with(half=True).segment(a_volume_node, ["femur"], "left", segmentationNode=a_segmentation)

    assert occupied(a_segmentation, "left_femur") < 0.7 * before[0]
    assert occupied(a_segmentation, "sacrum") == before[1]


def occupied(node, segment_id):
    """Return how many voxels of a fractional labelmap are more than half the segment's."""
    image = node.GetSegmentation().GetSegment(segment_id).GetRepresentation(FRACTIONAL)
    fractions = vtk_to_numpy(image.GetPointData().GetScalars())
    return np.count_nonzero(fractions > (fractions.min() + fractions.max()) / 2)


# --- keep both ---------------------------------------------------------------------------------


def test_kept_segments_stay_and_new_ones_stand_beside(a_segmentation, a_volume_node, logic_with):
    paint(a_segmentation, "sacrum", CORNER)
    before = whole_scene(a_segmentation.GetScene())["segmentations"][a_segmentation.GetID()]

    logic_with(half=True).segment(
        a_volume_node, ["sacrum", "femur"], "left", a_segmentation, rerun=RerunMode.KEEP_BOTH
    )

    after = whole_scene(a_segmentation.GetScene())["segmentations"][a_segmentation.GetID()]
    assert {key: after["segments"][key] for key in before["segments"]} == before["segments"]
    assert after["order"][6:] == ["left_femur_1", "sacrum_1"]
    assert names(a_segmentation)[6:] == ["Left femur (2)", "Sacrum (2)"]
    assert volume_mm3(a_segmentation, "sacrum_1") < 0.7 * volume_mm3(a_segmentation, "sacrum")


def test_a_third_run_kept_beside_gets_the_next_number(a_segmentation, a_volume_node, a_logic):
    for _ in range(2):
        a_logic.segment(
            a_volume_node, ["sacrum"], segmentationNode=a_segmentation, rerun=RerunMode.KEEP_BOTH
        )

    assert names(a_segmentation)[6:] == ["Sacrum (2)", "Sacrum (3)"]


def test_after_keeping_both_the_newest_is_the_one_to_replace(
    a_segmentation, a_volume_node, a_logic, logic_with
):
    a_logic.segment(
        a_volume_node, ["sacrum"], segmentationNode=a_segmentation, rerun=RerunMode.KEEP_BOTH
    )
    before = mask(a_segmentation, "sacrum")
    assert find_segment(a_segmentation, SACRUM) == "sacrum_1"

    logic_with(half=True).segment(a_volume_node, ["sacrum"], segmentationNode=a_segmentation)

    np.testing.assert_array_equal(mask(a_segmentation, "sacrum"), before)
    assert mask(a_segmentation, "sacrum_1").sum() < before.sum()


def test_both_are_watched_for_edits(a_segmentation, a_volume_node, a_logic):
    a_logic.segment(
        a_volume_node, ["sacrum"], segmentationNode=a_segmentation, rerun=RerunMode.KEEP_BOTH
    )

    kept = [one for one in a_segmentation.GetAttributeNames() if one.startswith(ORIGINAL_PREFIX)]
    assert ORIGINAL_PREFIX + "sacrum" in kept
    assert ORIGINAL_PREFIX + "sacrum_1" in kept


# --- only where not edited ---------------------------------------------------------------------


def test_without_edits_it_is_as_if_replaced(a_segmentation, a_volume_node, logic_with):
    logic = logic_with(half=True)
    expected = logic.segment(a_volume_node, BONES)

    logic.segment(
        a_volume_node, BONES, segmentationNode=a_segmentation, rerun=RerunMode.UNEDITED_ONLY
    )

    assert a_segmentation.GetSegmentation().GetNumberOfLayers() == 1
    for one in SEGMENTS:
        np.testing.assert_array_equal(mask(a_segmentation, one.id), mask(expected, one.id))


@pytest.mark.parametrize("half", [True, False])
def test_edits_stay_and_all_else_is_renewed(a_segmentation, a_volume_node, logic_with, shape, half):
    first = whole_mask(a_segmentation, "sacrum", shape)
    hole = middle_of(first)
    paint(a_segmentation, "sacrum", CORNER)
    erase(a_segmentation, "sacrum", hole)
    logic = logic_with(half=half)
    new = whole_mask(logic.segment(a_volume_node, ["sacrum"]), "sacrum", shape)

    logic.segment(
        a_volume_node, ["sacrum"], segmentationNode=a_segmentation, rerun=RerunMode.UNEDITED_ONLY
    )

    expected = new.copy()
    expected[CORNER] = True
    expected[hole] = False
    np.testing.assert_array_equal(whole_mask(a_segmentation, "sacrum", shape), expected)


def test_edits_outlast_several_runs(a_segmentation, a_volume_node, a_logic, logic_with, shape):
    hole = middle_of(whole_mask(a_segmentation, "sacrum", shape))
    paint(a_segmentation, "sacrum", CORNER)
    erase(a_segmentation, "sacrum", hole)
    edited = whole_mask(a_segmentation, "sacrum", shape)

    for logic in (logic_with(half=True), a_logic):
        logic.segment(
            a_volume_node,
            ["sacrum"],
            segmentationNode=a_segmentation,
            rerun=RerunMode.UNEDITED_ONLY,
        )
        assert edited_segments(a_segmentation, SEGMENTS) == ("Sacrum",)

    np.testing.assert_array_equal(whole_mask(a_segmentation, "sacrum", shape), edited)


def test_a_neighbour_does_not_get_what_the_user_gave_to_a_bone(
    a_segmentation, a_volume_node, a_logic, shape
):
    taken = middle_of(whole_mask(a_segmentation, "sacrum", shape))
    erase(a_segmentation, "sacrum", taken)
    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=a_segmentation)
    paint(a_segmentation, "left_femur", taken)

    a_logic.segment(
        a_volume_node, BONES, segmentationNode=a_segmentation, rerun=RerunMode.UNEDITED_ONLY
    )

    assert whole_mask(a_segmentation, "left_femur", shape)[taken].all()
    assert not whole_mask(a_segmentation, "sacrum", shape)[taken].any()
    overlap = sum(whole_mask(a_segmentation, one.id, shape).astype(int) for one in SEGMENTS)
    assert overlap.max() == 1


@pytest.mark.parametrize("directions", DIRECTIONS)
def test_merged_bones_have_surfaces_of_their_own(add_volume, a_logic, directions):
    volume = add_volume(directions)
    node = a_logic.segment(volume, BONES)
    shape = volume.GetImageData().GetDimensions()[::-1]
    dent = list(middle_of(mask(node, "sacrum")))
    dent[0] = slice(0, shape[0])
    before = signed_volume(surface_in_world(node, "sacrum"))
    erase_in_labelmap(node, "sacrum", tuple(dent))

    a_logic.segment(volume, BONES, segmentationNode=node, rerun=RerunMode.UNEDITED_ONLY)

    surface = surface_in_world(node, "sacrum")
    assert open_edges(surface) == 0
    assert signed_volume(surface) == pytest.approx(volume_mm3(node, "sacrum"), rel=0.06)
    assert signed_volume(surface) < before - 100
    found = mask(node, "sacrum")
    to_ras = image_to_world_ras(node, labelmap(node, "sacrum"))
    truth = inside("sacrum", positions_lps(to_ras, found.shape))
    assert not (found & ~truth).any()


def erase_in_labelmap(node, segment_id, box):
    from scene.editing import voxels_of

    voxels = voxels_of(node, segment_id)
    part = voxels[box]
    part[part == node.GetSegmentation().GetSegment(segment_id).GetLabelValue()] = 0


def test_edits_on_a_finer_grid_keep_their_voxels(a_segmentation, a_volume_node, a_logic):
    """The user has halved the voxels' size and drawn one of the small voxels."""
    import slicer

    segment = a_segmentation.GetSegmentation().GetSegment("sacrum")
    fine = slicer.vtkOrientedImageData()
    fine.DeepCopy(labelmap(a_segmentation, "sacrum"))
    reference = slicer.vtkOrientedImageData()
    reference.DeepCopy(fine)
    reference.SetSpacing(1.0, 1.2, 2.0)
    ends = np.array(fine.GetExtent()) * 2 + [0, 1, 0, 1, 0, 1]
    reference.SetExtent(*(int(end) for end in ends))
    reference.SetOrigin(*(np.array(fine.GetOrigin()) + [0.5, 0.6, -1.0]))
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        fine, reference, fine
    )
    segment.AddRepresentation("Binary labelmap", fine)
    assert edited_segments(a_segmentation, SEGMENTS) == ()
    voxels = labelmap(a_segmentation, "sacrum")
    slicer.vtkOrientedImageDataResample.FillImage(voxels, 5.0, (7, 7, 7, 7, 7, 7))
    drawn = mask(a_segmentation, "sacrum").sum()

    a_logic.segment(
        a_volume_node, BONES, segmentationNode=a_segmentation, rerun=RerunMode.UNEDITED_ONLY
    )

    assert labelmap(a_segmentation, "sacrum").GetSpacing() == pytest.approx((1.0, 1.2, 2.0))
    assert mask(a_segmentation, "sacrum").sum() == drawn
    assert labelmap(a_segmentation, "left_femur").GetSpacing() == pytest.approx((2.0, 2.4, 4.0))


def test_a_segment_of_which_nothing_is_known_is_left_alone(
    a_segmentation, a_volume_node, logic_with
):
    a_segmentation.RemoveAttribute(ORIGINAL_PREFIX + "sacrum")
    before = mask(a_segmentation, "sacrum")
    logic = logic_with(half=True)

    logic.segment(
        a_volume_node, BONES, segmentationNode=a_segmentation, rerun=RerunMode.UNEDITED_ONLY
    )

    np.testing.assert_array_equal(mask(a_segmentation, "sacrum"), before)
    assert [one for one in logic.warnings if one.startswith("Sacrum: what was edited")]
    assert mask(a_segmentation, "left_femur").any()


def test_an_emptied_bone_stays_empty(a_segmentation, a_volume_node, a_logic, shape):
    erase(a_segmentation, "sacrum", np.s_[:])

    a_logic.segment(
        a_volume_node, ["sacrum"], segmentationNode=a_segmentation, rerun=RerunMode.UNEDITED_ONLY
    )

    assert not mask(a_segmentation, "sacrum").any()
    assert edited_segments(a_segmentation, SEGMENTS) == ("Sacrum",)


def test_an_emptied_bone_gets_only_what_the_first_run_had_not_found(
    a_volume_node, a_logic, logic_with, shape
):
    node = logic_with(half=True).segment(a_volume_node, ["sacrum"])
    half = whole_mask(node, "sacrum", shape)
    erase(node, "sacrum", np.s_[:])
    found = whole_mask(a_logic.segment(a_volume_node, ["sacrum"]), "sacrum", shape)

    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=node, rerun=RerunMode.UNEDITED_ONLY)

    np.testing.assert_array_equal(whole_mask(node, "sacrum", shape), found & ~half)


def test_a_bone_that_was_not_there_is_added(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["femur"])

    a_logic.segment(a_volume_node, BONES, segmentationNode=node, rerun=RerunMode.UNEDITED_ONLY)

    assert len(segment_ids(node)) == len(SEGMENTS)


@pytest.mark.parametrize("mode", RerunMode)
def test_hand_made_segments_stay(a_hand_made_segmentation, a_volume_node, a_logic, mode):
    node = a_hand_made_segmentation
    a_logic.segment(a_volume_node, BONES, segmentationNode=node)
    hand_made = {one: mask(node, one) for one in ("tumour", "sacrum")}

    a_logic.segment(a_volume_node, BONES, segmentationNode=node, rerun=mode)

    for segment_id, before in hand_made.items():
        np.testing.assert_array_equal(mask(node, segment_id), before)
