"""What the strip of slices shows, from the record of a run."""

from __future__ import annotations

import pytest
import slicer

from PelvicBoneSegLib.scene.review.bone_row import bone_rows, is_doubtful, next_doubtful
from PelvicBoneSegLib.scene.review.status import mark_completed
from scene.review.reviewed import NAN, remember
from scene.segmentations import add_segmentation, box

SURE, UNSURE = 0.9, 0.6


@pytest.fixture
def a_node(a_scene, a_volume_node):
    mask = box((2, 2, 2), (5, 5, 5))
    node = add_segmentation(a_scene, "S", {"femur": mask, "sacrum": mask, "by_hand": mask})
    confidence = {
        "sacrum": [NAN, SURE, UNSURE, UNSURE],
        "femur": [UNSURE, 0.85, NAN, NAN],
    }
    remember(node, a_volume_node, confidence)
    return node


def test_rows_follow_the_order_and_the_names_of_the_segments(a_node):
    a_node.GetSegmentation().GetSegment("femur").SetName("Thigh")
    rows = bone_rows(a_node)
    assert [(row.segment_id, row.name) for row in rows] == [
        ("femur", "Thigh"),
        ("sacrum", "sacrum"),
    ]
    assert rows[0].confidence == (UNSURE, 0.85, None, None)


def test_below_the_limit_a_slice_is_doubtful(a_node):
    femur, sacrum = bone_rows(a_node)
    assert femur.doubtful == (0,)
    assert sacrum.doubtful == (2, 3)
    assert not is_doubtful(0.85) and not is_doubtful(None)


def test_no_record_no_rows(a_node):
    a_node.RemoveAttribute("PelvicBoneSeg.Run")
    assert bone_rows(a_node) == ()


def test_a_segment_that_was_removed_has_no_row(a_node):
    a_node.GetSegmentation().RemoveSegment("femur")
    assert [row.name for row in bone_rows(a_node)] == ["sacrum"]


def test_forward_and_back_go_round_bone_by_bone(a_node):
    rows = bone_rows(a_node)
    seen, here = [], None
    for _ in range(4):
        here = next_doubtful(rows, here, 1)
        seen.append(here)
    assert seen == [("femur", 0), ("sacrum", 2), ("sacrum", 3), ("femur", 0)]
    assert next_doubtful(rows, None, -1) == ("sacrum", 3)
    assert next_doubtful(rows, ("femur", 0), -1) == ("sacrum", 3)
    assert next_doubtful(rows, ("sacrum", 3), -1) == ("sacrum", 2)


def test_from_a_sure_slice_the_nearest_after_it_is_next(a_node):
    rows = bone_rows(a_node)
    assert next_doubtful(rows, ("femur", 1), 1) == ("sacrum", 2)
    assert next_doubtful(rows, ("sacrum", 0), -1) == ("femur", 0)


def test_completed_bones_are_passed_over(a_node):
    mark_completed(a_node, "sacrum")
    rows = bone_rows(a_node)
    assert [row.completed for row in rows] == [False, True]
    assert next_doubtful(rows, ("femur", 0), 1) == ("femur", 0)
    mark_completed(a_node, "femur")
    assert next_doubtful(bone_rows(a_node), None, 1) is None


def test_completed_is_slicers_own_status(a_node):
    mark_completed(a_node, "sacrum")
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    segment = a_node.GetSegmentation().GetSegment("sacrum")
    assert logic.GetSegmentStatus(segment) == logic.Completed
