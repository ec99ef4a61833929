"""All figures of one bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, HIP_BONE, SEGMENTS
from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.segmentation.postprocess import bone_classes

from .ceiling import Ceilings
from .cohort import Cohort
from .data import ManScan, PelvisScan
from .heads import look_for_head
from .men import MEN, Man
from .motion import Motion
from .pairs import COMPARED_BONES, Pair, compare_bones, compare_scans, seen_by
from .pubis_found import look_for_pubis
from .symmetry import ratio


def measure(cohort: Cohort, labels: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return every figure, as JSON can hold it; millilitres, millimetres, shares of 1.

    Parameters
    ----------
    cohort
        The scans.
    labels
        As `segment_all` returns them.
    """
    classes = {name: bone_classes(one) for name, one in labels.items()}
    men = {}
    for man in MEN:
        scans = [scan for scan in cohort.men if scan.man is man]
        men[man.name] = {
            "scans": {scan.sequence: _measure_scan(scan, classes[scan.name]) for scan in scans},
            "pairs": _measure_pairs(man, compare_scans(man, scans, classes), cohort.ceilings),
            "motions": [
                _measure_motion(motion, ceilings, classes)
                for motion, ceilings in cohort.motions
                if motion.first.man is man
            ],
        }
    found = [(one, classes[one.name]) for one in cohort.patients]
    return {
        "men": men,
        "example_ct": _measure_ct(cohort.ct, labels[cohort.ct.name]),
        "pubis": {
            "complete": {
                one.name: _measure_pubis(one, one.truth.mask(HIP_BONE)) for one in cohort.complete
            },
            "manual": {
                one.name: _measure_pubis(one, one.truth.mask(HIP_BONE)) for one in cohort.patients
            },
            "found": {
                one.name: _measure_pubis(one, array == BONES.index(HIP_BONE) + 1)
                for one, array in found
            },
        },
    }


def _measure_scan(scan: ManScan, classes: np.ndarray) -> dict[str, Any]:
    volume, man = scan.volume, scan.man
    heads = {}
    for side, head in man.heads.items():
        found = look_for_head(head, side, classes, volume, scan.field)
        heads[side] = {
            **_rounded(asdict(found)), "counted": found.is_counted, "plausible": found.is_plausible
        }  # fmt: skip
    symmetry = {}
    for bone in COMPARED_BONES:
        left, right = scan.symmetric.millilitres(classes, BONES.index(bone) + 1)
        symmetry[bone] = _rounded({"left_ml": left, "right_ml": right, "ratio": ratio(left, right)})
    hip_bone = classes == BONES.index(HIP_BONE) + 1
    pubis = look_for_pubis(hip_bone, volume.ijk_to_lps, man.frame)
    return {
        "plane": volume.axes.acquisition_plane,
        "ml": _rounded(
            {
                bone: np.count_nonzero(classes == value) * volume.voxel_volume_mm3 / 1000
                for value, bone in enumerate(BONES, start=1)
            }
        ),
        "heads": heads,
        "symmetry": symmetry,
        "pubis": {**_rounded(asdict(pubis)), "meet": pubis.meet},
    }


def _measure_pairs(man: Man, found: list[Pair], ceilings: Ceilings) -> list[dict[str, Any]]:
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "bone": pair.bone,
            **_rounded(asdict(pair.agreement)),
            **_rounded(
                {
                    "score": pair.agreement.score,
                    "goal": pair.goal,
                    "ceiling": ceilings.get((man.name, pair.first, pair.second, pair.bone)),
                }
            ),
            "outcome": pair.agreement.outcome.value,
        }
        for pair in found
    ]


def _measure_motion(
    motion: Motion, ceilings: Mapping[str, float], classes: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    first, second = (
        seen_by(scan, classes[scan.name]) for scan in (motion.first, motion.second_in_place)
    )
    in_place = {
        bone: found.score for bone, found in compare_bones(motion.first.man, first, second).items()
    }
    return {
        "first": motion.first.sequence,
        "second": motion.second.sequence,
        "mm": [round(float(value), 2) for value in motion.mm],
        "uncertain_mm": round(motion.uncertain_mm, 2),
        "in_place": _rounded(in_place),
        "ceilings": _rounded(ceilings),
    }


def _measure_ct(ct: PelvisScan, labels: np.ndarray) -> dict[str, Any]:
    """Return Dice by segment; None where neither has the bone."""
    return _rounded(
        {
            one.id: Overlap.of(labels == one.label, ct.truth.mask(one.bone, one.side or "")).dice
            for one in SEGMENTS
        }
    )


def _measure_pubis(scan: PelvisScan, hip_bone: np.ndarray) -> dict[str, Any]:
    found = look_for_pubis(hip_bone, scan.volume.ijk_to_lps, scan.frame)
    return {**_rounded(asdict(found)), "meet": found.meet}


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: round(float(value), 4) if isinstance(value, float) else value
        for name, value in values.items()
    }
