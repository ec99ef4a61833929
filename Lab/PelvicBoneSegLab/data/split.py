"""Which cases of a dataset are trained on and which are held out, by patient."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import TrainingDataError

_SUFFIX = ".nii.gz"


def case_name(path: Path) -> str:
    """Return the file's name without ``.nii.gz``."""
    return path.name.removesuffix(_SUFFIX)


def case_paths(dataset: dict[str, Any]) -> list[Path]:
    """Return the images of a dataset, by name.

    Raises
    ------
    TrainingDataError
        There are none.
    """
    paths = sorted((dataset["root"] / "images").glob(f"*{_SUFFIX}"))
    if not paths:
        raise TrainingDataError(dataset["root"], "no images for any case")
    return paths


def cases_by_patient(dataset: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names of the cases of each patient.

    A case is a patient of its own unless the dataset's ``patient``, a regular expression, says
    otherwise: what it finds in the case's name (its first group, where it has one) is the patient.

    Raises
    ------
    TrainingDataError
        There are no cases, or the expression does not find a patient in one.
    """
    expression = re.compile(dataset.get("patient", ".*"))
    patients: dict[str, list[str]] = {}
    for path in case_paths(dataset):
        found = expression.search(case_name(path))
        patient = found and found[1 if expression.groups else 0]
        if not patient:
            raise TrainingDataError(path, f"{expression.pattern!r} finds no patient in its name")
        patients.setdefault(patient, []).append(case_name(path))
    return patients


def split_paths(dataset: dict[str, Any], *, validation: bool) -> list[Path]:
    """Return the images of one side of a dataset's split.

    Raises
    ------
    TrainingDataError
        There are no cases, a validation case is missing, none is left to train on, or a patient
        is on both sides.
    """
    held_out = set(dataset.get("validation", ()))
    paths = case_paths(dataset)
    missing = held_out - {case_name(path) for path in paths}
    if missing:
        raise TrainingDataError(dataset["root"], f"no images for {', '.join(sorted(missing))}")
    for patient, cases in cases_by_patient(dataset).items():
        inside = held_out & set(cases)
        if inside and inside != set(cases):
            raise TrainingDataError(
                dataset["root"],
                f"patient {patient} is trained on ({', '.join(sorted(set(cases) - inside))}) and "
                f"validated on ({', '.join(sorted(inside))}); name all of the patient's cases in "
                "`validation`, or none",
            )
    chosen = [path for path in paths if (case_name(path) in held_out) == validation]
    if not chosen and not validation:
        raise TrainingDataError(
            dataset["root"], "all its cases are for validation, none is left to train on"
        )
    return chosen
