"""SCORE: 0 to 10 for each connected domain of each bone, for a purpose.

Liu X, Han C, Wang H, Wu J, Cui Y, Zhang X, Wang X. Fully automated pelvic bone segmentation in
multiparameteric MRI using a 3D convolutional neural network. Insights into Imaging 12:93, 2021,
doi:10.1186/s13244-021-01044-z. docs/score.md says what of it is the paper's and what is ours, and
has an example to be checked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np
import pandas as pd

from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.segmentation.components import Voxels, bounding_box, number_parts

from .bootstrap import BootstrapInterval, bootstrap_ci
from .samples import MINIMUM

Structure = tuple[str, str, int]
"""Bone, side (empty for a bone in the midline) and label value."""

STRUCTURES: tuple[Structure, ...] = tuple(
    (segment.bone, segment.side or "", segment.label) for segment in SEGMENTS
)


class Purpose(str, Enum):
    """What the mask is for. The paper scores DWI for the first and ADC maps for the second."""

    DETECTION = "detection"
    MEASUREMENT = "measurement"


class Condition(str, Enum):
    """How a predicted domain lies to the manual one. A1, A2 and A3 are the paper's names."""

    SAME = "A"
    LARGER = "A1"
    SMALLER = "A2"
    PARTIAL = "A3"
    MISSED = "missed"
    EXTRA = "extra"


ACCEPTABLE = {
    Purpose.DETECTION: Condition.LARGER,
    Purpose.MEASUREMENT: Condition.SMALLER,
}
"""The paper's rule: to detect, nothing of the bone may be left out; to measure, nothing else may
be taken in."""


@dataclass(frozen=True)
class ScoreRules:
    """Every number of SCORE that is our choice, because the accessible source does not print it.

    Attributes
    ----------
    dice_points
        Points for a Dice of 1 of the whole label; proportionally less below.
    acceptable_points, other_points, partial_points
        Points of a domain that was found, added to those: for A and for the condition of A1 and A2
        that is `ACCEPTABLE`, for the other of the two, and for A3. Together at most 10.
    tolerance
        Share of the manual domain that may stay uncovered, and of the predicted one that may lie
        outside, for the ranges to count as the same.
    smallest_domain_ml
        Smaller parts are specks of the brush: no domains of their own.
    """

    dice_points: float = 5.0
    acceptable_points: float = 5.0
    other_points: float = 3.0
    partial_points: float = 2.0
    tolerance: float = 0.1
    smallest_domain_ml: float = 1.0

    def condition(self, covered: float, inside: float) -> Condition:
        """Name the condition of a domain that was found.

        Parameters
        ----------
        covered
            Share of the manual domain that the prediction covers.
        inside
            Share of the predicted domain that lies in the manual one.
        """
        least = 1 - self.tolerance - 1e-9
        if covered >= least:
            return Condition.SAME if inside >= least else Condition.LARGER
        return Condition.SMALLER if inside >= least else Condition.PARTIAL

    def points(self, condition: Condition, label_dice: float, purpose: Purpose) -> float:
        """Score a domain, 0 to 10: nothing unless manual and predicted domain overlap."""
        if condition in (Condition.MISSED, Condition.EXTRA):
            return 0.0
        of_condition = self.other_points
        if condition in (Condition.SAME, ACCEPTABLE[purpose]):
            of_condition = self.acceptable_points
        elif condition is Condition.PARTIAL:
            of_condition = self.partial_points
        return self.dice_points * label_dice + of_condition


DEFAULT_RULES = ScoreRules()


@dataclass(frozen=True)
class DomainScore:
    """One connected domain.

    Attributes
    ----------
    bone, side
        The label, and the side where the label map tells it.
    domain
        ``"1"``, ``"2"``, … manual domains of this bone and side by falling size; ``"extra 1"``, …
        predicted ones that overlap none.
    centre_i, centre_j, centre_k
        Voxel of the domain next to its centre of mass: where to look.
    truth_ml
        The manual domain; 0 for an extra one.
    overlap_ml, excess_ml
        Predicted domains that touch it: inside it, and outside every manual domain.
    covered, inside
        Overlap as a share of the manual domain, and of overlap and excess together.
    condition
        A `Condition`.
    label_dice
        Dice of the bone, both sides together.
    computed
        SCORE without the reader, 0 to 10.
    """

    bone: str
    side: str
    domain: str
    centre_i: int
    centre_j: int
    centre_k: int
    truth_ml: float
    overlap_ml: float
    excess_ml: float
    covered: float
    inside: float
    condition: str
    label_dice: float
    computed: float


@dataclass(frozen=True)
class ScoreSummary:
    """SCORE averaged over domains, then labels, then patients, each with equal weight.

    Attributes
    ----------
    by_case
        Patient to the mean of the labels.
    by_bone
        Label to the mean of the patients that have it.
    mean
        Of `by_case`.
    interval
        Its bootstrap interval by patients; None with fewer than three.
    n_cases, n_labels, n_domains
        Patients, labels summed over patients, domains summed over labels.
    left_out
        Domains without a value.
    """

    by_case: Mapping[str, float]
    by_bone: Mapping[str, float]
    mean: float | None
    interval: BootstrapInterval | None
    n_cases: int
    n_labels: int
    n_domains: int
    left_out: int


def score_case(
    prediction: np.ndarray,
    truth: np.ndarray,
    spacing_mm: Sequence[float],
    purpose: Purpose,
    structures: Iterable[Structure] = STRUCTURES,
    rules: ScoreRules = DEFAULT_RULES,
) -> list[DomainScore]:
    """Score every domain of one patient.

    A bone that neither shows is not scored. Left and right are told apart by their values, so that
    domains which touch across the midline stay two, and a bone labelled on the wrong side does not
    overlap.

    Parameters
    ----------
    prediction, truth
        Label maps (K, J, I) on the same grid.
    spacing_mm
        Distance of voxel centres along the three axes.
    purpose
        What the mask is for.
    structures
        Bone, side and label value. By default those of every label map that we write.
    rules
        The numbers.

    Raises
    ------
    ValueError
        The two do not have the same shape.
    """
    if prediction.shape != truth.shape:
        raise ValueError(f"shapes {prediction.shape} and {truth.shape} differ")
    voxel_ml = float(np.prod(spacing_mm)) / 1000
    sides_of: dict[str, list[tuple[str, int]]] = {}
    for bone, side, value in structures:
        sides_of.setdefault(bone, []).append((side, value))
    scores = []
    for bone, sides in sides_of.items():
        masks = [(side, prediction == value, truth == value) for side, value in sides]
        label_dice = _label_dice(masks)
        if label_dice is not None:
            for side, found, manual in masks:
                scores += [
                    _scored(each, bone, side, voxel_ml, label_dice, purpose, rules)
                    for each in _overlaps(found, manual, rules.smallest_domain_ml / voxel_ml)
                ]
    return scores


def domain_table(cases: Mapping[str, Iterable[DomainScore]]) -> pd.DataFrame:
    """Lay out domains as a table, a row each: ``case``, then the attributes of `DomainScore`."""
    rows = [{"case": case, **asdict(score)} for case, scores in cases.items() for score in scores]
    columns = ["case", *DomainScore.__dataclass_fields__]
    return pd.DataFrame(rows, columns=columns)


def summarise(table: pd.DataFrame, column: str = "computed") -> ScoreSummary:
    """Average SCORE over domains, labels and patients.

    Parameters
    ----------
    table
        From `domain_table`, or `reader_table.combine`.
    column
        ``"computed"``, ``"reader"`` or ``"combined"``. Domains without a value are left out.
    """
    known = table[table[column].notna()]
    labels = known.groupby(["case", "bone"], sort=False)[column].mean()
    by_case = labels.groupby("case", sort=False).mean()
    by_bone = labels.groupby("bone", sort=False).mean()
    enough = len(by_case) >= MINIMUM
    return ScoreSummary(
        {str(case): float(value) for case, value in by_case.items()},
        {str(bone): float(value) for bone, value in by_bone.items()},
        float(by_case.mean()) if len(by_case) else None,
        bootstrap_ci(by_case) if enough else None,
        len(by_case),
        len(labels),
        len(known),
        len(table) - len(known),
    )


def _label_dice(sides: Iterable[tuple[str, np.ndarray, np.ndarray]]) -> float | None:
    common = size = 0
    for _, found, manual in sides:
        common += int(np.count_nonzero(found & manual))
        size += int(np.count_nonzero(found)) + int(np.count_nonzero(manual))
    return 2 * common / size if size else None


@dataclass(frozen=True)
class _Overlap:
    """A domain in voxels; `centre` is k, j, i."""

    name: str
    centre: tuple[int, int, int]
    size: int
    overlap: int
    excess: int


def _scored(
    voxels: _Overlap,
    bone: str,
    side: str,
    voxel_ml: float,
    label_dice: float,
    purpose: Purpose,
    rules: ScoreRules,
) -> DomainScore:
    covered = inside = 0.0
    condition = Condition.MISSED if voxels.size else Condition.EXTRA
    if voxels.overlap:
        covered = voxels.overlap / voxels.size
        inside = voxels.overlap / (voxels.overlap + voxels.excess)
        condition = rules.condition(covered, inside)
    k, j, i = voxels.centre
    return DomainScore(
        bone=bone,
        side=side,
        domain=voxels.name,
        centre_i=i,
        centre_j=j,
        centre_k=k,
        truth_ml=voxels.size * voxel_ml,
        overlap_ml=voxels.overlap * voxel_ml,
        excess_ml=voxels.excess * voxel_ml,
        covered=covered,
        inside=inside,
        condition=condition.value,
        label_dice=label_dice,
        computed=rules.points(condition, label_dice, purpose),
    )


def _overlaps(found: np.ndarray, manual: np.ndarray, least: float) -> Iterator[_Overlap]:
    """Go through the manual domains, then the predicted ones that overlap none."""
    voxels = _voxels(found | manual)
    if not voxels[0].size:
        return
    box = bounding_box(voxels)
    found, manual = found[box], manual[box]
    predicted, truth = _numbered(found), _numbered(manual)
    for rank, number, size in _domains(truth, least):
        domain = truth == number
        reached = np.isin(predicted, np.unique(predicted[domain & found])) & found
        overlap = int(np.count_nonzero(reached & domain))
        excess = int(np.count_nonzero(reached & ~manual))
        yield _Overlap(f"{rank}", _centre(domain, box), size, overlap, excess)
    overlapping = np.unique(predicted[found & manual])
    alone = np.where(np.isin(predicted, overlapping), 0, predicted)
    for rank, number, size in _domains(alone, least):
        yield _Overlap(f"extra {rank}", _centre(alone == number, box), 0, 0, size)


def _voxels(mask: np.ndarray) -> Voxels:
    k, j, i = np.nonzero(mask)
    return k, j, i


def _numbered(mask: np.ndarray) -> np.ndarray:
    """Give each voxel the number of its connected domain; 0 outside the mask."""
    numbers = np.zeros(mask.shape, np.uint32)
    voxels = _voxels(mask)
    numbers[voxels] = number_parts(voxels)
    return numbers


def _domains(numbers: np.ndarray, least: float) -> list[tuple[int, int, int]]:
    """List rank, number and voxels of the domains that are large enough, largest first."""
    sizes = np.bincount(numbers.ravel())
    sizes[0] = 0
    largest_first = np.argsort(-sizes, kind="stable")
    kept = [int(n) for n in largest_first if sizes[n] and sizes[n] >= least - 1e-9]
    return [(rank, number, int(sizes[number])) for rank, number in enumerate(kept, start=1)]


def _centre(domain: np.ndarray, box: tuple[slice, ...]) -> tuple[int, int, int]:
    """Find the voxel next to the centre of mass, in the array that `box` was cut from."""
    voxels = np.argwhere(domain)
    distance = ((voxels - voxels.mean(axis=0)) ** 2).sum(axis=1)
    nearest = voxels[int(distance.argmin())] + [extent.start for extent in box]
    k, j, i = (int(index) for index in nearest)
    return k, j, i
