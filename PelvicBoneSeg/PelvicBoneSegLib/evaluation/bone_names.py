"""Bones by the names that segments and files have in common tools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..anatomy import BOTH, FEMUR, HIP_BONE, LATERALITY, LEFT, LUMBAR_SPINE, RIGHT, SACRUM, SEGMENTS
from .structure import MIDLINE, PAIRED, Structure

_SIDES = {"left": LEFT, "l": LEFT, "lt": LEFT, "right": RIGHT, "r": RIGHT, "rt": RIGHT}

# Ours, TotalSegmentator's (femur_left, hip_left, vertebrae_L5, intervertebral_discs), Slicer's
# terminologies' and the anatomical ones. "Ilium" is a part of the hip bone and not among them.
_NAMES = {
    FEMUR: ("femur", "femurs", "femora", "femoral bone", "thigh bone", "os femoris"),
    HIP_BONE: (
        "hip", "hips", "hip bone", "hip bones", "pelvic bone", "innominate bone", "coxal bone",
        "os coxae",
    ),
    SACRUM: ("sacrum", "sacral bone", "os sacrum"),
    LUMBAR_SPINE: (
        "lumbar spine", "lumbar vertebra", "lumbar vertebrae", "lumbar vertebral column", "spine",
        "vertebrae", "vertebral column", "intervertebral disc", "intervertebral discs",
    ),
}  # fmt: skip
_BONE_OF_NAME = {name: bone for bone, names in _NAMES.items() for name in names}
_ONE_VERTEBRA = re.compile(r"(lumbar )?(vertebrae? )?l[1-6]( vertebrae?)?")

_BONE_OF_CODE = {segment.code.value: segment.bone for segment in SEGMENTS}
_SIDE_OF_CODE = {code.value: side for side, code in LATERALITY.items()}


def structure_of_name(name: str) -> Structure | None:
    """Recognise a structure in the name or id of a segment; None where it is no bone of ours.

    Case, order of the side, and whatever stands between the words make no difference.
    """
    words = re.findall(r"[a-z0-9]+", name.lower())
    sides = {_SIDES[word] for word in words if word in _SIDES}
    rest = " ".join(word for word in words if word not in _SIDES)
    bone = LUMBAR_SPINE if _ONE_VERTEBRA.fullmatch(rest) else _BONE_OF_NAME.get(rest)
    if bone is None or len(sides) > 1:
        return None
    return _structure(bone, next(iter(sides), None))


def structure_of_terminology(terminology: Mapping[str, Any]) -> Structure | None:
    """Recognise a structure by the SNOMED CT code of its type, or else of its region.

    Parameters
    ----------
    terminology
        As slicerio reads it from a segment's tags: ``type``, ``typeModifier``, ``anatomicRegion``
        and ``anatomicRegionModifier`` are [scheme, value, meaning].
    """
    for concept, modifier in (
        ("type", "typeModifier"),
        ("anatomicRegion", "anatomicRegionModifier"),
    ):
        bone = _BONE_OF_CODE.get(_value(terminology, concept))
        if bone is not None:
            return _structure(bone, _SIDE_OF_CODE.get(_value(terminology, modifier)))
    return None


def _value(terminology: Mapping[str, Any], concept: str) -> str:
    triple = list(terminology.get(concept, ()))
    return triple[1] if triple[:1] == ["SCT"] and len(triple) > 1 else ""


def _structure(bone: str, side: str | None) -> Structure:
    return Structure(bone, (side or BOTH) if bone in PAIRED else MIDLINE)
