"""Depthwise convolutions in float32 where a CPU trains in bfloat16.

Training is faster with it; inference is not, and does without (docs/benchmarks.md).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import nn


def keep_depthwise_in_float32(network: nn.Module) -> None:
    """Let every depthwise 2D convolution of a network leave the CPU's autocast, in place.

    It computes in float32 and returns what autocast would have returned, so that the layer after it
    works in the lower precision. Names in the state, weights and all that runs without autocast or
    on another device stay as they are. A network treated before is not changed.

    Parameters
    ----------
    network
        It can be deep-copied, but not pickled, afterwards.
    """
    for module in network.modules():
        if _is_depthwise(module) and not isinstance(module, _LeavesAutocast):
            kind: Any = type(module)
            module.__class__ = _leaving_autocast(kind)


class _LeavesAutocast:
    """Mixed into a convolution's class, in front of it."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        inherited: Any = super()
        if images.device.type != "cpu" or not torch.is_autocast_enabled("cpu"):
            return inherited.forward(images)
        dtype = torch.get_autocast_dtype("cpu")
        with torch.autocast("cpu", enabled=False):
            return inherited.forward(images.float()).to(dtype)


@cache
def _leaving_autocast(kind: Any) -> Any:
    """Return a subclass: timm's convolutions have a `forward` of their own that must be kept."""
    return type(kind.__name__, (_LeavesAutocast, kind), {})


def _is_depthwise(module: nn.Module) -> bool:
    return isinstance(module, nn.Conv2d) and 1 < module.groups == module.in_channels
