"""Bones, sides, label values, SNOMED CT codes and colours: one table for the whole product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import UnknownBoneError, UnknownSideError

FEMUR = "femur"
HIP_BONE = "hip_bone"
SACRUM = "sacrum"
LUMBAR_SPINE = "lumbar_spine"
BONES = (FEMUR, HIP_BONE, SACRUM, LUMBAR_SPINE)
"""Every bone that the product knows, in the order in which choices are listed."""

LEFT, RIGHT, BOTH = "left", "right", "both"
SIDES = (LEFT, RIGHT, BOTH)
"""The sides that a user may ask for. They are the patient's, not the screen's."""


@dataclass(frozen=True)
class Code:
    """A coded concept: coding scheme (always SNOMED CT here), value and meaning."""

    value: str
    meaning: str
    scheme: str = "SCT"


@dataclass(frozen=True)
class SegmentDefinition:
    """One segment that the product writes.

    Attributes
    ----------
    id
        Stable segment identifier, also used in file names.
    name
        What the user reads.
    bone
        One of `BONES`.
    side
        ``"left"``, ``"right"``, or None for a bone in the midline.
    label
        Value in every label map that we write. Never renumbered.
    code
        SNOMED CT body structure.
    colour
        Red, green, blue in 0–1.
    """

    id: str
    name: str
    bone: str
    side: str | None
    label: int
    code: Code
    colour: tuple[float, float, float]


LATERALITY = {LEFT: Code("7771000", "Left"), RIGHT: Code("24028007", "Right")}
"""SNOMED CT qualifiers for the side of a paired bone."""

CATEGORY = Code("123037004", "Anatomical Structure")
"""Segment category, with the code of Slicer's own terminologies."""

# Where each code was found is told in scene/terminology.py.
TERMINOLOGY_CONTEXT = "Segmentation category and type - PelvicBoneSeg"
"""Name of the terminology in Resources/Terminologies."""

REGION_CONTEXT = "Anatomic codes - DICOM master list"
"""Name of Slicer's own list of regions, which a terminology entry has to name too."""

_FEMUR = Code("71341001", "Femur")
_HIP_BONE = Code("28254004", "Hip bone")
_SACRUM = Code("54735007", "Sacrum")
_LUMBAR_SPINE = Code("122496007", "Lumbar spine")

SEGMENTS = (
    SegmentDefinition("left_femur", "Left femur", FEMUR, LEFT, 1, _FEMUR, (0.95, 0.77, 0.36)),
    SegmentDefinition("right_femur", "Right femur", FEMUR, RIGHT, 2, _FEMUR, (0.89, 0.58, 0.25)),
    SegmentDefinition(
        "left_hip_bone", "Left hip bone", HIP_BONE, LEFT, 3, _HIP_BONE, (0.45, 0.71, 0.87)
    ),
    SegmentDefinition(
        "right_hip_bone", "Right hip bone", HIP_BONE, RIGHT, 4, _HIP_BONE, (0.25, 0.53, 0.76)
    ),
    SegmentDefinition("sacrum", "Sacrum", SACRUM, None, 5, _SACRUM, (0.84, 0.50, 0.62)),
    SegmentDefinition(
        "lumbar_spine", "Lumbar spine", LUMBAR_SPINE, None, 6, _LUMBAR_SPINE, (0.55, 0.76, 0.55)
    ),
)
"""Every segment, by rising label value."""


def segments_for(bones: Iterable[str], side: str = BOTH) -> tuple[SegmentDefinition, ...]:
    """List the segments that a choice of bones and side asks for.

    Parameters
    ----------
    bones
        Names out of `BONES`.
    side
        One of `SIDES`. Bones in the midline are listed whatever the side.

    Raises
    ------
    UnknownBoneError
        No bone, or a name that is not in `BONES`.
    UnknownSideError
        A side that is not in `SIDES`.
    """
    bones = list(bones)
    unknown = [bone for bone in bones if bone not in BONES]
    if unknown or not bones:
        raise UnknownBoneError(", ".join(unknown), BONES)
    if side not in SIDES:
        raise UnknownSideError(side, SIDES)
    return tuple(
        segment
        for segment in SEGMENTS
        if segment.bone in bones and (side == BOTH or segment.side in (side, None))
    )
