"""All figures of one bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE, SEGMENTS
from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.postprocess import bone_classes
from PelvicBoneSegLib.segmentation.segmenter import Segmenter
from PelvicBoneSegLib.segmentation.volume import Volume

from .agreement import NEARLY_EMPTY_ML, Agreement, Seen, compare, shared_share
from .data import ManScan, PelvisScan, complete_pelves, example_ct, men_scans, validation_cases
from .heads import look_for_head
from .men import MEN, T2_PLANES, Man
from .pubis_found import look_for_pubis
from .symmetry import ratio

COMPARED_BONES = (FEMUR, HIP_BONE)


@dataclass(frozen=True, eq=False)
class Cohort:
    """All scans, read once for any number of bundles.

    Attributes
    ----------
    men
        The scans of prostate_mr_multi.
    patients
        The validation patients of pelvic_mr_t1.
    ct
        The CT with automatic labels.
    complete
        Label maps with complete hip bones.
    """

    men: list[ManScan]
    patients: list[PelvisScan]
    ct: PelvisScan
    complete: list[PelvisScan]

    @classmethod
    def read(cls, data: Path) -> Cohort:
        """Read them from the data folder; see `data` for the errors."""
        return cls(
            men_scans(data),
            list(validation_cases(data)),
            example_ct(data),
            list(complete_pelves(data)),
        )

    def volumes(self) -> dict[str, Volume]:
        """Return what is segmented, by name."""
        men = {scan.name: scan.volume for scan in self.men}
        return {**men, **{one.name: one.volume for one in (*self.patients, self.ct)}}


def segment_all(bundle: Bundle, cohort: Cohort, device: str = "auto") -> dict[str, np.ndarray]:
    """Segment each scan on its own.

    Returns
    -------
    For each name of `Cohort.volumes` the label values of `anatomy.SEGMENTS`, uint8, (K, J, I).
    """
    segmenter = Segmenter(bundle, device)
    return {
        name: segmenter.segment(volume, bundle.bones).labels
        for name, volume in cohort.volumes().items()
    }


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
            "pairs": _measure_pairs(man, scans, classes),
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


def _measure_pairs(
    man: Man, scans: list[ManScan], classes: Mapping[str, np.ndarray]
) -> list[dict[str, Any]]:
    seen = {
        scan.sequence: Seen(scan.field, scan.field.sample(classes[scan.name])) for scan in scans
    }
    planes = [name for name in T2_PLANES if name in seen]
    others = [name for name in seen if name not in T2_PLANES]
    pairs = [*combinations(planes, 2), *((t2, other) for other in others for t2 in planes)]
    return [
        {"first": first, "second": second, "bone": bone,
         **_figures(compare(seen[first], seen[second], BONES.index(bone) + 1,
                            _is_there(man, bone, seen[first], seen[second])))}
        for first, second in pairs
        for bone in COMPARED_BONES
    ]  # fmt: skip


def _is_there(man: Man, bone: str, first: Seen, second: Seen) -> bool:
    """Tell whether the shared field shows a bone: all of them were looked at for the pubis."""
    if bone != FEMUR:
        return True
    shown = sum(
        shared_share(first.field, second.field, head.points()) * head.millilitres
        for head in man.heads.values()
    )
    return shown >= NEARLY_EMPTY_ML


def _figures(one: Agreement) -> dict[str, Any]:
    return {**_rounded(asdict(one) | {"score": one.score}), "outcome": one.outcome.value}


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
