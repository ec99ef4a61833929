"""Left against right, where a scan shows both alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..coverage.head_frame import HeadFrame
from .agreement import ML, NEARLY_EMPTY_ML
from .field_of_view import OUTSIDE, FieldOfView


@dataclass(frozen=True, eq=False)
class SymmetricField:
    """The part of a field of view whose mirror image is in it as well.

    Attributes
    ----------
    left, right
        Indices into the scan's flattened (K, J, I) array of the points of either half.
    """

    left: np.ndarray
    right: np.ndarray

    @classmethod
    def of(cls, field: FieldOfView, frame: HeadFrame) -> SymmetricField:
        """Mirror a field of view at the plane between the femoral heads."""
        points = field.points()
        across = (points - frame.origin) @ frame.axes[0]
        mirrored = points - 2 * across[:, None] * frame.axes[0]
        both = field.at(mirrored) != OUTSIDE
        voxels = field.voxel[field.voxel != OUTSIDE]
        return cls(voxels[both & (across > 0)], voxels[both & (across < 0)])

    def millilitres(self, classes: np.ndarray, value: int) -> tuple[float, float]:
        """Return how much of a bone is left and right.

        Parameters
        ----------
        classes
            Of the scan, shape (K, J, I).
        value
            Of the bone in it.
        """
        flat = classes.ravel()
        left, right = (
            float(np.count_nonzero(flat[half] == value) * ML) for half in (self.left, self.right)
        )
        return left, right


def ratio(left_ml: float, right_ml: float) -> float | None:
    """Return the smaller of two volumes by the larger; None where both are nearly empty."""
    larger = max(left_ml, right_ml)
    return min(left_ml, right_ml) / larger if larger >= NEARLY_EMPTY_ML else None
