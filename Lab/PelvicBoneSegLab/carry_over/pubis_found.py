"""Whether a hip bone is complete: how much of the pubis there is, and whether the two meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from PelvicBoneSegLib.segmentation.affine import transformed

from ..coverage.head_frame import HeadFrame
from ..coverage.pubis import pubis_of_frame

MEET_MM = 10.0
"""A symphysis wider than this is torn (I. Becker et al., The adult human pubic symphysis: a
systematic review. J Anat 217, 2010): two complete hip bones come nearer."""


@dataclass(frozen=True)
class PubisFound:
    """The hip bones in the region of the pubis.

    Attributes
    ----------
    ml
        How much of them lies there, both sides.
    region_ml
        How much of the region lies in the scan.
    gap_mm
        Least distance of a voxel left of the midline and one right of it; None where one side has
        none there.
    """

    ml: float
    region_ml: float
    gap_mm: float | None

    @property
    def meet(self) -> bool:
        """Whether the two hip bones come as near as at a symphysis."""
        return self.gap_mm is not None and self.gap_mm <= MEET_MM


def look_for_pubis(hip_bone: np.ndarray, ijk_to_lps: np.ndarray, frame: HeadFrame) -> PubisFound:
    """Measure the hip bones of both sides in the region of the pubis.

    Parameters
    ----------
    hip_bone
        Boolean, shape (K, J, I), both sides.
    ijk_to_lps
        4×4 matrix.
    frame
        Of the femoral heads.
    """
    region = pubis_of_frame(frame, ijk_to_lps, hip_bone.shape)
    voxel_ml = abs(float(np.linalg.det(ijk_to_lps[:3, :3]))) / 1000
    there = np.argwhere(hip_bone & region)
    points = transformed(there[:, ::-1], ijk_to_lps)
    left = (points - frame.origin) @ frame.axes[0] > 0
    gap = None
    if left.any() and not left.all():
        gap = float(cKDTree(points[left]).query(points[~left])[0].min())
    return PubisFound(len(there) * voxel_ml, np.count_nonzero(region) * voxel_ml, gap)
