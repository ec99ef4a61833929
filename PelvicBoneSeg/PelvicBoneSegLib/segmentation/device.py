"""Which device to compute on, and in which precision."""

from __future__ import annotations

import time
from functools import cache

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

    GPUs compute in float16. Processors differ: with bfloat16 instructions they are several times
    faster in it, without them slower, so that is tried once.
    """
    if device.type == "cpu":
        return torch.bfloat16 if _cpu_prefers_bfloat16() else torch.float32
    return torch.float16


@cache
def _cpu_prefers_bfloat16() -> bool:
    def seconds(dtype: torch.dtype) -> float:
        convolution = torch.nn.Conv2d(32, 32, 3, padding=1).to(memory_format=torch.channels_last)
        image = torch.zeros(1, 32, 128, 128).to(memory_format=torch.channels_last)
        best = float("inf")
        with (
            torch.inference_mode(),
            torch.autocast("cpu", dtype, enabled=dtype is not torch.float32),
        ):
            for _ in range(4):
                start = time.perf_counter()
                convolution(image)
                best = min(best, time.perf_counter() - start)
        return best

    return seconds(torch.bfloat16) < seconds(torch.float32)
