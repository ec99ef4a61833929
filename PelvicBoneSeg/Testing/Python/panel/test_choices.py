"""Every bone can be chosen, and every choice is one that the library knows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from PelvicBoneSegLib.anatomy import BONES, SIDES
from PelvicBoneSegLib.panel.choices import (
    BONE_PARAMETERS,
    CoordinateSystem,
    DeviceChoice,
    ExportFormat,
    SideChoice,
    bone_label,
    chosen_bones,
    have_sides,
)


def test_each_bone_has_a_field_and_a_label():
    assert tuple(BONE_PARAMETERS) == BONES
    assert len({bone_label(bone) for bone in BONES}) == len(BONES)


def test_the_bones_that_are_ticked_are_chosen():
    ticked = SimpleNamespace(femur=True, hipBone=False, sacrum=True, lumbarSpine=False)
    assert chosen_bones(ticked) == ("femur", "sacrum")


def test_the_sides_are_those_of_the_library():
    assert sorted(choice.value for choice in SideChoice) == sorted(SIDES)


@pytest.mark.parametrize("choice", [*SideChoice, *DeviceChoice, *ExportFormat, *CoordinateSystem])
def test_every_choice_has_a_label_of_its_own(choice):
    labels = [one.label() for one in type(choice)]
    assert choice.label() and labels.count(choice.label()) == 1


def test_midline_bones_have_no_sides():
    assert [bone for bone in BONES if not have_sides([bone])] == ["sacrum", "lumbar_spine"]
    assert have_sides(["sacrum", "femur"])


def test_the_devices_are_those_of_the_engine():
    from PelvicBoneSegLib.segmentation.device import DEVICES

    assert tuple(choice.value for choice in DeviceChoice) == DEVICES
