"""The rules of the training configuration, as a JSON schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation import bundle as bundle_module
from PelvicBoneSegLib.segmentation.orientation import PLANES
from PelvicBoneSegLib.segmentation.preparation import STRIDE

from ..coverage import COVERAGE_SCHEMA
from ..record_schema import record_schema
from ..synthesis import SYNTHESIS_SCHEMA

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
_RANGE = {"type": "array", "items": _POSITIVE, "minItems": 2, "maxItems": 2}

_DATASET = record_schema(
    {
        "name": {"type": "string"},
        "root": {"type": "string"},
        "labels": {
            "type": "object",
            "propertyNames": {"pattern": "^[1-9][0-9]*$"},
            "additionalProperties": {"enum": list(BONES)},
        },
    },
    {
        "patient": {"type": "string", "minLength": 1},
        "validation": {"type": "array", "items": {"type": "string"}},
        "coverage": COVERAGE_SCHEMA,
        "label_maps": record_schema({"labels": {"type": "string"}, "body": {"type": "string"}}),
        # A bundle that answers where the labels are silent.
        "teacher": {"type": "string", "minLength": 1},
        # Of its probabilities: below the first may be background, from the second on is bone.
        "teacher_band": {
            "type": "array",
            "prefixItems": [_PROBABILITY, {**_PROBABILITY, "exclusiveMinimum": 0}],
            "minItems": 2,
            "maxItems": 2,
        },
        # For these alone it answers.
        "teacher_bones": {
            "type": "array",
            "items": {"enum": list(BONES)},
            "minItems": 1,
            "uniqueItems": True,
        },
        # Name of a dataset whose bones are complete; they say where the teacher's can be.
        "teacher_atlas": {"type": "string"},
        "planes": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"enum": list(PLANES)},
            "additionalProperties": _POSITIVE,
        },
        "weight": _NOT_NEGATIVE,
        "synthetic_weight": _NOT_NEGATIVE,
    },
)
_MODEL = record_schema(
    {
        "architecture": _IN_BUNDLE["architecture"],
        "channel_offsets_mm": _IN_BUNDLE["channel_offsets_mm"],
        "spacing_mm": _IN_BUNDLE["spacing_mm"],
        "percentiles": _IN_BUNDLE["normalisation"]["properties"]["percentiles"],
        "planes": _IN_BUNDLE["planes"],
        "encoder_weights": {"enum": ["imagenet", "none"]},
    },
    {
        "bones": {
            "type": "array",
            "items": {"enum": list(BONES)},
            "minItems": 1,
            "uniqueItems": True,
        },
        "start_from": {"type": "string", "minLength": 1},
    },
)
_TRAINING = record_schema(
    {
        "device": {"enum": ["auto", "cpu", "cuda", "mps"]},
        "epochs": _COUNT,
        "slices_per_epoch": _COUNT,
        "batch_size": _COUNT,
        "patch": {**_COUNT, "multipleOf": STRIDE},
        "learning_rate": _POSITIVE,
        "weight_decay": _NOT_NEGATIVE,
        "warmup_epochs": _NOT_NEGATIVE,
        "ema_decay": _PROBABILITY,
        "validate_every": _COUNT,
        "workers": {"type": "integer", "minimum": 0},
    },
    {"accumulate": _COUNT, "patience": _COUNT},
)
_AUGMENTATION = record_schema(
    {
        "rotation_deg": _NOT_NEGATIVE,
        "scale": _RANGE,
        "shear": _NOT_NEGATIVE,
        "shift_mm": _NOT_NEGATIVE,
        "flip": _PROBABILITY,
        "appearance": _PROBABILITY,
        "gamma": _RANGE,
        "contrast": _PROBABILITY,
        "brightness": _NOT_NEGATIVE,
        "bias_field": _NOT_NEGATIVE,
        "noise": _NOT_NEGATIVE,
        "blur_px": {"type": "number", "minimum": 0.3},
    }
)
_BUNDLE = record_schema(
    {name: _IN_BUNDLE[name] for name in _BUNDLE_FIELDS},
    {name: _IN_BUNDLE[name] for name in _OPTIONAL_BUNDLE_FIELDS},
)

SCHEMA: dict[str, Any] = {
    "$defs": _BUNDLE_SCHEMA["$defs"],
    **record_schema(
        {
            "seed": {"type": "integer", "minimum": 0},
            "output": {"type": "string", "minLength": 1},
            "datasets": {"type": "array", "items": _DATASET, "minItems": 1},
            "model": _MODEL,
            "training": _TRAINING,
            "augmentation": _AUGMENTATION,
            "bundle": _BUNDLE,
        },
        {"synthesis": SYNTHESIS_SCHEMA},
    ),
}
