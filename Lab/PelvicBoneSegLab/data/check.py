"""Look at all files of a configuration before anything is trained, and name every fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..coverage import silent_voxels
from ..coverage.provenance import Provenance
from ..errors import CoverageError, TrainingDataError, TrainingDataFaults
from .case_files import (
    check_same_geometry,
    check_values,
    class_indices_of,
    label_path_of,
    read_image,
    read_scan_file,
)
from .cases import check_coverage_cases
from .data_check import DataCheck
from .label_map_check import check_label_maps
from .split import case_name, case_paths, split_paths
from .suspicions import CaseFacts, suspicions

if TYPE_CHECKING:
    from ..training.config import TrainingConfig


def check_data(config: TrainingConfig) -> DataCheck:
    """Look at every file that a training of a configuration reads."""
    check = DataCheck()
    for dataset in config.datasets:
        if "label_maps" not in dataset:
            _check_dataset(dataset, check)
        elif dataset["synthetic_weight"]:
            check_label_maps(dataset, check)
    return check


@contextmanager
def all_faults_named(config: TrainingConfig) -> Iterator[None]:
    """Name every fault of the data where the first one raises within.

    Raises
    ------
    TrainingDataFaults
        In place of `TrainingDataError` and `CoverageError`. Sound data are not looked at again.
    """
    try:
        yield
    except (TrainingDataError, CoverageError) as error:
        faults = check_data(config).faults or [str(error)]
        raise TrainingDataFaults(config.path, faults) from error


def _check_dataset(dataset: dict[str, Any], check: DataCheck) -> None:
    paths: list[Path] = []
    with check.noting():
        paths = case_paths(dataset)
        split_paths(dataset, validation=False)
    if not paths:
        return
    with check.noting():
        check_coverage_cases(dataset)
    facts = [_check_case(path, dataset, check) for path in paths]
    check.cases += len(paths)
    check.suspicions += _labels_alone(dataset, paths)
    check.suspicions += suspicions(dataset["name"], [one for one in facts if one])


def _labels_alone(dataset: dict[str, Any], images: list[Path]) -> list[str]:
    names = {path.name for path in images}
    return [
        f"{dataset['name']}, {case_name(path)}: there is no image for its label map, so it is left "
        "out. Add the image, or remove the label map."
        for path in sorted((dataset["root"] / "labels").glob("*.nii.gz"))
        if path.name not in names
    ]


def _check_case(path: Path, dataset: dict[str, Any], check: DataCheck) -> CaseFacts | None:
    """Look at one case; return what is to be compared with others, if it has no fault."""
    before, name = len(check.faults), case_name(path)
    volume = labels = label_image = classes = provenance = None
    with check.noting():
        volume = read_scan_file(path)
    with check.noting():
        labels = label_path_of(path)
        label_image = read_image(labels)
    if labels and label_image:
        with check.noting():
            check_values(label_image, dataset["labels"], labels)
        with check.noting():
            classes = class_indices_of(label_image, dataset["labels"], labels)
        if volume:
            with check.noting():
                check_same_geometry(path, label_image, labels)
    with check.noting():
        provenance = Provenance.read(dataset["root"], name)
    if volume is None or classes is None or len(check.faults) > before:
        return None
    rules = [*dataset.get("coverage", ()), *(provenance.rules if provenance else ())]
    with check.noting():
        silent_voxels(name, volume, classes, rules)
    return CaseFacts.of(name, volume, classes, rules, provenance)
