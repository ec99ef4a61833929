"""Batch normalisation folded into the convolution before it, for inference."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from .module_tree import replace_modules


def fold_batch_norms(network: nn.Module, example: torch.Tensor) -> None:
    """Fold every batch norm that follows a convolution into its weights, in place.

    Which convolution a batch norm follows is seen in one run, not guessed from names. A pair is
    folded where nothing else uses the convolution's output and both run once; any other batch
    norm stays as it is.

    Parameters
    ----------
    network
        In evaluation mode, in float32.
    example
        Images that the network accepts; their values do not matter.
    """
    if not any(isinstance(module, nn.BatchNorm2d) for module in network.modules()):
        return
    pairs = _record_pairs(network, example)
    for convolution, norm in pairs:
        _fold(convolution, norm)
    replace_modules(network, {norm: _without_norm(norm) for _, norm in pairs})


class _UseCounter(TorchDispatchMode):
    """Counts by how many operations each tensor was used, by identity."""

    def __init__(self) -> None:
        super().__init__()
        self.uses: Counter[int] = Counter()
        self._kept: list[Any] = []

    def __torch_dispatch__(
        self, operation: Any, types: Any, arguments: Any = (), keywords: Any = None
    ) -> Any:
        tensors = [one for one in tree_leaves((arguments, keywords)) if torch.is_tensor(one)]
        self.uses.update({id(tensor) for tensor in tensors})
        # An identity is free to be given again once its tensor is gone.
        self._kept += tensors
        return operation(*arguments, **(keywords or {}))


def _record_pairs(
    network: nn.Module, example: torch.Tensor
) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    """Run the network once; return each convolution with the batch norm that alone uses it."""
    made_by: dict[int, nn.Conv2d] = {}
    read_by: dict[nn.BatchNorm2d, int] = {}
    runs: Counter[nn.Module] = Counter()

    def after_convolution(module: nn.Module, inputs: Any, output: torch.Tensor) -> None:
        runs[module] += 1
        made_by[id(output)] = module

    def before_norm(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        runs[module] += 1
        read_by[module] = id(inputs[0])

    hooks = []
    for module in network.modules():
        if _is_plain_convolution(module):
            hooks.append(module.register_forward_hook(after_convolution))
        elif _is_fixed_norm(module):
            hooks.append(module.register_forward_pre_hook(before_norm))
    with torch.no_grad(), _UseCounter() as counter:
        network(example)
    for hook in hooks:
        hook.remove()
    return [
        (made_by[source], norm)
        for norm, source in read_by.items()
        if source in made_by
        and counter.uses[source] == 1
        and runs[norm] == runs[made_by[source]] == 1
    ]


def _is_plain_convolution(module: nn.Module) -> bool:
    """Say whether it convolves with its weights as they are; some subclasses scale them first."""
    from timm.layers import Conv2dSame

    return type(module) in (nn.Conv2d, Conv2dSame)


def _is_fixed_norm(module: nn.Module) -> bool:
    from timm.layers import BatchNormAct2d

    return type(module) in (nn.BatchNorm2d, BatchNormAct2d) and module.running_mean is not None


def _fold(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    weight, bias = fuse_conv_bn_weights(
        convolution.weight,
        convolution.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
    )
    convolution.weight = nn.Parameter(weight.detach(), requires_grad=False)
    convolution.bias = nn.Parameter(bias.detach(), requires_grad=False)


def _without_norm(norm: nn.BatchNorm2d) -> nn.Module:
    """Return what is left: timm's batch norm has the activation inside."""
    return nn.Sequential(norm.drop, norm.act) if hasattr(norm, "act") else nn.Identity()
