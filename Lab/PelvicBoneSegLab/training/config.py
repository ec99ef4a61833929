"""The training configuration: a YAML file, checked on load."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from PelvicBoneSegLib.anatomy import BONES

from ..errors import ConfigurationError
from .config_file import read_content
from .defaults import with_defaults
from .schema import SCHEMA

_OF_A_TEACHER = ("teacher_band", "teacher_bones", "teacher_atlas")
_OF_SCANS = (
    "coverage", "patient", "planes", "teacher", *_OF_A_TEACHER, "validation", "weight"
)  # fmt: skip
"""Fields of a dataset that say something of scans, which label maps have not."""


@dataclass(frozen=True)
class TrainingConfig:
    """A checked configuration; the sections are the mappings of the YAML file.

    Attributes
    ----------
    path
        Where it was read from; relative folders in it start at the current folder.
    digest
        SHA-256 of its content, by which a checkpoint knows its configuration.
    """

    path: Path
    digest: str
    seed: int
    output: Path
    datasets: tuple[dict[str, Any], ...]
    model: dict[str, Any]
    training: dict[str, Any]
    augmentation: dict[str, Any]
    bundle: dict[str, Any]
    synthesis: dict[str, Any] | None = None

    @property
    def bones(self) -> tuple[str, ...]:
        """What the network tells apart, in the order of `anatomy.BONES`."""
        chosen = self.model.get("bones", BONES)
        return tuple(bone for bone in BONES if bone in chosen)

    @classmethod
    def load(cls, path: Path) -> TrainingConfig:
        """Read and check a configuration.

        ``${PELVICBONESEG_DATA}`` in a dataset's root is the environment variable, or
        ``../shared/data`` where that is unset.

        Raises
        ------
        ConfigurationError
            The file is missing, no YAML, or breaks the rules; the message names the field.
        """
        return cls.from_content(read_content(Path(path)), Path(path))

    @classmethod
    def from_content(cls, content: Any, path: Path) -> TrainingConfig:
        """Check what a YAML file held, with `defaults` for what it leaves out.

        Parameters
        ----------
        path
            For messages.

        Raises
        ------
        ConfigurationError
            As in `load`.
        BundleNotFoundError, BundleInvalidError
            The bundle of ``start_from`` cannot be read.
        """
        content = with_defaults(content)
        problem = _first_problem(content)
        if problem is not None:
            raise ConfigurationError(path, problem)
        digest = hashlib.sha256(json.dumps(_with_text_keys(content)).encode()).hexdigest()
        data = os.environ.get("PELVICBONESEG_DATA", "../shared/data")
        for dataset in content["datasets"]:
            dataset["root"] = Path(dataset["root"].replace("${PELVICBONESEG_DATA}", data))
            dataset["labels"] = {int(k): v for k, v in dataset["labels"].items()}
        content["datasets"] = tuple(content["datasets"])
        content["output"] = Path(content["output"])
        return cls(path=path, digest=digest, **content)


def _first_problem(content: Any) -> str | None:
    """Return the field and what is wrong with it, or None where all is well."""
    complaint = next(Draft202012Validator(SCHEMA).iter_errors(_with_text_keys(content)), None)
    if complaint is not None:
        return f"{complaint.json_path}: {complaint.message}"
    if not any(dataset.get("validation") for dataset in content["datasets"]):
        return "$.datasets: none names validation cases, by which the best epoch is chosen"
    low, high = content["model"]["percentiles"]
    if low >= high:
        return f"$.model.percentiles: {low} is not below {high}"
    for section in ("augmentation", "synthesis"):
        for name, setting in content.get(section, {}).items():
            if isinstance(setting, list) and setting[0] > setting[1]:
                return f"$.{section}.{name}: {setting[0]} is above {setting[1]}"
    return (
        _problem_of_datasets(content)
        or _problem_of_training(content["training"])
        or _problem_of_start(content)
    )


def _problem_of_training(training: dict[str, Any]) -> str | None:
    if training["batch_size"] % training.get("accumulate", 1):
        return "$.training.batch_size: it is no multiple of accumulate"
    if training.get("patience", training["validate_every"]) < training["validate_every"]:
        return "$.training.patience: it is below validate_every, so no epoch could be better"
    return None


def _problem_of_datasets(content: dict[str, Any]) -> str | None:
    shares = [
        one.get(kind, 0) for one in content["datasets"] for kind in ("weight", "synthetic_weight")
    ]
    if not any(shares):
        return "$.datasets: all weights are 0, so there is nothing to train on"
    for number, dataset in enumerate(content["datasets"]):
        try:
            re.compile(dataset.get("patient", ""))
        except re.error as error:
            return f"$.datasets[{number}].patient: it is no regular expression ({error})"
        of_scans = [field for field in _OF_SCANS if field in dataset and "label_maps" in dataset]
        if of_scans:
            return (
                f"$.datasets[{number}].{of_scans[0]}: label_maps are without scans, so only "
                "synthetic_weight goes with them"
            )
        problem = _problem_of_teacher(dataset, content["datasets"])
        if problem is not None:
            return f"$.datasets[{number}].{problem}"
    return None


def _problem_of_teacher(dataset: dict[str, Any], datasets: list[dict[str, Any]]) -> str | None:
    without = [field for field in _OF_A_TEACHER if field in dataset and "teacher" not in dataset]
    if without:
        return f"{without[0]}: there is no teacher"
    low, high = dataset.get("teacher_band", (0, 1))
    if low > high:
        return f"teacher_band: {low} is above {high}"
    complete = [one["name"] for one in datasets if one is not dataset and "label_maps" not in one]
    if "teacher_atlas" in dataset and dataset["teacher_atlas"] not in complete:
        return f"teacher_atlas: {dataset['teacher_atlas']} is no other dataset with scans"
    return None


def _problem_of_start(content: dict[str, Any]) -> str | None:
    model = content["model"]
    if "start_from" not in model:
        return None
    if Path(model["start_from"]).resolve() == Path(content["output"]).resolve():
        return "$.model.start_from: the output would replace it; name another output"
    if model["encoder_weights"] != "none":
        return "$.model.encoder_weights: start_from brings its own, so it has to be none"
    return None


def _with_text_keys(content: Any) -> Any:
    """Return the content with all keys as text, which a JSON schema needs and YAML does not."""
    if isinstance(content, dict):
        return {str(key): _with_text_keys(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_text_keys(value) for value in content]
    return content
