"""What is compared: a bone, with its side where the labels tell sides."""

from __future__ import annotations

from dataclasses import dataclass

from ..anatomy import BONES, BOTH, LEFT, RIGHT, SEGMENTS

MIDLINE = ""
"""The side of a bone that has none."""

PAIRED = tuple(
    bone for bone in BONES if any(one.bone == bone and one.side is not None for one in SEGMENTS)
)
"""Bones that everybody has two of."""


@dataclass(frozen=True)
class Structure:
    """A bone of one side, of both sides taken together, or of the midline.

    Attributes
    ----------
    bone
        One of `anatomy.BONES`.
    side
        ``"left"`` or ``"right"``; ``"both"`` for a paired bone whose labels tell no side; ``""``
        for a bone in the midline.
    """

    bone: str
    side: str

    @property
    def name(self) -> str:
        """What the user reads, such as "left femur" or "sacrum"."""
        bone = self.bone.replace("_", " ")
        return f"{self.side} {bone}" if self.side in (LEFT, RIGHT) else bone


STRUCTURES = tuple(
    Structure(bone, side)
    for bone in BONES
    for side in ((LEFT, RIGHT, BOTH) if bone in PAIRED else (MIDLINE,))
)
"""Every structure that labels can tell of, in the order in which rows are written."""
