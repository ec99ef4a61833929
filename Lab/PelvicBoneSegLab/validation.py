"""How good a bundle is on the validation patients, through the whole pipeline.

`python -m PelvicBoneSegLab.validation CONFIG --bundle NAME|DIR` prints the table; with
`--write` it becomes the bundle's ``metrics``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.postprocess import bone_classes
from PelvicBoneSegLib.segmentation.segmenter import Segmenter

from .data.cases import (
    LabelledScan,
    covered_dice_by_bone,
    covered_voxels,
    dice_by_bone,
    validation_scans,
)
from .training.bundle_writer import with_metrics, write_bundle
from .training.config import TrainingConfig


def validate(bundle: Bundle, scans: Iterable[LabelledScan], device: str = "auto") -> dict[str, Any]:
    """Segment labelled scans and compare, left and right taken together as in the labels.

    Parameters
    ----------
    bundle
        What to measure.
    scans
        Scans with the truth.
    device
        Where to run.

    Returns
    -------
    The ``metrics`` of `bundle.json`: 3D Dice by case and bone, their mean, the same over what the
    labels cover in cases whose labels leave something open, and the median Dice per slice by bone:
    of the slices in which truth or prediction show the bone, and of those in which the truth does,
    there over what the labels cover.
    """
    segmenter = Segmenter(bundle, device)
    cases: dict[str, dict[str, float | None]] = {}
    covered: dict[str, dict[str, float | None]] = {}
    slices: dict[str, list[float]] = {bone: [] for bone in bundle.bones}
    drawn: dict[str, list[float]] = {bone: [] for bone in bundle.bones}
    for scan in scans:
        result = segmenter.segment(scan.volume, bundle.bones)
        found = bone_classes(result.labels)
        by_bone = dice_by_bone(found, scan.labels)
        cases[scan.name] = {bone: by_bone[bone] for bone in bundle.bones}
        if scan.silent.any():
            by_bone = covered_dice_by_bone(found, scan)
            covered[scan.name] = {bone: by_bone[bone] for bone in bundle.bones}
        for bone in bundle.bones:
            index = BONES.index(bone) + 1
            mask, truth = found == index, scan.labels == index
            slices[bone] += _slice_dice(mask, truth, result.slice_axis)
            shown = truth.any(axis=_others(result.slice_axis), keepdims=True)
            covered_mask = mask & shown & covered_voxels(scan, index)
            drawn[bone] += _slice_dice(covered_mask, truth, result.slice_axis)
    known = [value for case in cases.values() for value in case.values() if value is not None]
    return {
        "dataset": "validation patients, masks after post-processing",
        "cases": list(cases),
        "dice": {name: _rounded(case) for name, case in cases.items()},
        **_covered(covered),
        "mean_dice": round(mean(known), 4),
        "median_slice_dice": _medians(slices),
        "covered_median_slice_dice": _medians(drawn),
    }


def format_table(metrics: dict[str, Any]) -> str:
    """Lay the metrics out as text: a row a case, a column a bone.

    *Covered* is the same case where its masks say whether a bone is there; *drawn* are slices in
    which its mask shows the bone.
    """
    covered = metrics.get("covered_dice", {})
    rows = [
        *metrics["dice"].items(),
        *((f"{name}, covered", case) for name, case in covered.items()),
        ("slices, median", metrics["median_slice_dice"]),
        ("… drawn, covered", metrics["covered_median_slice_dice"]),
    ]
    lines = [f"{'3D Dice':18}" + "".join(f"{bone:>14}" for bone in BONES)]
    for name, case in rows:
        cells = "".join(
            f"{'–' if case.get(bone) is None else format(case[bone], '.3f'):>14}" for bone in BONES
        )
        lines.append(f"{name:18}{cells}")
    lines.append(f"mean 3D Dice over bones and patients: {metrics['mean_dice']:.4f}")
    if covered:
        known = [dice for case in {**metrics["dice"], **covered}.values() for dice in case.values()]
        in_both = mean(dice for dice in known if dice is not None)
        lines.append(f"the same where the masks say whether a bone is there: {in_both:.4f}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure a bundle on its validation patients.")
    parser.add_argument("config", type=Path, help="training configuration that names the data")
    parser.add_argument("--bundle", default="default", help="installed bundle or folder")
    parser.add_argument("--write", action="store_true", help="store the result in the bundle")
    options = parser.parse_args(arguments)
    bundle = Bundle.load(options.bundle)
    metrics = validate(bundle, validation_scans(TrainingConfig.load(options.config).datasets))
    print(format_table(metrics))
    if options.write:
        write_bundle(with_metrics(bundle, metrics), bundle.path)


def _slice_dice(prediction: np.ndarray, truth: np.ndarray, axis: int) -> list[float]:
    """Return the Dice of every slice that has any of both."""
    pairs = zip(*(np.moveaxis(mask, axis, 0) for mask in (prediction, truth)), strict=True)
    values = (Overlap.of(*pair).dice for pair in pairs)
    return [value for value in values if value is not None]


def _others(axis: int) -> tuple[int, ...]:
    return tuple(other for other in range(3) if other != axis)


def _medians(values: dict[str, list[float]]) -> dict[str, float | None]:
    return _rounded({bone: median(some) if some else None for bone, some in values.items()})


def _covered(cases: dict[str, dict[str, float | None]]) -> dict[str, Any]:
    rounded = {name: _rounded(case) for name, case in cases.items()}
    return {"covered_dice": rounded} if rounded else {}


def _rounded(values: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 4) for name, value in values.items()}


if __name__ == "__main__":
    main()
