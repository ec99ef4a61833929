"""The 3D network, and how it passes for one that works slice by slice."""

from __future__ import annotations

from typing import Any

import torch
from monai.networks.nets import DynUNet


def create_volumetric_network(settings: dict[str, Any], classes: int) -> DynUNet:
    """Create a 3D U-Net with random weights.

    Parameters
    ----------
    settings
        ``filters``, ``kernels`` and ``strides`` by level, across slices first.
    classes
        Output channels.

    Returns
    -------
    A module from (N, 1, D, H, W) to logits (N, classes, D, H, W).
    """
    return DynUNet(
        spatial_dims=3,
        in_channels=1,
        out_channels=classes,
        kernel_size=settings["kernels"],
        strides=settings["strides"],
        upsample_kernel_size=settings["strides"][1:],
        filters=settings["filters"],
        norm_name=("instance", {"affine": True}),
    )


class SlabNetwork(torch.nn.Module):
    """A 3D network that takes a slab as a batch of slices, so that `Learner` can teach it.

    Parameters
    ----------
    network
        As of `create_volumetric_network`.
    """

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        """Turn neighbouring slices (D, 1, H, W) into their logits (D, classes, H, W)."""
        return self.network(slices.movedim(0, 1)[None])[0].movedim(1, 0)
