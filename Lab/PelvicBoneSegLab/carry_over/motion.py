"""How far a man moved between two scans, from the scans alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import SimpleITK as sitk

from PelvicBoneSegLib.segmentation.itk_image import as_itk_image
from PelvicBoneSegLib.segmentation.volume import Volume

from .data import ManScan
from .men import T2_PLANES
from .pairs import compared_scans

_BINS = 32
_SMOOTHING_MM = 1.0
_FIRST_STEP_MM, _LAST_STEP_MM, _STEPS = 1.0, 0.005, 100


@dataclass(frozen=True, eq=False)
class Motion:
    """Two scans of a man between which he may have moved.

    Attributes
    ----------
    first, second
        The scans.
    mm
        How far to the left, back and up (LPS) his body lies displaced in the second; shape (3,).
        Mean of both directions of the registration.
    uncertain_mm
        Half of what the two directions differ by.
    """

    first: ManScan
    second: ManScan
    mm: np.ndarray
    uncertain_mm: float

    @classmethod
    def between(cls, first: ManScan, second: ManScan) -> Motion:
        """Lay two scans onto each other by their intensities."""
        there = _displacement(first.volume, second.volume)
        back = _displacement(second.volume, first.volume)
        uncertain_mm = float(np.linalg.norm(there + back) / 2)
        return cls(first, second, (there - back) / 2, uncertain_mm)

    @cached_property
    def second_in_place(self) -> ManScan:
        """The second scan with its voxels where they would lie, had he not moved."""
        volume = self.second.volume
        ijk_to_lps = volume.ijk_to_lps.copy()
        ijk_to_lps[:3, 3] -= self.mm
        return replace(self.second, volume=Volume(volume.voxels, ijk_to_lps))


def motions_of(scans: Sequence[ManScan]) -> list[Motion]:
    """Measure it between the T2 planes of a man, whose contrast is one."""
    planes = {scan.sequence: scan for scan in scans if scan.sequence in T2_PLANES}
    return [Motion.between(planes[one], planes[two]) for one, two in compared_scans(list(planes))]


def _displacement(fixed: Volume, moving: Volume) -> np.ndarray:
    """Return the translation, LPS in mm, shape (3,), at which mutual information is largest.

    Mattes et al., IEEE Trans Med Imaging 22:120 (2003), as in ITK. Slices are thick, so what is
    found depends a little on which scan is interpolated.
    """
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(_FIRST_STEP_MM, _LAST_STEP_MM, _STEPS)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([2])
    method.SetSmoothingSigmasPerLevel([_SMOOTHING_MM])
    method.SetInitialTransform(sitk.TranslationTransform(3), inPlace=False)
    images = (
        as_itk_image(one.voxels.astype(np.float32), one.ijk_to_lps) for one in (fixed, moving)
    )
    return np.array(method.Execute(*images).GetParameters())
