"""Two scans of one patient compared where both of them look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from PelvicBoneSegLib.evaluation.overlap import Overlap

from .field_of_view import GRID_MM, OUTSIDE, FieldOfView, shared_box

NEARLY_EMPTY_ML = 1.0
"""Less of a bone is as good as none: post-processing calls it noise as well."""

ML = GRID_MM**3 / 1000


class Outcome(Enum):
    """What became of a bone in the shared field of view. Values say it in English."""

    COMPARED = "compared"
    ONE_MISSED = "only one of the two has it"
    BOTH_MISSED = "both miss it"
    NOT_THERE = "it is not in the shared field"
    INVENTED = "found, though it is not in the shared field"


@dataclass(frozen=True)
class Agreement:
    """One bone in two scans.

    Attributes
    ----------
    outcome
        Only what was compared can be a success.
    dice
        Of the two; None where neither has a voxel.
    shared_ml
        How large the shared field of view is.
    first_ml, second_ml
        What each scan has of the bone there.
    """

    outcome: Outcome
    dice: float | None
    shared_ml: float
    first_ml: float
    second_ml: float

    @property
    def score(self) -> float | None:
        """Dice, and 0 where the bone is there and either misses it; None where it is not there."""
        if self.outcome in (Outcome.NOT_THERE, Outcome.INVENTED):
            return None
        return self.dice if self.outcome is Outcome.COMPARED else 0.0


@dataclass(frozen=True, eq=False)
class Seen:
    """A segmented scan on the common grid.

    Attributes
    ----------
    field
        Its field of view.
    classes
        uint8, the shape of `field.voxel`: 0 background, else 1 + index into `anatomy.BONES`.
    """

    field: FieldOfView
    classes: np.ndarray


def compare(first: Seen, second: Seen, value: int, is_there: bool) -> Agreement:
    """Compare one bone over the field of view that two scans share.

    Parameters
    ----------
    first, second
        The scans.
    value
        Of the bone in their classes.
    is_there
        Whether the shared field shows the bone.
    """
    box = shared_box(first.field, second.field)
    if box is None:
        return Agreement(Outcome.NOT_THERE, None, 0.0, 0.0, 0.0)
    cuts = [one.field.cut(*box) for one in (first, second)]
    both = np.ones(tuple((box[1] - box[0])[::-1]), bool)
    masks = []
    for one, cut in zip((first, second), cuts, strict=True):
        both &= one.field.voxel[cut] != OUTSIDE
        masks.append(one.classes[cut] == value)
    overlap = Overlap.of(masks[0] & both, masks[1] & both)
    first_ml, second_ml = overlap.prediction * ML, overlap.truth * ML
    outcome = _outcome(first_ml, second_ml, is_there)
    return Agreement(outcome, overlap.dice, np.count_nonzero(both) * ML, first_ml, second_ml)


def shared_share(first: FieldOfView, second: FieldOfView, points: np.ndarray) -> float:
    """Return which share of points, LPS in mm, shape (N, 3), lies in both fields of view."""
    inside = (first.at(points) != OUTSIDE) & (second.at(points) != OUTSIDE)
    return float(inside.mean())


def _outcome(first_ml: float, second_ml: float, is_there: bool) -> Outcome:
    found = sum(ml >= NEARLY_EMPTY_ML for ml in (first_ml, second_ml))
    if not is_there:
        return Outcome.INVENTED if found else Outcome.NOT_THERE
    return (Outcome.BOTH_MISSED, Outcome.ONE_MISSED, Outcome.COMPARED)[found]
