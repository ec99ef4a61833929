"""The training configuration: a YAML file, checked on load."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation import bundle as bundle_module
from PelvicBoneSegLib.segmentation.preparation import STRIDE

from ..errors import ConfigurationError

# What goes into the bundle follows the bundle's own rules, so that faults show before training.
_BUNDLE_SCHEMA: dict[str, Any] = json.loads(
    Path(bundle_module.__file__).with_name("bundle.schema.json").read_text(encoding="utf-8")
)
_IN_BUNDLE: dict[str, Any] = _BUNDLE_SCHEMA["properties"]
_BUNDLE_FIELDS = ("name", "version", "description", "intended_use", "licence", "training_data")
_OPTIONAL_BUNDLE_FIELDS = ("trained_on",)

_NUMBER = {"type": "number"}
_POSITIVE = {"type": "number", "exclusiveMinimum": 0}
_NOT_NEGATIVE = {"type": "number", "minimum": 0}
_PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}
_COUNT = {"type": "integer", "minimum": 1}
_RANGE = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}

_DATASET = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "root", "labels", "weight"],
    "properties": {
        "name": {"type": "string"},
        "root": {"type": "string"},
        "labels": {
            "type": "object",
            "propertyNames": {"pattern": "^[1-9][0-9]*$"},
            "additionalProperties": {"enum": list(BONES)},
        },
        "validation": {"type": "array", "items": {"type": "string"}},
        "weight": _POSITIVE,
    },
}

_AUGMENTATION_SETTINGS: dict[str, Any] = {
    "rotation_deg": _RANGE,
    "scale": {**_RANGE, "items": _POSITIVE},
    "shift": _RANGE,
    "flip": _PROBABILITY,
    "gamma": _RANGE,
    "contrast": _RANGE,
    "brightness": _RANGE,
    "bias_field": _RANGE,
    "noise": _RANGE,
    "blur": _PROBABILITY,
}
_AUGMENTATION = {
    "type": "object",
    "additionalProperties": False,
    "required": list(_AUGMENTATION_SETTINGS),
    "properties": _AUGMENTATION_SETTINGS,
}

SCHEMA: dict[str, Any] = {
    "$defs": _BUNDLE_SCHEMA["$defs"],
    "type": "object",
    "additionalProperties": False,
    "required": ["seed", "datasets", "model", "training", "augmentation", "bundle", "output"],
    "properties": {
        "seed": {"type": "integer"},
        "output": {"type": "string", "minLength": 1},
        "datasets": {"type": "array", "items": _DATASET, "minItems": 1},
        "model": {
            "type": "object",
            "additionalProperties": False,
            "required": [
                "architecture", "channel_offsets_mm", "spacing_mm", "percentiles", "planes",
                "encoder_weights",
            ],
            "properties": {
                "architecture": _IN_BUNDLE["architecture"],
                "channel_offsets_mm": _IN_BUNDLE["channel_offsets_mm"],
                "spacing_mm": _IN_BUNDLE["spacing_mm"],
                "percentiles": _IN_BUNDLE["normalisation"]["properties"]["percentiles"],
                "planes": _IN_BUNDLE["planes"],
                "encoder_weights": {"enum": ["imagenet", "none"]},
            },
        },
        "training": {
            "type": "object",
            "additionalProperties": False,
            "required": [
                "epochs", "slices_per_epoch", "batch_size", "patch", "learning_rate",
                "weight_decay", "warmup_epochs", "ema_decay", "validate_every", "device",
            ],
            "properties": {
                "epochs": _COUNT,
                "slices_per_epoch": _COUNT,
                "batch_size": _COUNT,
                "patch": {**_COUNT, "multipleOf": STRIDE},
                "learning_rate": _POSITIVE,
                "weight_decay": _NOT_NEGATIVE,
                "warmup_epochs": _NOT_NEGATIVE,
                "ema_decay": _PROBABILITY,
                "validate_every": _COUNT,
                "device": {"enum": ["auto", "cpu", "cuda", "mps"]},
            },
        },
        "augmentation": _AUGMENTATION,
        "bundle": {
            "type": "object",
            "additionalProperties": False,
            "required": list(_BUNDLE_FIELDS),
            "properties": {
                name: _IN_BUNDLE[name] for name in _BUNDLE_FIELDS + _OPTIONAL_BUNDLE_FIELDS
            },
        },
    },
}  # fmt: skip


@dataclass(frozen=True)
class TrainingConfig:
    """A checked configuration; the sections are the mappings of the YAML file.

    Attributes
    ----------
    path
        Where it was read from; relative folders in it start at the current folder.
    """

    path: Path
    seed: int
    output: Path
    datasets: tuple[dict[str, Any], ...]
    model: dict[str, Any]
    training: dict[str, Any]
    augmentation: dict[str, Any]
    bundle: dict[str, Any]

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
        try:
            content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError(path, str(error).replace("\n", " ")) from error
        problem = _first_problem(content)
        if problem is not None:
            raise ConfigurationError(path, problem)
        data = os.environ.get("PELVICBONESEG_DATA", "../shared/data")
        for dataset in content["datasets"]:
            dataset["root"] = Path(dataset["root"].replace("${PELVICBONESEG_DATA}", data))
            dataset["labels"] = {int(k): v for k, v in dataset["labels"].items()}
        content["datasets"] = tuple(content["datasets"])
        content["output"] = Path(content["output"])
        return cls(path=Path(path), **content)


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
    for name, setting in content["augmentation"].items():
        if isinstance(setting, list) and setting[0] > setting[1]:
            return f"$.augmentation.{name}: {setting[0]} is above {setting[1]}"
    return None


def _with_text_keys(content: Any) -> Any:
    """Return the content with all keys as text, which a JSON schema needs and YAML does not."""
    if isinstance(content, dict):
        return {str(key): _with_text_keys(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_text_keys(value) for value in content]
    return content
