"""Smooth fields in mm, positive inside, that the soft tissues are made of."""

from __future__ import annotations

import numpy as np

from .grid import Grid


def oval(x: np.ndarray, y: np.ndarray, a, b, power: float) -> np.ndarray:
    """Return the depth in mm inside a superellipse with half-axes a, b."""
    far = (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)
    return (1 - far) * np.minimum(a, b)


def ellipsoid(xyz: np.ndarray, centre, radii) -> np.ndarray:
    """Return the depth in mm inside an ellipsoid."""
    far = sum(((xyz[n] - centre[n]) / radii[n]) ** 2 for n in range(3))
    return (1 - np.sqrt(far)) * min(radii)


def tube(xyz: np.ndarray, path, radius: float) -> np.ndarray:
    """Return the depth in mm inside a tube along straight pieces between points."""
    nearest = np.full(xyz.shape[1:], np.inf, dtype=np.float32)
    for start, end in zip(np.array(path[:-1]), np.array(path[1:]), strict=True):
        along = end - start
        offset = [xyz[n] - np.float32(start[n]) for n in range(3)]
        share = sum(o * np.float32(c) for o, c in zip(offset, along, strict=True))
        share = np.clip(share / np.float32(along @ along), 0, 1)
        off = sum((o - share * np.float32(c)) ** 2 for o, c in zip(offset, along, strict=True))
        nearest = np.minimum(nearest, off)
    return radius - np.sqrt(nearest)


def distance(mask: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the distance to the mask in mm; far away where the mask is empty."""
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return np.full(mask.shape, 1e3, dtype=np.float32)
    return distance_transform_edt(~mask, sampling=grid.spacing[::-1]).astype(np.float32)


def noise(
    rng: np.random.Generator, grid: Grid, length_mm: float, stretch: float = 1.0
) -> np.ndarray:
    """Return smooth noise of unit variance and a correlation length, `stretch` times along j."""
    from scipy.ndimage import gaussian_filter

    white = rng.standard_normal(grid.shape).astype(np.float32)
    sigma = length_mm * np.array([1, stretch, 1]) / grid.spacing[::-1]
    smooth = gaussian_filter(white, sigma, mode="wrap", truncate=2.5)
    return smooth / smooth.std()


def thinned(labels: np.ndarray, shape: tuple[int, ...], step: tuple[int, int, int]) -> np.ndarray:
    """Return every step-th voxel, the last one repeated up to `shape`."""
    picks = [
        np.minimum(np.arange(size) * s, full - 1)
        for size, s, full in zip(shape, step, labels.shape, strict=True)
    ]
    return labels[np.ix_(*picks)]


def spread(field: np.ndarray, shape: tuple[int, ...], step: tuple[int, int, int]) -> np.ndarray:
    """Interpolate a sparse field linearly to the fine grid's shape, float32."""
    for axis, (size, s) in enumerate(zip(shape, step, strict=True)):
        at = np.arange(size) / s
        low = np.minimum(at.astype(int), field.shape[axis] - 2)
        part = (at - low).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
        first = np.take(field, low, axis=axis)
        field = first + part * (np.take(field, low + 1, axis=axis) - first)
    return field
