"""The table of segments is a contract with other programs."""

from __future__ import annotations

import pytest

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS, segments_for
from PelvicBoneSegLib.errors import UnknownBoneError, UnknownSideError


def test_label_values_are_the_published_ones():
    assert {one.id: one.label for one in SEGMENTS} == {
        "left_femur": 1,
        "right_femur": 2,
        "left_hip_bone": 3,
        "right_hip_bone": 4,
        "sacrum": 5,
        "lumbar_spine": 6,
    }


def test_every_segment_has_a_snomed_code_and_a_colour_of_its_own():
    assert all(one.code.scheme == "SCT" and one.code.value.isdigit() for one in SEGMENTS)
    assert len({one.colour for one in SEGMENTS}) == len(SEGMENTS)


def test_a_side_selects_paired_bones_only():
    ids = [one.id for one in segments_for(["femur", "sacrum"], "left")]
    assert ids == ["left_femur", "sacrum"]


def test_both_sides_of_all_bones_are_all_segments():
    assert segments_for(BONES) == SEGMENTS


@pytest.mark.parametrize("bones", [[], ["tibia"], ["femur", "tibia"]])
def test_an_unknown_bone_is_refused_with_the_known_ones(bones):
    with pytest.raises(UnknownBoneError, match="femur, hip_bone, sacrum, lumbar_spine"):
        segments_for(bones)


def test_an_unknown_side_is_refused():
    with pytest.raises(UnknownSideError, match="left, right, both"):
        segments_for(["femur"], "up")
