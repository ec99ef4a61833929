"""The network that a training begins with."""

from __future__ import annotations

import torch

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.depthwise import keep_depthwise_in_float32
from PelvicBoneSegLib.segmentation.network import create_network, load_network

from ..errors import ConfigurationError
from .config import TrainingConfig
from .encoder_weights import load_imagenet_encoder


def starting_network(config: TrainingConfig) -> torch.nn.Module:
    """Create the network of a configuration, or take that of the bundle it starts from.

    Random weights come from torch's present random state.

    Raises
    ------
    ConfigurationError
        The architecture is unknown, or not that of the bundle.
    BundleNotFoundError, BundleInvalidError, BundleDigestError
        The bundle cannot be used.
    """
    model = config.model
    if "start_from" in model:
        network = _of_bundle(config)
    else:
        try:
            network = create_network(
                model["architecture"], len(model["channel_offsets_mm"]), len(config.bones) + 1
            )
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:300]
            raise ConfigurationError(config.path, f"$.model.architecture: {reason}") from error
    if model["encoder_weights"] == "imagenet":
        load_imagenet_encoder(network.encoder)
    keep_depthwise_in_float32(network)
    return network


def _of_bundle(config: TrainingConfig) -> torch.nn.Module:
    bundle = Bundle.load(config.model["start_from"])
    has = {
        "architecture": bundle.description["architecture"],
        "channel_offsets_mm": list(bundle.channel_offsets_mm),
        "bones": list(bundle.bones),
    }
    wanted = {**config.model, "bones": list(config.bones)}
    for field, value in has.items():
        if wanted[field] != value:
            raise ConfigurationError(
                config.path, f"$.model.{field}: the bundle of start_from has {value}"
            )
    return load_network(bundle).requires_grad_(True)
