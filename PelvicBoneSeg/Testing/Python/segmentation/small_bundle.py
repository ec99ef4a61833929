"""A real bundle with a small untrained network, for tests of loading and running."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.network import create_network

ARCHITECTURE = {
    "arch": "unet",
    "encoder_name": "timm-tf_efficientnet_lite0",
    "decoder_channels": [32, 16, 16, 8, 8],
}

METRICS = {"dataset": "d", "cases": ["a"], "dice": {"a": {"femur": 0.8}}}
TRAINING = {
    "seconds": 3600,
    "samples": 28160,
    "device": "2 processor cores",
    "energy_kwh": 0.04,
    "co2e_g": 19.0,
    "assumptions": "24 W the whole time",
}


def write_small_bundle(
    folder: Path, network: dict[str, Any] = ARCHITECTURE, **changes: Any
) -> Path:
    """Write the bundle; `changes` replace entries of `bundle.json` after the weights are fixed."""
    torch.manual_seed(0)
    folder.mkdir(parents=True)
    weights = folder / "weights.safetensors"
    state = create_network(network, 3, 5).state_dict()
    save_file({k: v.half() if v.is_floating_point() else v for k, v in state.items()}, weights)
    description = {
        "format": 1,
        "name": "small",
        "version": "1.2.3",
        "description": "untrained",
        "architecture": network,
        "channel_offsets_mm": [-5, 0, 5],
        "spacing_mm": 2.0,
        "normalisation": {"percentiles": [1, 99]},
        "planes": ["coronal"],
        "classes": ["background", *BONES],
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "metrics": {"dataset": "none", "cases": [], "dice": {}},
        "training_data": [{"name": "none", "description": "none", "licence": "none"}],
        "licence": "Apache-2.0",
        "intended_use": "tests",
        **changes,
    }
    (folder / "bundle.json").write_text(json.dumps(description), encoding="utf-8")
    return folder
