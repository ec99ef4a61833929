"""Build the network that a bundle describes."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from ..errors import BundleInvalidError
from .bundle import Bundle
from .smp_import import import_smp


def create_network(architecture: dict[str, Any], channels: int, classes: int) -> torch.nn.Module:
    """Create a network with random weights.

    Parameters
    ----------
    architecture
        Arguments of `segmentation_models_pytorch.create_model`.
    channels, classes
        Input and output channels.

    Returns
    -------
    A module from (N, channels, H, W), H and W multiples of 32, to logits (N, classes, H, W).
    """
    smp = import_smp()
    with warnings.catch_warnings():
        # Installed bundles of that name exist, and the versions of smp that we allow know it.
        warnings.filterwarnings("ignore", "`timm-` encoders are deprecated", DeprecationWarning)
        return smp.create_model(
            **architecture, encoder_weights=None, in_channels=channels, classes=classes
        )


def load_network(bundle: Bundle) -> torch.nn.Module:
    """Create the network of a bundle with its weights, in float32, ready for inference.

    Raises
    ------
    BundleInvalidError
        The architecture is unknown, or the weights do not fit it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        network = create_network(
            bundle.description["architecture"], len(bundle.channel_offsets_mm), len(bundle.classes)
        )
        weights = {name: tensor.float() for name, tensor in load(bundle.weights).items()}
        network.load_state_dict(weights)
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:300]
        raise BundleInvalidError(bundle.path, f"its weights do not load ({reason})") from error
    return network.eval().requires_grad_(False)
