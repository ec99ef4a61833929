"""What perfect masks would reach: no two grids of thick slices agree wholly on one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

import numpy as np
from scipy.ndimage import affine_transform

from PelvicBoneSegLib.anatomy import BONES

from .data import ManScan, PelvisScan, classes_of
from .men import MEN
from .motion import Motion
from .pairs import COMPARED_BONES, compare_bones, compare_scans, seen_by

Ceilings = Mapping[tuple[str, str, str, str], float]
"""Mean Dice by man, first scan, second scan and bone; only where the bone is there."""


def ceilings_of(men: Sequence[ManScan], pelves: Sequence[PelvisScan]) -> Ceilings:
    """Measure label maps of other patients as if they were those of the men.

    Parameters
    ----------
    men
        The scans.
    pelves
        Label maps in which hip bones and femurs are complete.
    """
    scores: dict[tuple[str, str, str, str], list[float]] = {}
    for pelvis in pelves:
        classes = _compared_classes(pelvis)
        placed = {scan.name: placed_in(scan, pelvis, classes) for scan in men}
        for man in MEN:
            for pair in compare_scans(man, [scan for scan in men if scan.man is man], placed):
                if pair.agreement.score is not None:
                    key = (man.name, pair.first, pair.second, pair.bone)
                    scores.setdefault(key, []).append(pair.agreement.score)
    return {key: mean(values) for key, values in scores.items()}


def ceilings_as_moved(motion: Motion, pelves: Sequence[PelvisScan]) -> dict[str, float]:
    """Measure the same of two scans between which the man moved, by bone.

    Parameters
    ----------
    motion
        The scans, and how he lay in the second.
    pelves
        As for `ceilings_of`.
    """
    scores: dict[str, list[float]] = {}
    for pelvis in pelves:
        classes = _compared_classes(pelvis)
        first = seen_by(motion.first, placed_in(motion.first, pelvis, classes))
        moved = placed_in(motion.second_in_place, pelvis, classes)
        found = compare_bones(motion.first.man, first, seen_by(motion.second, moved))
        for bone, agreement in found.items():
            if agreement.score is not None:
                scores.setdefault(bone, []).append(agreement.score)
    return {bone: mean(values) for bone, values in scores.items()}


def _compared_classes(pelvis: PelvisScan) -> np.ndarray:
    classes = classes_of(pelvis.truth)
    classes[~np.isin(classes, [BONES.index(bone) + 1 for bone in COMPARED_BONES])] = 0
    return classes


def placed_in(scan: ManScan, pelvis: PelvisScan, classes: np.ndarray) -> np.ndarray:
    """Return the classes of a pelvis in the voxels of a scan, nearest voxel.

    The femoral heads of the pelvis are laid on those of the man; their distance makes the size.

    Parameters
    ----------
    scan
        Whose voxels.
    pelvis
        Where the classes come from.
    classes
        Its classes, shape (K, J, I).
    """
    here, there = scan.man.frame, pelvis.frame
    to_lps, from_lps = scan.volume.ijk_to_lps, np.linalg.inv(pelvis.volume.ijk_to_lps)
    turn = there.distance_mm / here.distance_mm * there.axes.T @ here.axes
    matrix = from_lps[:3, :3] @ turn @ to_lps[:3, :3]
    start = there.origin + turn @ (to_lps[:3, 3] - here.origin)
    offset = from_lps[:3, :3] @ start + from_lps[:3, 3]
    return affine_transform(
        classes, matrix[::-1, ::-1], offset[::-1], scan.volume.voxels.shape, order=0
    )
