"""The decoder step "double the size, then convolve" as one transposed convolution, for inference.

A 3×3 convolution of an image that was doubled by repeating its pixels reads at most 2×2 different
pixels. As a transposed convolution with stride 2 it takes 4 products where the two steps took 9,
and the large image is never made. The result is the same up to rounding.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from .module_tree import replace_modules

_TAPS = torch.tensor([[0.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])
"""Which of the three taps along an axis meet in each of the transposed kernel's four.

Output row 2i reads rows i−1 (tap 0) and i (taps 1 and 2), row 2i+1 reads i (taps 0 and 1) and
i+1 (tap 2). In a transposed convolution of stride 2 and padding 1, kernel row k takes input row i
to output row 2i−1+k.
"""


def fuse_upsampling(network: nn.Module, example: torch.Tensor) -> None:
    """Replace the decoder blocks of U-Net and U-Net++ that allow it, in place.

    Parameters
    ----------
    network
        In evaluation mode. Blocks with attention before the convolution, with another
        interpolation, or of other decoders stay as they are.
    example
        Images that the network accepts; their values do not matter.
    """
    kinds = _block_kinds()
    blocks = [one for one in network.modules() if type(one) in kinds and _can_be_fused(one)]
    if not blocks:
        return
    fused: dict[nn.Module, nn.Module] = {}

    def after_block(block: nn.Module, inputs: tuple[torch.Tensor, ...], output: Any) -> None:
        _, channels, rows, columns = inputs[0].shape
        if output.shape[2:] == (2 * rows, 2 * columns):
            fused[block] = kinds[type(block)](block, channels)

    hooks = [block.register_forward_hook(after_block) for block in blocks]
    with torch.no_grad():
        network(example)
    for hook in hooks:
        hook.remove()
    replace_modules(network, fused)


def doubled_kernel(weight: torch.Tensor) -> torch.Tensor:
    """Return the transposed convolution that equals doubling and convolving.

    Parameters
    ----------
    weight
        Kernel of a 3×3 convolution with padding 1, shape (outputs, inputs, 3, 3).

    Returns
    -------
    Kernel of shape (inputs, outputs, 4, 4), for stride 2 and padding 1.
    """
    taps = _TAPS.to(weight)
    return torch.einsum("oirc,ar,bc->ioab", weight, taps, taps)


class FusedBlock(nn.Module):
    """A decoder block with the doubling inside its first convolution; called as U-Net++ does.

    Parameters
    ----------
    block
        Of segmentation-models-pytorch.
    channels
        How many of the convolution's input channels come from the image to be doubled; they are
        the first ones, the others come from the skip connection.
    """

    def __init__(self, block: nn.Module, channels: int) -> None:
        super().__init__()
        convolution, *rest = block.conv1
        weight = convolution.weight.detach()
        self.doubled = nn.Parameter(doubled_kernel(weight[:, :channels]), requires_grad=False)
        self.skipped = nn.Parameter(weight[:, channels:].clone(), requires_grad=False)
        self.bias = convolution.bias
        self.rest = nn.Sequential(*rest, block.conv2, block.attention2)

    def forward(self, image: torch.Tensor, skip: torch.Tensor | None = None) -> torch.Tensor:
        """Take an image (N, C, H, W) and a skip connection; return (N, outputs, 2H, 2W)."""
        found = functional.conv_transpose2d(image, self.doubled, self.bias, stride=2, padding=1)
        # Some encoders have nothing to say at the finest step: a skip connection of no channels.
        if skip is not None and skip.shape[1] > 0:
            found += functional.conv2d(skip, self.skipped, padding=1)
        return self.rest(found)


class _FusedUnetBlock(FusedBlock):
    """Called as U-Net does, which names the size as well."""

    def forward(  # type: ignore[override]
        self,
        feature_map: torch.Tensor,
        target_height: int,
        target_width: int,
        skip_connection: torch.Tensor | None = None,
    ) -> torch.Tensor:
        return super().forward(feature_map, skip_connection)


def _block_kinds() -> dict[type[nn.Module], type[FusedBlock]]:
    from segmentation_models_pytorch.decoders.unet.decoder import UnetDecoderBlock
    from segmentation_models_pytorch.decoders.unetplusplus.decoder import DecoderBlock

    return {UnetDecoderBlock: _FusedUnetBlock, DecoderBlock: FusedBlock}


def _can_be_fused(block: nn.Module) -> bool:
    return (
        block.conv1 is not None
        and block.interpolation_mode == "nearest"
        and isinstance(block.attention1.attention, nn.Identity)
    )
