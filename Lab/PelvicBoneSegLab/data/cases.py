"""Scans with their label maps, and what the labels leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.segmentation.volume import Volume

from ..coverage import provenance_rules, silent_voxels
from ..errors import TrainingDataError
from .case_files import (
    check_same_geometry,
    check_values,
    class_indices_of,
    label_path_of,
    read_image,
    read_scan_file,
)
from .split import case_name, case_paths, split_paths


@dataclass(frozen=True, eq=False)
class LabelledScan:
    """A scan and its bones.

    Attributes
    ----------
    name
        File name without ``.nii.gz``.
    volume
        The scan.
    labels
        uint8, shape (K, J, I); class indices: 0 background, then one more than the index in
        `anatomy.BONES`.
    silent
        uint8, shape (K, J, I); bit b is set where the labels do not say whether `anatomy.BONES[b]`
        is there. It counts only where `labels` is background.
    """

    name: str
    volume: Volume
    labels: np.ndarray
    silent: np.ndarray


def iterate_scans(dataset: dict[str, Any], *, validation: bool) -> Iterator[LabelledScan]:
    """Read the scans of one side of a dataset's split.

    Parameters
    ----------
    dataset
        A ``datasets`` entry of the configuration: ``root`` holds ``images/`` and ``labels/`` with
        equal file names.
    validation
        Whether to yield the validation cases or the others.

    Raises
    ------
    TrainingDataError
        The split is impossible, see `split.split_paths`; no readable label map beside an image,
        different geometry, a label value that the configuration does not name, no labelled
        voxel, or a coverage for cases that are not there.
    CoverageError
        A rule of coverage cannot be applied to a case.
    """
    check_coverage_cases(dataset)
    for path in split_paths(dataset, validation=validation):
        yield _read_scan(path, dataset)


def check_coverage_cases(dataset: dict[str, Any]) -> None:
    """Check that the coverage of a dataset names none but its cases.

    Raises
    ------
    TrainingDataError
        A rule would hold for nothing; all such names are told.
    """
    named = {case for rule in dataset.get("coverage", ()) for case in rule.get("cases", ())}
    missing = sorted(named - {case_name(path) for path in case_paths(dataset)}) if named else []
    if missing:
        raise TrainingDataError(
            dataset["root"], f"its coverage names cases that it has not: {', '.join(missing)}"
        )


def validation_scans(datasets: Iterable[dict[str, Any]]) -> list[LabelledScan]:
    """Read the validation cases of all datasets; see `iterate_scans` for the errors."""
    return [
        scan
        for dataset in datasets
        if dataset.get("validation")
        for scan in iterate_scans(dataset, validation=True)
    ]


def dice_by_bone(prediction: np.ndarray, truth: np.ndarray) -> dict[str, float | None]:
    """Compare two arrays of class indices as in `LabelledScan`; None where both lack a bone."""
    return {
        bone: Overlap.of(prediction == index, truth == index).dice
        for index, bone in enumerate(BONES, start=1)
    }


def covered_dice_by_bone(prediction: np.ndarray, scan: LabelledScan) -> dict[str, float | None]:
    """Compare as `dice_by_bone`, for each bone where the labels say whether it is there."""
    return {
        bone: Overlap.of(
            (prediction == index) & covered_voxels(scan, index), scan.labels == index
        ).dice
        for index, bone in enumerate(BONES, start=1)
    }


def covered_voxels(scan: LabelledScan, index: int) -> np.ndarray:
    """Return where the labels say whether the bone of this class index is there."""
    return (scan.labels > 0) | (scan.silent >> (index - 1) & 1 == 0)


def class_indices(channels: np.ndarray, bones: tuple[str, ...]) -> np.ndarray:
    """Turn channel numbers of a network that knows `bones` into class indices."""
    return np.array([0, *(BONES.index(bone) + 1 for bone in bones)], np.uint8)[channels]


def _read_scan(path: Path, dataset: dict[str, Any]) -> LabelledScan:
    label_path = label_path_of(path)
    volume, label_image = read_scan_file(path), read_image(label_path)
    check_same_geometry(path, label_image, label_path)
    check_values(label_image, dataset["labels"], label_path)
    labels = class_indices_of(label_image, dataset["labels"], label_path)
    name = case_name(path)
    rules = [*dataset.get("coverage", ()), *provenance_rules(dataset["root"], name)]
    silent = silent_voxels(name, volume, labels, rules)
    return LabelledScan(name, volume, labels, silent)
