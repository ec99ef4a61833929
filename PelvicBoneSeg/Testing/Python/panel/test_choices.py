"""Every bone can be chosen, and every choice is one that the library knows."""

from __future__ import annotations

from itertools import product

import pytest

from PelvicBoneSegLib.anatomy import BONES, SIDES, segments_for
from PelvicBoneSegLib.panel.choices import BoneChoice, DeviceChoice, SideChoice


def test_each_bone_is_a_choice_and_all_is_one_more():
    assert [choice.bones for choice in BoneChoice] == [BONES, *[(bone,) for bone in BONES]]


def test_the_sides_are_those_of_the_library():
    assert sorted(choice.value for choice in SideChoice) == sorted(SIDES)


@pytest.mark.parametrize(("bone", "side"), list(product(BoneChoice, SideChoice)))
def test_every_choice_means_some_segments(bone, side):
    assert segments_for(bone.bones, side.value)


@pytest.mark.parametrize("choice", [*BoneChoice, *SideChoice, *DeviceChoice])
def test_every_choice_has_a_label_of_its_own(choice):
    labels = [one.label() for one in type(choice)]
    assert choice.label() and labels.count(choice.label()) == 1


def test_midline_bones_have_no_sides():
    assert [choice.name for choice in BoneChoice if not choice.has_sides] == [
        "SACRUM",
        "LUMBAR_SPINE",
    ]


def test_the_devices_are_those_of_the_engine():
    from PelvicBoneSegLib.segmentation.device import DEVICES

    assert tuple(choice.value for choice in DeviceChoice) == DEVICES
