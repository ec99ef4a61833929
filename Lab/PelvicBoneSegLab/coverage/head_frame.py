"""Coordinates of a pelvis by its two femoral heads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from PelvicBoneSegLib.anatomy import FEMUR, HIP_BONE, LEFT, RIGHT, SEGMENTS
from PelvicBoneSegLib.segmentation.femoral_head import FemoralHead, fit_femoral_head
from PelvicBoneSegLib.segmentation.postprocess import postprocess

from ..errors import CoverageError
from .case import Case


@dataclass(frozen=True, eq=False)
class HeadFrame:
    """Origin midway between the heads; the unit is the distance of their centres.

    Attributes
    ----------
    origin
        LPS in mm, shape (3,).
    axes
        Unit vectors towards left, posterior and superior as rows, LPS, shape (3, 3). The first
        joins the heads, the last is as near to the scan's superior as that allows.
    distance_mm
        Of the two centres.
    """

    origin: np.ndarray
    axes: np.ndarray
    distance_mm: float

    @classmethod
    def of(cls, case: Case) -> HeadFrame:
        """Fit a sphere to each head.

        Parameters
        ----------
        case
            The scan with its labels.

        Raises
        ------
        CoverageError
            A head is not there, or no sphere fits it.
        """
        sided = postprocess(case.labels, case.volume, (FEMUR, HIP_BONE))
        centres = {}
        for side in (LEFT, RIGHT):
            masks = [sided == _label(name, side) for name in (FEMUR, HIP_BONE)]
            head = fit_femoral_head(masks[0], case.volume.ijk_to_lps, side, masks[1])
            if not isinstance(head, FemoralHead):
                raise CoverageError(case.name, f"{head.value} on the {side}")
            centres[side] = head.centre
        return cls.between(centres[LEFT], centres[RIGHT])

    @classmethod
    def between(cls, left_head: np.ndarray, right_head: np.ndarray) -> HeadFrame:
        """Return the frame of two centres, LPS in mm, shape (3,)."""
        across = left_head - right_head
        distance = float(np.linalg.norm(across))
        left = across / distance
        superior = np.array([0.0, 0.0, 1.0]) - left[2] * left
        superior /= np.linalg.norm(superior)
        axes = np.stack([left, np.cross(superior, left), superior])
        return cls((left_head + right_head) / 2, axes, distance)

    def to_lps(self, points: np.ndarray) -> np.ndarray:
        """Turn points of this frame, shape (N, 3), into LPS in mm."""
        return self.origin + self.distance_mm * points @ self.axes

    def coordinates(self, box: tuple[slice, ...], ijk_to_lps: np.ndarray) -> np.ndarray:
        """Return the points of this frame at the voxels of a box.

        Parameters
        ----------
        box
            Slices of a (K, J, I) array.
        ijk_to_lps
            4×4 matrix of that array.

        Returns
        -------
        float32, shape (K, J, I, 3) of the box: left, posterior, superior.
        """
        matrix = self.axes @ ijk_to_lps[:3, :3] / self.distance_mm
        offset = self.axes @ (ijk_to_lps[:3, 3] - self.origin) / self.distance_mm
        k, j, i = np.ogrid[box]
        steps = [axis[..., None] * column for axis, column in zip((i, j, k), matrix.T, strict=True)]
        return (sum(steps) + offset).astype(np.float32)


def _label(bone: str, side: str) -> int:
    return next(each.label for each in SEGMENTS if (each.bone, each.side) == (bone, side))
