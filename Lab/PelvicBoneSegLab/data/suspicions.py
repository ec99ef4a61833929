"""What looks wrong in the labels of a dataset, though training could use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.volume import Volume

from ..coverage.provenance import Provenance
from ..coverage.rules import Rule

MIN_SHARE = 0.65
"""A bone that is labelled over less of the slices' direction than this share of the median is
suspicious. In pelvic_mr_t1 that finds the two shortest sacra (7 and 8 slices, median 12.5) and four
lumbar spines of vertebral bodies alone (6 and 8, median 13.5), and nothing else."""

MIN_CASES = 4
"""Fewer cases say nothing of what is usual."""

_END_RULES = {
    "everywhere",
    "beyond_slices",
    "beyond_first_slice",
    "beyond_last_slice",
    "posterior_elements",
}


@dataclass(frozen=True)
class CaseFacts:
    """A case in numbers.

    Attributes
    ----------
    name
        Of the case.
    labelled_mm
        For each labelled bone: how much of the slices' direction has it.
    missing_slices
        For each labelled bone: slices without it between others with it, counted from 0 as they
        are stored in the file.
    rules
        Its coverage.
    unverified
        Bones of a case that the panel saved that were not marked as completed.
    """

    name: str
    labelled_mm: dict[str, float]
    missing_slices: dict[str, list[int]]
    rules: Sequence[Rule]
    unverified: tuple[str, ...]

    @classmethod
    def of(
        cls,
        name: str,
        volume: Volume,
        labels: np.ndarray,
        rules: Sequence[Rule],
        provenance: Provenance | None,
    ) -> CaseFacts:
        """Measure a case; see `LabelledScan` for the arrays."""
        plane = volume.axes.acquisition_plane or "coronal"
        axis, step = volume.axes.slice_axis(plane), volume.axes.stack_spacing(plane)[0]
        others = tuple(other for other in range(3) if other != axis)
        labelled_mm, missing = {}, {}
        for index, bone in enumerate(BONES, start=1):
            filled = np.flatnonzero((labels == index).any(axis=others))
            if filled.size:
                labelled_mm[bone] = float(filled.size * step)
                every = range(int(filled[0]), int(filled[-1]))
                missing[bone] = sorted(set(every) - set(filled.tolist()))
        unverified = provenance.labelled - provenance.verified if provenance else ()
        applied = [rule for rule in rules if name in rule.get("cases", (name,))]
        return cls(name, labelled_mm, missing, applied, tuple(sorted(unverified)))

    def declares(self, bone: str, kinds: set[str]) -> bool:
        """Tell whether one of some rules holds for a bone of this case."""
        return any(rule["bone"] == bone and rule["silent"] in kinds for rule in self.rules)


def suspicions(dataset: str, cases: Sequence[CaseFacts]) -> list[str]:
    """Compare the cases of a dataset.

    Parameters
    ----------
    dataset
        Its name.
    cases
        Those without faults.

    Returns
    -------
    One sentence for each suspicion, with what to do.
    """
    return [f"{dataset}, {text}" for case in cases for text in _suspicions_of(case, cases)]


def _suspicions_of(case: CaseFacts, cases: Sequence[CaseFacts]) -> Iterator[str]:
    for bone in BONES:
        yield from _absent(case, bone, cases)
        yield from _short(case, bone, cases)
        yield from _interrupted(case, bone)
    if case.unverified:
        yield (
            f"{case.name}: {', '.join(case.unverified)} was saved without being marked as "
            "completed. Look at it, and save it again."
        )


def _absent(case: CaseFacts, bone: str, cases: Sequence[CaseFacts]) -> Iterator[str]:
    elsewhere = any(bone in other.labelled_mm for other in cases)
    if bone not in case.labelled_mm and elsewhere and not case.declares(bone, {"everywhere"}):
        yield (
            f"{case.name}: {bone} is not labelled. If the scan shows it, label it or declare "
            f"{{bone: {bone}, silent: everywhere, cases: [{case.name}]}}."
        )


def _short(case: CaseFacts, bone: str, cases: Sequence[CaseFacts]) -> Iterator[str]:
    lengths = [other.labelled_mm[bone] for other in cases if bone in other.labelled_mm]
    if bone not in case.labelled_mm or len(lengths) < MIN_CASES:
        return
    here, usual = case.labelled_mm[bone], median(lengths)
    if here < MIN_SHARE * usual and not case.declares(bone, _END_RULES):
        yield (
            f"{case.name}: {bone} is labelled over {here:.0f} mm of slices, over {usual:.0f} mm in "
            "most cases. If the scan shows more of it, label it or declare "
            f"{{bone: {bone}, silent: beyond_slices, cases: [{case.name}]}}."
        )


def _interrupted(case: CaseFacts, bone: str) -> Iterator[str]:
    missing = case.missing_slices.get(bone)
    if missing and not case.declares(bone, {"gaps", "everywhere"}):
        yield (
            f"{case.name}: {bone} is missing in slices {', '.join(map(str, missing))}, between "
            "others with it. Label them, remove what is none of it, or declare "
            f"{{bone: {bone}, silent: gaps, cases: [{case.name}]}}."
        )
