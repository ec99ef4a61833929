"""Exchange modules of a network, wherever they hang."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn


def replace_modules(network: nn.Module, replacements: Mapping[nn.Module, nn.Module]) -> None:
    """Put another module in the place of each given one, in place and at every place it has.

    Parameters
    ----------
    network
        Contains the modules; it is none of them itself.
    replacements
        New module by old one.
    """
    for parent in list(network.modules()):
        # named_children() would leave out a module's second place.
        for name, child in list(parent._modules.items()):
            if child is not None and child in replacements:
                setattr(parent, name, replacements[child])
