"""Dice of a prediction, bone by bone."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.anatomy import BONES


def dice(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return 2|A∩B| / (|A|+|B|) of two boolean masks; None where both are empty.

    Dice LR. Measures of the amount of ecologic association between species. Ecology 26, 1945.
    """
    size = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / size if size else None


def dice_by_bone(prediction: np.ndarray, truth: np.ndarray) -> dict[str, float | None]:
    """Compare two arrays of class indices (one more than the index in `anatomy.BONES`)."""
    return {
        bone: dice(prediction == index, truth == index) for index, bone in enumerate(BONES, start=1)
    }
