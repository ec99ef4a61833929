"""What a scanner makes of signals: resolution, coil field, noise and normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

_FIELD_POINTS = 4
"""Points of the coil's field along each side of the patch."""

_SURFACE_COILS = 0.5
"""Share of scans in which the skin is far brighter than what lies deep, as in prostate_mr_multi."""

_SATURATED = 0.2
"""Share of scans with a saturation band across a part of them, as in sagittal scans of men."""

_MASKED = 0.04
"""Share of scans in which what is dark was set to nothing, as ADC maps often are."""


def scan(
    signal: np.ndarray,
    air: np.ndarray,
    spacing_mm: float,
    settings: dict[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:
    """Scan signals with a random scanner.

    Parameters
    ----------
    signal
        float32, shape (C, P, P), about 1 for the brightest tissue.
    air
        Boolean, shape (P, P): the pixels that are air in the middle channel.
    spacing_mm
        Pixel size of the patch.
    settings
        The ``synthesis`` section.

    Returns
    -------
    float32, shape (C, P, P), normalised to −1…2.
    """
    patch = signal.shape[-1]
    pixels = rng.uniform(*settings["pixel_mm"]) * rng.uniform(0.85, 1.18, 2)
    blur = rng.uniform(*settings["blur_mm"])
    (down_rows, up_rows), (down_columns, up_columns) = (
        _resolution(patch, pixel, blur, spacing_mm) for pixel in pixels
    )
    coarse = down_rows @ signal @ down_columns.T
    coarse *= _coil_field(coarse.shape[1:], rng.uniform(*settings["bias"]), rng)
    if rng.random() < _SATURATED:
        coarse *= _saturation_band(coarse.shape[1:], rng)
    noise = np.float32(rng.uniform(*settings["noise"]))
    real, imaginary = rng.standard_normal((2, *coarse.shape), dtype=np.float32)
    coarse = np.hypot(coarse + noise * real, noise * imaginary)
    if rng.random() < _MASKED:
        coarse[coarse < rng.uniform(0.1, 0.4)] = 0
    image = up_rows @ coarse @ up_columns.T
    return _normalised(image, air, rng.uniform(*settings["gamma"]), rng)


def _resolution(
    patch: int, pixel_mm: float, blur_mm: float, spacing_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return float32 weights (Q, P) to the scan's blurred pixels, and (P, Q) back.

    Pixels finer than the patch's are averaged by the inference engine, so they are not made.
    """
    count = min(patch, max(8, round(patch * spacing_mm / pixel_mm)))
    ratio = patch / count
    centres = (np.arange(count) + 0.5) * ratio - 0.5
    # A pixel as wide as 2.355 sigma averages over itself.
    sigma = np.hypot(blur_mm / spacing_mm, ratio / 2.355 if ratio > 1 else 0.0)
    down = np.exp(-0.5 * ((centres[:, None] - np.arange(patch)) / sigma) ** 2)
    down /= down.sum(axis=1, keepdims=True)
    back = (np.arange(patch) + 0.5) / ratio - 0.5
    distance = np.abs(np.clip(back, 0, count - 1)[:, None] - np.arange(count))
    return down.astype(np.float32), np.maximum(1 - distance, 0).astype(np.float32)


def _coil_field(shape: tuple[int, ...], strength: float, rng: np.random.Generator) -> np.ndarray:
    """Return a smooth positive field; near surface coils it is several times what it is inside."""
    points = rng.normal(0, strength, (_FIELD_POINTS, _FIELD_POINTS)).astype(np.float32)
    rows, columns = (_smooth_weights(n) for n in shape)
    field = np.exp(rows @ points @ columns.T)
    if rng.random() >= _SURFACE_COILS:
        return field
    gain = np.ones(shape, np.float32)
    for _ in range(rng.integers(1, 4)):
        # In patches, from its centre; the coil lies at the patch's edge or somewhat beyond.
        angle, distance, width = rng.uniform((0, 0.45, 0.15), (2 * np.pi, 0.9, 0.45))
        centre = distance * np.array((np.sin(angle), np.cos(angle)))
        bells = [
            np.exp(-0.5 * ((np.linspace(-0.5, 0.5, n, dtype=np.float32) - at) / width) ** 2)
            for n, at in zip(shape, centre, strict=True)
        ]
        gain += np.float32(rng.uniform(0.5, 4.0)) * np.outer(*bells)
    return field * gain


def _saturation_band(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return what is left of the signal where a band beyond a straight line suppresses it."""
    angle, distance, edge, left = rng.uniform((0, 0.0, 0.01, 0.05), (2 * np.pi, 0.4, 0.06, 0.6))
    rows, columns = (np.linspace(-0.5, 0.5, n, dtype=np.float32) for n in shape)
    beyond = np.sin(angle) * rows[:, None] + np.cos(angle) * columns - distance
    return (left + (1 - left) / (1 + np.exp(beyond / edge))).astype(np.float32)


def _smooth_weights(n: int) -> np.ndarray:
    at = np.linspace(0, _FIELD_POINTS - 1, n)
    weights = np.exp(-0.5 * ((at[:, None] - np.arange(_FIELD_POINTS)) / 0.7) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _normalised(
    image: np.ndarray, air: np.ndarray, gamma: float, rng: np.random.Generator
) -> np.ndarray:
    """Scale as `preparation.normalise` would scale the scan of which this is a part.

    The percentiles of the whole scan are not known from a patch of it: they are drawn from near
    the patch's own. A scan with air about the body has its lower percentile there.
    """
    sample = np.sort(image[:, ::3, ::3].ravel())
    floor, ceiling = (
        float(sample[round((sample.size - 1) * share)])
        for share in (rng.uniform(0.0, 0.03), rng.uniform(0.97, 0.998))
    )
    if not air.any():
        floor *= rng.uniform(0.0, 1.0)
    # Brighter tissue elsewhere in the scan makes the patch darker.
    ceiling = floor + max(ceiling - floor, 1e-3) * np.exp(rng.uniform(-0.1, 0.6))
    unit = (image - floor) / (ceiling - floor)
    np.clip(unit, 0.0, 1.5, out=unit)
    unit **= np.float32(np.exp(gamma))
    return np.clip(unit * 2 - 1, -1.0, 2.0).astype(np.float32)
