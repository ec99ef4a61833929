"""How long a run will take, before it begins. No torch is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .orientation import AnatomicalAxes
from .suitability import planes_used

CPU_SECONDS_PER_SLICE = 0.1
"""Careful: docs/benchmarks.md has 0.03 s on two cores with bfloat16 instructions, and 0.1 s for a
network in float32, which processors without them compute in."""


@dataclass(frozen=True)
class Estimate:
    """Seconds that a run will take, or, where the device was never timed, at most takes."""

    seconds: float
    is_limit: bool


def count_slices(axes: AnatomicalAxes, shape: tuple[int, ...], planes: Iterable[str]) -> int:
    """Return how many slices the network will see.

    Parameters
    ----------
    axes, shape
        Of the scan; the shape is (K, J, I).
    planes
        Those of the bundle, in each of which an isotropic scan is sliced.
    """
    return sum(shape[axes.slice_axis(plane)] for plane in planes_used(axes, planes))


def estimate(slices: int, device: str | None, seconds_per_slice: float | None) -> Estimate:
    """Estimate the time of a run on a network that is loaded.

    Parameters
    ----------
    slices
        See `count_slices`.
    device
        ``"cpu"``, ``"cuda"``, ``"mps"``, or None where it is not known yet.
    seconds_per_slice
        From an earlier run of the same bundle on the same device; None where there was none.
    """
    if seconds_per_slice is not None:
        return Estimate(slices * seconds_per_slice, is_limit=False)
    # No graphics card was timed for docs/benchmarks.md; none is slower than a processor.
    return Estimate(slices * CPU_SECONDS_PER_SLICE, is_limit=device != "cpu")
