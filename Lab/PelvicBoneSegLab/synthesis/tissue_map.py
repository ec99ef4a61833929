"""The anatomy that slices are synthesised from: which tissue is where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

GRID_MM = 1.5
"""Voxel size of tissue maps: a little over the finest pixel that networks here see."""


class Kind(IntEnum):
    """What a tissue is like in MR; several tissues may be of one kind."""

    AIR = 0
    CORTEX = 1
    MARROW = 2
    DISC = 3
    FAT = 4
    MUSCLE = 5
    ORGAN = 6
    FLUID = 7


@dataclass(frozen=True, eq=False)
class TissueMap:
    """Tissues of one body on an isotropic grid.

    Attributes
    ----------
    name
        Of the case.
    tissues
        uint8, in canonical order: superior→inferior, anterior→posterior, right→left. The
        outermost voxels are air, so that whatever lies outside is air too.
    classes
        uint8; for each tissue the class index: 0, or one more than the index in `anatomy.BONES`.
    kinds
        uint8; for each tissue its `Kind`.
    silent
        uint8 bit mask of the same shape, or None where the labels say all; bit b is set where
        they do not say whether ``BONES[b]`` is there.
    """

    name: str
    tissues: np.ndarray
    classes: np.ndarray
    kinds: np.ndarray
    silent: np.ndarray | None = None

    @classmethod
    def cropped(
        cls,
        name: str,
        tissues: np.ndarray,
        classes: np.ndarray,
        kinds: np.ndarray,
        silent: np.ndarray | None = None,
    ) -> TissueMap:
        """Crop to what is not air, and put one layer of air around it."""
        box = bounding_box(tissues != 0)
        if silent is not None:
            silent = np.pad(silent[box], 1)
        return cls(name, np.pad(tissues[box], 1), classes, kinds, silent)


def bounding_box(mask: np.ndarray, margin: int = 0) -> tuple[slice, ...]:
    """Return the box around a mask that is not empty, wider by `margin` voxels where it can be."""
    box = []
    for axis, size in enumerate(mask.shape):
        others = tuple(a for a in range(mask.ndim) if a != axis)
        filled = np.flatnonzero(mask.any(axis=others))
        box.append(slice(max(filled[0] - margin, 0), min(filled[-1] + 1 + margin, size)))
    return tuple(box)
