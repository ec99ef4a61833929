"""What of a bundle's error on a case is its own, and what the manual mask leaves no choice in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import mean

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.evaluation.structure import PAIRED

from .compared_case import ComparedCase
from .outlines import OutlineMeasures, measure_outlines


@dataclass(frozen=True)
class CeilingMeasures:
    """One bone of one case.

    Attributes
    ----------
    case, bone
        Which.
    dice
        In 3D, over all voxels.
    covered_dice
        Over the voxels in which the mask says whether the bone is there.
    shared_slices_dice
        Over the slices that mask and bundle both show.
    one_sided_share
        Share of the wrong voxels in slices that only one of them shows.
    missing_slices
        Slices that the bundle shows and the mask does not.
    extent_loss
        Dice that a reader loses who draws the mask itself, and the bone in the missing slices.
    outlines
        See `outlines.OutlineMeasures`.
    asymmetry, found_asymmetry
        Difference of left and right volume over their mean, in the mask and in what was found;
        None for bones in the midline.
    """

    case: str
    bone: str
    dice: float
    covered_dice: float
    shared_slices_dice: float
    one_sided_share: float
    missing_slices: int
    extent_loss: float
    outlines: OutlineMeasures
    asymmetry: float | None
    found_asymmetry: float | None

    @property
    def ceiling(self) -> float:
        """Dice of a reader who is wrong only where nobody can know what the annotator did.

        He follows the mask's every turn, but draws as far out as the masks do on average, with a
        steady hand, and in every slice that shows the bone.
        """
        return self._reached_by_hand_of(self.outlines.jitter_mm)

    @property
    def second_annotator(self) -> float:
        """Dice of such a reader whose hand is as unsteady as the annotator's, independently."""
        return self._reached_by_hand_of(math.sqrt(2) * self.outlines.jitter_mm)

    def _reached_by_hand_of(self, jitter_mm: float) -> float:
        error_mm = mean_distance(self.outlines.offset_mm, jitter_mm)
        return 1 - self.extent_loss - self.outlines.loss_per_mm * error_mm


def measure_case(case: ComparedCase) -> list[CeilingMeasures]:
    """Measure each bone that a slice shows both in the mask and in what was found."""
    found = []
    for bone in BONES:
        truth, prediction = case.masks(bone)
        outlines = measure_outlines(truth, prediction, case.spacing[1:])
        if outlines is not None:
            found.append(_measure(case, bone, outlines))
    return found


def against_usual_line(measures: list[CeilingMeasures]) -> list[CeilingMeasures]:
    """Measure offsets from where the masks of all patients lie on average.

    A bundle that draws every patient's bone too large does so by itself; what only one patient's
    mask has is the annotator's.
    """
    usual = {
        bone: mean(one.outlines.offset_mm for one in measures if one.bone == bone)
        for bone in {one.bone for one in measures}
    }
    return [
        replace(
            one,
            outlines=replace(one.outlines, offset_mm=one.outlines.offset_mm - usual[one.bone]),
        )
        for one in measures
    ]


def mean_distance(middle: float, deviation: float) -> float:
    """Return the mean absolute value of a normal distribution."""
    if deviation <= 0:
        return abs(middle)
    scaled = middle / (deviation * math.sqrt(2))
    return deviation * math.sqrt(2 / math.pi) * math.exp(-(scaled**2)) + middle * math.erf(scaled)


def _measure(case: ComparedCase, bone: str, outlines: OutlineMeasures) -> CeilingMeasures:
    truth, found = case.masks(bone)
    covered = case.covered(bone)
    in_truth, in_found = (mask.any(axis=(1, 2)) for mask in (truth, found))
    wrong = (truth ^ found).sum(axis=(1, 2))
    shared, missing = in_truth & in_found, np.asarray(in_found & ~in_truth)
    reader = truth | (found & missing[:, None, None])
    return CeilingMeasures(
        case=case.name,
        bone=bone,
        dice=_dice(found, truth),
        covered_dice=_dice(found & covered, truth),
        shared_slices_dice=_dice(found[shared], truth[shared]),
        one_sided_share=float(wrong[~shared].sum() / max(wrong.sum(), 1)),
        missing_slices=int(missing.sum()),
        extent_loss=1 - _dice(reader, truth),
        outlines=outlines,
        asymmetry=_asymmetry(truth, case) if bone in PAIRED else None,
        found_asymmetry=_asymmetry(found, case) if bone in PAIRED else None,
    )


def _dice(found: np.ndarray, truth: np.ndarray) -> float:
    return Overlap.of(found, truth).dice or 0.0


def _asymmetry(mask: np.ndarray, case: ComparedCase) -> float:
    """Compare both sides of the column in the middle of all that the mask labels."""
    columns = np.flatnonzero((case.truth > 0).any(axis=(0, 1)))
    middle = (columns[0] + columns[-1]) // 2 + 1
    right, left = int(mask[..., :middle].sum()), int(mask[..., middle:].sum())
    return 2 * (left - right) / max(left + right, 1)
