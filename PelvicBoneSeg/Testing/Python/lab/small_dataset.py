"""A dataset of bright blocks, written as a user's dataset would be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
import yaml

SHAPE = (8, 64, 64)
CASES = ("case_a", "case_b", "case_c")


def write_dataset(root: Path) -> Path:
    """Write three coronal cases: a femur of 200, a hip bone of 120, tissue of 50."""
    for index, name in enumerate(CASES):
        labels = np.zeros(SHAPE, np.uint8)
        labels[2:6, 10 : 30 + index, 8:24] = 1
        labels[2:6, 30 + index : 50, 36:56] = 2
        values = np.array([50, 200, 120])[labels]
        write_case(root, name, values.astype(np.int16), labels)
    return root


def write_case(root: Path, name: str, voxels: np.ndarray, labels: np.ndarray) -> None:
    for folder, array in (("images", voxels), ("labels", labels)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        image = sitk.GetImageFromArray(array)
        image.SetSpacing((2, 2, 5))
        image.SetDirection((1, 0, 0, 0, 0, 1, 0, -1, 0))
        sitk.WriteImage(image, str(root / folder / f"{name}.nii.gz"))


def configuration(root: Path, output: Path, **training) -> dict:
    """Return the content of a small configuration."""
    return {
        "seed": 1,
        "output": str(output),
        "datasets": [
            {
                "name": "blocks",
                "root": str(root),
                "labels": {1: "femur", 2: "hip_bone"},
                "validation": ["case_c"],
                "weight": 1.0,
            }
        ],
        "model": {
            "architecture": {
                "arch": "unet",
                "encoder_name": "timm-tf_efficientnet_lite0",
                "decoder_channels": [16, 16, 8, 8, 8],
            },
            "encoder_weights": "none",
            "channel_offsets_mm": [-5, 0, 5],
            "spacing_mm": 2.0,
            "percentiles": [1, 99],
            "planes": ["coronal"],
        },
        "training": {
            "epochs": 2,
            "slices_per_epoch": 8,
            "batch_size": 4,
            "patch": 64,
            "learning_rate": 0.001,
            "weight_decay": 0.01,
            "warmup_epochs": 0.5,
            "ema_decay": 0.5,
            "validate_every": 1,
            "device": "cpu",
            "workers": 0,
            **training,
        },
        "augmentation": {
            "rotation_deg": 10,
            "scale": [0.9, 1.1],
            "shear": 0.05,
            "shift_mm": 10,
            "flip": 0.5,
            "appearance": 0.5,
            "gamma": [0.8, 1.2],
            "contrast": 0.1,
            "brightness": 0.1,
            "bias_field": 0.1,
            "noise": 0.1,
            "blur_px": 1.0,
        },
        "bundle": {
            "name": "blocks",
            "version": "0.0.1",
            "description": "blocks",
            "intended_use": "tests",
            "licence": "Apache-2.0",
            "training_data": [{"name": "blocks", "description": "blocks", "licence": "none"}],
        },
    }


def write_configuration(path: Path, content: dict) -> Path:
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path
