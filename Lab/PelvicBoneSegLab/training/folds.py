"""Cross-validation: all cases are held out once, by patient."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from PelvicBoneSegLib.segmentation.bundle import describe_bundle

from ..data.split import cases_by_patient
from ..errors import FoldError
from .config import TrainingConfig


def fold_of(config: TrainingConfig, number: int, count: int) -> TrainingConfig:
    """Return the configuration of one fold.

    The patients of every dataset that names validation cases are dealt out to the folds, by the
    seed; this fold's are held out and all others trained on. Datasets without validation cases
    are trained on in every fold. The output's folder and the bundle's name end in the fold; so do
    those of the bundle to start from and of teachers, where that fold of them was trained.

    Parameters
    ----------
    number, count
        Which fold, from 1, of how many.

    Raises
    ------
    FoldError
        There is no such fold, a dataset has fewer patients than folds, or a bundle to start from
        or a teacher has seen patients of the dataset, and that fold of it was not trained.
    BundleNotFoundError, BundleInvalidError
        Such a bundle cannot be read.
    TrainingDataError
        A dataset has no cases, or its cases cannot be assigned to patients.
    """
    if not 1 <= number <= count or count < 2:
        raise FoldError(f"{number}/{count}", "the form is K/N, with 1 ≤ K ≤ N and N at least 2")
    ending = f"-fold{number}of{count}"
    dealt = {one["name"] for one in config.datasets if one.get("validation")}

    def stage(bundle: str) -> str:
        return _stage_of(bundle, ending, dealt)

    datasets = tuple(_fold_of(one, number, count, config.seed) for one in config.datasets)
    return replace(
        config,
        digest=hashlib.sha256(f"{config.digest}{ending}".encode()).hexdigest(),
        output=config.output.with_name(config.output.name + ending),
        datasets=tuple(_with(one, "teacher", stage) for one in datasets),
        model=_with(config.model, "start_from", stage),
        bundle={**config.bundle, "name": config.bundle["name"] + ending},
    )


def parse_fold(text: str) -> tuple[int, int]:
    """Read ``K/N``.

    Raises
    ------
    FoldError
        It has another form.
    """
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal()):
        raise FoldError(text, "the form is K/N, as in 2/5")
    return int(number), int(count)


def _fold_of(dataset: dict[str, Any], number: int, count: int, seed: int) -> dict[str, Any]:
    if not dataset.get("validation"):
        return dataset
    patients = cases_by_patient(dataset)
    if len(patients) < count:
        raise FoldError(
            f"{number}/{count}", f"dataset {dataset['name']} has {len(patients)} patients"
        )
    order = np.random.default_rng(seed).permutation(sorted(patients))
    held_out = [case for patient in order[number - 1 :: count] for case in patients[patient]]
    return {**dataset, "validation": sorted(held_out)}


def _with(section: dict[str, Any], field: str, change: Callable[[str], str]) -> dict[str, Any]:
    return {**section, field: change(section[field])} if field in section else section


def _stage_of(bundle: str, ending: str, dealt: set[str]) -> str:
    """Return the bundle's fold where it was trained, else the bundle if it saw no such patients."""
    own = f"{bundle}{ending}"
    if Path(own).is_dir():
        return own
    seen = dealt & {one["name"] for one in describe_bundle(bundle)["training_data"]}
    if seen:
        raise FoldError(
            ending.removeprefix("-fold").replace("of", "/"),
            f"{bundle} was trained on {', '.join(sorted(seen))}, with patients that this fold "
            f"holds out; train the same fold of it first, which writes {own}",
        )
    return bundle
