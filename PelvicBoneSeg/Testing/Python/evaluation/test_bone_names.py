from __future__ import annotations

import pytest

from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.evaluation.bone_names import structure_of_name, structure_of_terminology
from PelvicBoneSegLib.evaluation.structure import STRUCTURES, Structure


@pytest.mark.parametrize("segment", SEGMENTS, ids=lambda segment: segment.id)
def test_our_own_segments_are_known_by_id_and_by_name(segment):
    expected = Structure(segment.bone, segment.side or "")

    assert structure_of_name(segment.id) == structure_of_name(segment.name) == expected


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.name)
def test_the_name_that_the_user_reads_is_known(structure):
    assert structure_of_name(structure.name) == structure


@pytest.mark.parametrize(
    ("name", "bone", "side"),
    [
        # TotalSegmentator
        ("femur_left", "femur", "left"),
        ("hip_right", "hip_bone", "right"),
        ("sacrum", "sacrum", ""),
        ("vertebrae", "lumbar_spine", ""),
        ("vertebrae_L5", "lumbar_spine", ""),
        ("intervertebral_discs", "lumbar_spine", ""),
        # Slicer
        ("Left femur", "femur", "left"),
        ("right hip bone", "hip_bone", "right"),
        ("L4 vertebra", "lumbar_spine", ""),
        ("Lumbar spine", "lumbar_spine", ""),
        # by hand
        ("Femur L", "femur", "left"),
        ("R-Hip", "hip_bone", "right"),
        ("FEMUR", "femur", "both"),
        ("Os coxae (left)", "hip_bone", "left"),
        ("L3", "lumbar_spine", ""),
    ],
)
def test_common_names(name, bone, side):
    assert structure_of_name(name) == Structure(bone, side)


@pytest.mark.parametrize(
    "name",
    ["", "Segment_1", "liver", "femoral head left", "ilium", "vertebrae_T12", "left right femur",
     "quadriceps_femoris_left", "hip_implant", "l"],
)  # fmt: skip
def test_other_names_are_no_bones(name):
    assert structure_of_name(name) is None


def test_a_bone_is_known_by_the_code_of_its_type():
    terminology = {"type": ["SCT", "71341001", "Thigh"], "typeModifier": ["SCT", "7771000", "Left"]}

    assert structure_of_terminology(terminology) == Structure("femur", "left")


def test_a_bone_is_known_by_the_code_of_its_region():
    """As in Slicer's general anatomy: Tissue, Bone, and where."""
    terminology = {
        "type": ["SCT", "272673000", "Bone"],
        "anatomicRegion": ["SCT", "71341001", "Femur"],
        "anatomicRegionModifier": ["SCT", "24028007", "Right"],
    }

    assert structure_of_terminology(terminology) == Structure("femur", "right")


@pytest.mark.parametrize(
    "terminology", [{}, {"type": ["SCT", "10200004", "Liver"]}, {"type": ["XYZ", "71341001", "?"]}]
)
def test_other_codes_are_no_bones(terminology):
    assert structure_of_terminology(terminology) is None
