"""Smooth random fields, made on a coarse grid because they are smooth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .tissue_map import GRID_MM

COARSE = 4
"""There is a value for every fourth voxel."""


def smooth_field(shape: Sequence[int], length_mm: float, rng: np.random.Generator) -> np.ndarray:
    """Return float32 noise of unit variance; `length_mm` is the sigma of its Gaussian."""
    from scipy.ndimage import gaussian_filter

    small = [-(-n // COARSE) for n in shape]
    noise = gaussian_filter(
        rng.standard_normal(small, dtype=np.float32), length_mm / (COARSE * GRID_MM), mode="wrap"
    )
    return spread(noise / max(noise.std(), 1e-6), shape)


def spread(coarse: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Interpolate linearly from every `COARSE`-th voxel to all voxels of `shape`."""
    result = coarse
    for axis, n in enumerate(shape):
        last = coarse.shape[axis] - 1
        at = np.minimum(np.arange(n) / COARSE, last)
        below = np.minimum(at.astype(int), max(last - 1, 0))
        weight = (at - below).astype(np.float32)
        weight = weight.reshape([-1 if a == axis else 1 for a in range(len(shape))])
        first = np.take(result, below, axis)
        result = first + weight * (np.take(result, np.minimum(below + 1, last), axis) - first)
    return result
