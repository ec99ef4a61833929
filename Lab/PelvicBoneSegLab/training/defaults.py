"""What a configuration need not say: the values recommended, in one place."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import describe_bundle

_MODEL: dict[str, Any] = {
    "architecture": {
        "arch": "unet",
        "encoder_name": "tu-efficientnet_lite0",
        "decoder_channels": [128, 96, 64, 32, 16],
    },
    "encoder_weights": "imagenet",
    "channel_offsets_mm": [-5, 0, 5],
    "spacing_mm": 1.37,
    "percentiles": [1, 99],
    "planes": ["coronal"],
}
_TRAINING: dict[str, Any] = {
    "device": "auto",
    "epochs": 60,
    "slices_per_epoch": 640,
    "batch_size": 16,
    "patch": 192,
    "learning_rate": 0.001,
    "weight_decay": 0.01,
    "warmup_epochs": 1,
    "ema_decay": 0.995,
    "validate_every": 5,
    "workers": 1,
}
_AUGMENTATION: dict[str, Any] = {
    "rotation_deg": 20,
    "scale": [0.75, 1.3],
    "shear": 0.1,
    "shift_mm": 60,
    "flip": 0.5,
    "appearance": 0.6,
    "gamma": [0.5, 2.0],
    "contrast": 0.3,
    "brightness": 0.3,
    "bias_field": 0.3,
    "noise": 0.15,
    "blur_px": 1.5,
}
_SYNTHESIS: dict[str, Any] = {
    "planes": {"axial": 1.0, "coronal": 1.0, "sagittal": 0.7},
    "on_bone": 0.85,
    "on_pubis": 0.3,
    "tilt_deg": 25,
    "rotation_deg": 10,
    "scale": [0.85, 1.2],
    "elastic_mm": [0, 8],
    "slice_mm": [1, 6],
    "pixel_mm": [0.6, 2.8],
    "blur_mm": [0.5, 1.8],
    "small_field": 0.3,
    "field_mm": [150, 260],
    "random_contrast": 0.4,
    "bias": [0, 0.35],
    "gamma": [-0.3, 0.3],
    "noise": [0.005, 0.07],
}
_BUNDLE: dict[str, Any] = {
    "version": "0.1.0",
    "intended_use": (
        "Research and education. Not a medical device, not for diagnosis or treatment. Every mask "
        "has to be checked by a person who knows the anatomy."
    ),
}


def with_defaults(content: Any) -> Any:
    """Return what a YAML file held, with the values recommended for what it leaves out.

    What it says stays as it is and in its order, so that a complete configuration is not changed.

    Raises
    ------
    BundleNotFoundError, BundleInvalidError
        The bundle of ``start_from`` cannot be read; it says how the model is built.
    """
    if not isinstance(content, Mapping):
        return content
    filled = copy.deepcopy(dict(content))
    filled.setdefault("seed", 0)
    sections = {
        "model": _model_of(filled.get("model")),
        "training": _TRAINING,
        "augmentation": _AUGMENTATION,
        "bundle": _BUNDLE,
    }
    datasets = [one for one in _list_of(filled.get("datasets")) if isinstance(one, dict)]
    for dataset in datasets:
        if not {"weight", "synthetic_weight"} & set(dataset):
            dataset["synthetic_weight" if "label_maps" in dataset else "weight"] = 1.0
    if "synthesis" in filled or any(one.get("synthetic_weight") for one in datasets):
        sections["synthesis"] = _SYNTHESIS
    for name, defaults in sections.items():
        given = filled.get(name, {})
        if isinstance(given, Mapping):
            missing = {key: value for key, value in defaults.items() if key not in given}
            filled[name] = {**given, **copy.deepcopy(missing)}
    return filled


def _model_of(model: Any) -> dict[str, Any]:
    """Return the defaults of the model: those of the bundle that it starts from, if it does.

    A model that says everything needs no bundle to be checked by; the training looks at it.
    """
    if not isinstance(model, Mapping) or not isinstance(model.get("start_from"), str):
        return _MODEL
    if model.keys() >= _MODEL.keys() - {"encoder_weights"}:
        return {"encoder_weights": "none"}
    bundle = describe_bundle(model["start_from"])
    like_bundle = {
        **{key: bundle[key] for key in ("architecture", "channel_offsets_mm", "spacing_mm")},
        "percentiles": bundle["normalisation"]["percentiles"],
        "planes": bundle["planes"],
        "encoder_weights": "none",
    }
    bones = bundle["classes"][1:]
    return like_bundle if len(bones) == len(BONES) else {**like_bundle, "bones": bones}


def _list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
