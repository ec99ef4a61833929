"""What can be chosen, in words."""

from __future__ import annotations

from collections.abc import Iterable

from PelvicBoneSegLib.anatomy import (
    BONES,
    BOTH,
    FEMUR,
    HIP_BONE,
    LEFT,
    LUMBAR_SPINE,
    RIGHT,
    SACRUM,
    SEGMENTS,
)

BONE_TITLES = {
    FEMUR: "Femur",
    HIP_BONE: "Hip bone",
    SACRUM: "Sacrum",
    LUMBAR_SPINE: "Lumbar spine",
}
SIDE_TITLES = {BOTH: "Both", LEFT: "Left", RIGHT: "Right"}
DEVICE_TITLES = {
    "auto": "Automatic",
    "cpu": "Processor (CPU)",
    "cuda": "NVIDIA graphics card",
    "mps": "Apple graphics",
}


def have_sides(bones: Iterable[str]) -> bool:
    """Return whether any of the bones is paired."""
    chosen = tuple(bones)
    return any(segment.side for segment in SEGMENTS if segment.bone in chosen)


def what_is_wanted(bones: Iterable[str], side: str) -> str:
    """Return the choice in words."""
    chosen = tuple(bones)
    what = (
        "all bones" if len(chosen) == len(BONES) else ", ".join(BONE_TITLES[one] for one in chosen)
    )
    if have_sides(chosen) and side != BOTH:
        what = f"{what}, {SIDE_TITLES[side].lower()}"
    return what
