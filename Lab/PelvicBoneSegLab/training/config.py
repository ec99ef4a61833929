"""The training configuration: a YAML file, checked on load."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.orientation import PLANES
from PelvicBoneSegLib.segmentation.preparation import STRIDE

from ..errors import ConfigurationError

_NUMBER = {"type": "number"}
_POSITIVE = {"type": "number", "exclusiveMinimum": 0}
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
    "scale": _RANGE,
    "shift": _RANGE,
    "flip": _NUMBER,
    "gamma": _RANGE,
    "contrast": _RANGE,
    "brightness": _RANGE,
    "bias_field": _RANGE,
    "noise": _RANGE,
    "blur": _NUMBER,
}
_AUGMENTATION = {
    "type": "object",
    "additionalProperties": False,
    "required": list(_AUGMENTATION_SETTINGS),
    "properties": _AUGMENTATION_SETTINGS,
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["seed", "datasets", "model", "training", "augmentation", "bundle", "output"],
    "properties": {
        "seed": {"type": "integer"},
        "output": {"type": "string"},
        "datasets": {"type": "array", "items": _DATASET, "minItems": 1},
        "model": {
            "type": "object",
            "additionalProperties": False,
            "required": [
                "architecture", "channel_offsets_mm", "spacing_mm", "percentiles", "planes",
                "encoder_weights",
            ],
            "properties": {
                "architecture": {"type": "object", "required": ["arch", "encoder_name"]},
                "channel_offsets_mm": {"type": "array", "items": _NUMBER, "minItems": 1},
                "spacing_mm": _POSITIVE,
                "percentiles": _RANGE,
                "planes": {
                    "type": "array", "items": {"enum": list(PLANES)}, "minItems": 1,
                },
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
                "weight_decay": _NUMBER,
                "warmup_epochs": _NUMBER,
                "ema_decay": _NUMBER,
                "validate_every": _COUNT,
                "device": {"enum": ["auto", "cpu", "cuda", "mps"]},
            },
        },
        "augmentation": _AUGMENTATION,
        "bundle": {
            "type": "object",
            "required": [
                "name", "version", "description", "intended_use", "licence", "training_data",
            ],
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
            The file is missing, no YAML, or breaks the schema; the message names the field.
        """
        try:
            content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise ConfigurationError(path, str(error).replace("\n", " ")) from error
        problem = next(Draft202012Validator(SCHEMA).iter_errors(_with_text_keys(content)), None)
        if problem is not None:
            raise ConfigurationError(path, f"{problem.json_path}: {problem.message}")
        data = os.environ.get("PELVICBONESEG_DATA", "../shared/data")
        for dataset in content["datasets"]:
            dataset["root"] = Path(dataset["root"].replace("${PELVICBONESEG_DATA}", data))
            dataset["labels"] = {int(k): v for k, v in dataset["labels"].items()}
        content["datasets"] = tuple(content["datasets"])
        content["output"] = Path(content["output"])
        return cls(path=Path(path), **content)


def _with_text_keys(content: Any) -> Any:
    """Return the content with all keys as text, which a JSON schema needs and YAML does not."""
    if isinstance(content, dict):
        return {str(key): _with_text_keys(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_text_keys(value) for value in content]
    return content
