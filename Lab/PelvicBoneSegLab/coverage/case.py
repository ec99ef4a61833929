"""A case as the rules of coverage see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.components import Voxels
from PelvicBoneSegLib.segmentation.laterality import MidsagittalPlane, estimate_midsagittal_plane
from PelvicBoneSegLib.segmentation.volume import Volume


@dataclass(frozen=True, eq=False)
class Case:
    """A scan and its labels.

    Attributes
    ----------
    name
        For messages.
    volume
        The scan.
    labels
        uint8, shape (K, J, I), class indices: 0 background, then 1 + index in `anatomy.BONES`.
    """

    name: str
    volume: Volume
    labels: np.ndarray

    def mask(self, bone: str) -> np.ndarray:
        """Return where a bone is labelled: boolean, shape (K, J, I)."""
        return np.asarray(self.labels == BONES.index(bone) + 1)

    def voxels(self, bone: str) -> Voxels:
        """Return the indices k, j, i of a bone's voxels."""
        k, j, i = np.nonzero(self.mask(bone))
        return k, j, i

    def midsagittal_plane(self) -> MidsagittalPlane:
        """Estimate the plane between left and right from all labelled bones."""
        return estimate_midsagittal_plane({bone: self.voxels(bone) for bone in BONES}, self.volume)
