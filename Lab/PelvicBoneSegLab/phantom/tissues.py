"""The tissues of a phantom."""

from __future__ import annotations

from enum import IntEnum


class Tissue(IntEnum):
    """What a voxel of the fine grid is made of."""

    AIR = 0
    FAT = 1
    VISCERAL_FAT = 2
    MUSCLE = 3
    ORGAN = 4
    BOWEL = 5
    FLUID = 6
    VESSEL = 7
    CORTEX = 8
    FEMUR_MARROW = 9
    HIP_MARROW = 10
    SPINE_MARROW = 11
    DISC = 12
