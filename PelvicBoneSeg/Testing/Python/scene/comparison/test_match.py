"""Which segments are compared with which."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.scene.comparison.match import match_segments
from scene.segmentations import add_segmentation

SOME = np.ones((3, 3, 3), bool)

FEMUR = "SCT^71341001^Femur"
CATEGORY = "SCT^123037004^Anatomical Structure"


@pytest.fixture
def a_segmentation(a_scene):
    """Make a segmentation of segments with these names."""

    def make(*names):
        return add_segmentation(a_scene, "Segmentation", dict.fromkeys(names, SOME))

    return make


def pairs(*nodes) -> list[tuple]:
    return [
        (pair.name, pair.segment_ids, pair.reference_ids) for pair in match_segments(*nodes).pairs
    ]


def code(node, segment_id, kind=FEMUR, modifier="^^") -> None:
    entry = f"Any context~{CATEGORY}~{kind}~{modifier}~Any regions~^^~^^"
    tag = slicer.vtkSegment.GetTerminologyEntryTagName()
    node.GetSegmentation().GetSegment(segment_id).SetTag(tag, entry)


def test_our_segments_match_another_tools_names(a_logic, a_volume_node, a_segmentation):
    ours = a_logic.segment(a_volume_node, BONES)
    other = a_segmentation("hip_right", "femur_left", "sacrum", "hip_left", "femur_right", "heart")
    assert pairs(ours, other) == [
        ("Left femur", ("left_femur",), ("femur_left",)),
        ("Right femur", ("right_femur",), ("femur_right",)),
        ("Left hip bone", ("left_hip_bone",), ("hip_left",)),
        ("Right hip bone", ("right_hip_bone",), ("hip_right",)),
        ("Sacrum", ("sacrum",), ("sacrum",)),
    ]
    assert match_segments(ours, other).unmatched == ("Lumbar spine", "heart")


def test_a_code_counts_more_than_a_name(a_segmentation):
    first = a_segmentation("A", "B", "Left femur")
    code(first, "A", modifier="SCT^24028007^Right")
    code(first, "B", "SCT^54735007^Sacrum")
    second = a_segmentation("femur_right", "Sacrum", "A")
    assert pairs(first, second) == [("A", ("A",), ("femur_right",)), ("B", ("B",), ("Sacrum",))]


def test_a_renamed_segment_of_ours_stays_what_it_is(a_logic, a_volume_node, a_segmentation):
    ours = a_logic.segment(a_volume_node, ["sacrum"])
    ours.GetSegmentation().GetSegment("sacrum").SetName("Kreuzbein")
    assert pairs(ours, a_segmentation("Sacrum")) == [("Kreuzbein", ("sacrum",), ("Sacrum",))]


@pytest.mark.parametrize("entry", ["", "nonsense", "a~b", "~" * 6, "x~y~SCT^1^Tissue~^^~z~^^~^^"])
def test_a_code_that_says_nothing_leaves_the_name(a_segmentation, entry):
    first, second = a_segmentation("Sacrum"), a_segmentation("SACRUM")
    tag = slicer.vtkSegment.GetTerminologyEntryTagName()
    first.GetSegmentation().GetSegment("Sacrum").SetTag(tag, entry)
    assert pairs(first, second) == [("Sacrum", ("Sacrum",), ("SACRUM",))]


def test_sides_are_taken_together_where_the_other_tells_none(a_segmentation):
    sided = a_segmentation("Sacrum", "Left femur", "Right femur")
    assert pairs(sided, a_segmentation("femur", "sacrum")) == [
        ("Sacrum", ("Sacrum",), ("sacrum",)),
        ("Femur", ("Left femur", "Right femur"), ("femur",)),
    ]
    assert pairs(a_segmentation("femur"), sided) == [
        ("femur", ("femur",), ("Left femur", "Right femur"))
    ]


def test_a_code_without_a_side_means_both(a_segmentation):
    first = a_segmentation("A")
    code(first, "A")
    assert pairs(first, a_segmentation("femur_left", "femur_right")) == [
        ("A", ("A",), ("femur_left", "femur_right"))
    ]


def test_vertebrae_make_up_the_lumbar_spine(a_logic, a_volume_node, a_segmentation):
    ours = a_logic.segment(a_volume_node, ["lumbar_spine"])
    other = a_segmentation("vertebrae_L3", "vertebrae_L4", "vertebrae_L5")
    assert pairs(ours, other) == [
        ("Lumbar spine", ("lumbar_spine",), ("vertebrae_L3", "vertebrae_L4", "vertebrae_L5"))
    ]
    assert pairs(other, ours)[0][0] == "Lumbar spine"


def test_other_segments_match_by_name_whatever_the_case(a_segmentation):
    first, second = a_segmentation("Tumour ", "Cyst"), a_segmentation("TUMOUR", "Vessel")
    assert pairs(first, second) == [("Tumour ", ("Tumour ",), ("TUMOUR",))]
    assert match_segments(first, second).unmatched == ("Cyst", "Vessel")


def test_a_copy_of_ours_stands_back(a_logic, a_volume_node, a_segmentation):
    ours = a_logic.segment(a_volume_node, ["sacrum"])
    segmentation = ours.GetSegmentation()
    copy = slicer.vtkSegment()
    copy.DeepCopy(segmentation.GetSegment("sacrum"))
    copy.SetName("Sacrum copy")
    segmentation.AddSegment(copy, "copy", "sacrum")
    assert list(segmentation.GetSegmentIDs()) == ["copy", "sacrum"]
    matches = match_segments(ours, a_segmentation("sacrum"))
    assert [pair.segment_ids for pair in matches.pairs] == [("sacrum",)]
    assert matches.unmatched == ("Sacrum copy",)


def test_nothing_matches_nothing(a_segmentation):
    matches = match_segments(a_segmentation("A"), a_segmentation("B"))
    assert matches.pairs == () and matches.unmatched == ("A", "B")
