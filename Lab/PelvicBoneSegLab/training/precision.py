"""In which precision to train."""

from __future__ import annotations

import torch

from PelvicBoneSegLib.segmentation.device import autocast_dtype


def trains_in_bfloat16(device: torch.device) -> bool:
    """Return whether the forward pass is autocast to bfloat16; else it stays in float32.

    The float16 of inference is not for training: small gradients vanish in it unless the loss is
    scaled. bfloat16 has the range of float32 and needs no scaling, but graphics cards before
    Ampere only emulate it, slowly.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return autocast_dtype(device) is torch.bfloat16
