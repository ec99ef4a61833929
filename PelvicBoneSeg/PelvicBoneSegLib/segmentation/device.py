"""Which device to compute on, and in which precision."""

from __future__ import annotations

import torch

from ..errors import DeviceUnavailableError

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str = "auto") -> torch.device:
    """Return the device of that name; ``"auto"`` is the fastest that is there.

    Raises
    ------
    DeviceUnavailableError
        It does not exist on this computer, or the name is unknown.
    """
    available = {
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
        "cpu": lambda: True,
    }
    if name == "auto":
        name = next(candidate for candidate, is_there in available.items() if is_there())
    if name not in available or not available[name]():
        raise DeviceUnavailableError(name)
    return torch.device(name)


def autocast_dtype(device: torch.device) -> torch.dtype:
    """Return the precision in which convolutions run fastest on a device.

    GPUs compute in float16. Processors with bfloat16 instructions are several times faster in it,
    those without are slower.
    """
    if device.type == "cpu":
        return torch.bfloat16 if _cpu_has_bfloat16() else torch.float32
    return torch.float16


def _cpu_has_bfloat16() -> bool:
    # Asked of the processor and not timed: a busy computer would change the answer, and with it
    # voxels at the edges of bones.
    if hasattr(torch.cpu, "get_capabilities"):
        has = torch.cpu.get_capabilities()
        return any(has.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
    # Before there was a public question.
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
