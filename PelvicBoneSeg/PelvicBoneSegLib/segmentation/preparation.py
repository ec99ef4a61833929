"""From a stack of slices to what the network sees; used alike by inference and training.

Everything here works on torch tensors on whatever device they are on. A stack has the shape
(slices, rows, columns); see `orientation` for its directions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch.nn import functional

STRIDE = 32
"""The encoders halve the image five times, so network input is padded to multiples of this."""

_PERCENTILE_SAMPLES = 100_000


def normalise(stack: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """Scale intensities so that the given percentiles of the scan become −1 and +1.

    Parameters
    ----------
    stack
        Float tensor, shape (S, H, W), with at least two different values.
    low, high
        Percentiles, 0–100.

    Returns
    -------
    Float tensor of the same shape, clipped to [−1, 2]: vessels after contrast are brighter than
    the upper percentile, and differences above twice the range carry no bone.
    """
    flat = stack.reshape(-1)
    sample = flat[:: _sampling_step(stack)].sort().values
    floor, ceiling = (
        sample[round((sample.numel() - 1) * percent / 100)] for percent in (low, high)
    )
    if ceiling <= floor:
        floor, ceiling = flat.min(), flat.max()
    scale = 2.0 / (ceiling - floor)
    return stack.sub(floor).mul_(scale).sub_(1.0).clamp_(-1.0, 2.0)


def _sampling_step(stack: torch.Tensor) -> int:
    """Return a step through the voxels that is not in tune with the rows, so all columns count."""
    step = max(1, stack.numel() // _PERCENTILE_SAMPLES)
    while math.gcd(step, stack.shape[-1]) != 1:
        step += 1
    return step


def network_size(shape: Sequence[int], spacing: Sequence[float], target: float) -> tuple[int, int]:
    """Return (rows, columns) of slices of `shape` and `spacing` in mm, resampled to `target` mm."""
    rows, columns = (
        max(1, round(n * mm / target)) for n, mm in zip(shape[-2:], spacing[-2:], strict=True)
    )
    return rows, columns


def resample_in_plane(stack: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resample each slice to `size` (rows, columns), averaging where that makes it smaller."""
    shrinks = size[0] < stack.shape[1] or size[1] < stack.shape[2]
    return functional.interpolate(
        stack[:, None], size=size, mode="bilinear", align_corners=False, antialias=shrinks
    )[:, 0]


def pad_to_stride(stack: torch.Tensor) -> torch.Tensor:
    """Pad rows and columns at their ends to multiples of `STRIDE` with the darkest value."""
    rows, columns = (-n % STRIDE for n in stack.shape[-2:])
    return functional.pad(stack, (0, columns, 0, rows), value=-1.0)


def gather_channels(
    stack: torch.Tensor, indices: torch.Tensor, spacing: float, offsets_mm: Sequence[float]
) -> torch.Tensor:
    """Collect slices and their neighbours at physical offsets as channels.

    Parameters
    ----------
    stack
        Shape (S, H, W).
    indices
        Shape (N,): which slices.
    spacing
        Distance between slices in mm.
    offsets_mm
        Where each channel lies relative to the slice. Between two slices it is interpolated
        linearly; beyond the ends the last slice is repeated.

    Returns
    -------
    Tensor of shape (N, C, H, W).
    """
    offsets = torch.tensor(list(offsets_mm), device=stack.device, dtype=torch.float32) / spacing
    position = (indices[:, None] + offsets[None]).clamp_(0, stack.shape[0] - 1)
    below = position.floor().long()
    above = (below + 1).clamp_(max=stack.shape[0] - 1)
    weight = (position - below).to(stack.dtype)[..., None, None]
    return torch.lerp(stack[below], stack[above], weight)
