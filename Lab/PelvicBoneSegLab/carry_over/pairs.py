"""Which scans of a man are compared, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE

from .agreement import NEARLY_EMPTY_ML, Agreement, Seen, compare, shared_share
from .data import ManScan
from .men import REFERENCE, T2_PLANES, Man

COMPARED_BONES = (FEMUR, HIP_BONE)

PLANE_GOALS = {FEMUR: 0.80, HIP_BONE: 0.75}
"""Dice between the planes of T2."""

CONTRAST_GOAL = 0.70
"""Dice between T2 and a scan of `CONTRASTS_WITH_A_GOAL`; the others are reported as they are."""

CONTRASTS_WITH_A_GOAL = ("pd", "t1_vibe")


@dataclass(frozen=True)
class Pair:
    """One bone in two scans of a man.

    Attributes
    ----------
    first, second
        Sequences.
    bone
        One of `COMPARED_BONES`.
    agreement
        Of the two.
    """

    first: str
    second: str
    bone: str
    agreement: Agreement

    @property
    def goal(self) -> float | None:
        """The Dice that is aimed at; None where there is no goal, or the bone is not there."""
        return None if self.agreement.score is None else goal_of(self.first, self.second, self.bone)


def goal_of(first: str, second: str, bone: str) -> float | None:
    """Return the Dice that is aimed at between two scans; None without a goal."""
    if second in T2_PLANES:
        return PLANE_GOALS[bone]
    has_goal = first == REFERENCE and second in CONTRASTS_WITH_A_GOAL
    return CONTRAST_GOAL if has_goal else None


def compared_scans(sequences: Sequence[str]) -> list[tuple[str, str]]:
    """Return the names of the scans that are compared: the planes of T2, then T2 with the rest."""
    planes = [name for name in T2_PLANES if name in sequences]
    others = [name for name in sequences if name not in T2_PLANES]
    return [*combinations(planes, 2), *((t2, other) for other in others for t2 in planes)]


def is_shown(first: str, second: str) -> bool:
    """Tell whether a page shows two scans: of the T2 scans the reference stands for the others."""
    return second in T2_PLANES or first == REFERENCE


def compare_scans(
    man: Man, scans: Sequence[ManScan], classes: Mapping[str, np.ndarray]
) -> list[Pair]:
    """Compare the scans of a man.

    Parameters
    ----------
    man
        Whose.
    scans
        His.
    classes
        By the name of the scan uint8, shape (K, J, I): 0 background, else 1 + index into
        `anatomy.BONES`.
    """
    seen = {scan.sequence: seen_by(scan, classes[scan.name]) for scan in scans}
    return [
        Pair(first, second, bone, agreement)
        for first, second in compared_scans(list(seen))
        for bone, agreement in compare_bones(man, seen[first], seen[second]).items()
    ]


def seen_by(scan: ManScan, classes: np.ndarray) -> Seen:
    """Lay classes of a scan's voxels, shape (K, J, I), on the common grid."""
    return Seen(scan.field, scan.field.sample(classes))


def compare_bones(man: Man, first: Seen, second: Seen) -> dict[str, Agreement]:
    """Compare each of `COMPARED_BONES` in two scans of a man."""
    return {
        bone: compare(first, second, BONES.index(bone) + 1, _is_there(man, bone, first, second))
        for bone in COMPARED_BONES
    }


def _is_there(man: Man, bone: str, first: Seen, second: Seen) -> bool:
    """Tell whether the shared field shows a bone: all of them were looked at for the pubis."""
    if bone != FEMUR:
        return True
    shown = sum(
        shared_share(first.field, second.field, head.points()) * head.millilitres
        for head in man.heads.values()
    )
    return shown >= NEARLY_EMPTY_ML
