"""From tissues to a T1-weighted image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .tissues import Tissue

# Post-contrast T1 turbo spin echo: range of each tissue's signal, fat = 1.
RANGES = {
    Tissue.AIR: (0.0, 0.0),
    Tissue.FAT: (0.97, 1.03),
    Tissue.VISCERAL_FAT: (0.75, 0.98),
    Tissue.MUSCLE: (0.34, 0.56),
    Tissue.ORGAN: (0.5, 0.8),
    Tissue.BOWEL: (0.4, 0.75),
    Tissue.FLUID: (0.08, 0.35),
    Tissue.VESSEL: (0.1, 0.9),
    Tissue.CORTEX: (0.04, 0.16),
    Tissue.FEMUR_MARROW: (0.7, 0.95),
    Tissue.HIP_MARROW: (0.62, 0.88),
    Tissue.SPINE_MARROW: (0.55, 0.85),
    Tissue.DISC: (0.2, 0.42),
}
# Relative standard deviation within a tissue, and its correlation length in mm in the plane.
TEXTURES = (
    ((Tissue.FEMUR_MARROW, Tissue.HIP_MARROW, Tissue.SPINE_MARROW), 0.09, 5.0),
    ((Tissue.ORGAN, Tissue.BOWEL, Tissue.VISCERAL_FAT), 0.07, 2.5),
    ((Tissue.VISCERAL_FAT,), 0.07, 7.0),
    ((Tissue.FAT,), 0.04, 8.0),
)
STREAKS_MM = (8.0, 11.0, 0.9)  # fat between muscle fibres: along k, j, i


@dataclass(frozen=True)
class Look:
    """How the scanner shows the tissues, all relative to fat = 1.

    Attributes
    ----------
    means
        Signal by tissue, indexed by `Tissue`.
    texture, streaks, bias, noise
        Strengths: of the tissues' own variation, of fat in muscle, of the coil's smooth field
        (standard deviation of its logarithm), and of the Rician noise (sd in each channel).
    blur_mm
        Standard deviation of the in-plane point spread.
    """

    means: np.ndarray
    texture: float = 1.0
    streaks: float = 0.5
    bias: float = 0.1
    noise: float = 0.03
    blur_mm: float = 0.6

    @classmethod
    def typical(cls) -> Look:
        """Return the middle of every range."""
        return cls(np.array([np.mean(RANGES[tissue]) for tissue in Tissue]))

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Look:
        """Draw a contrast around T1."""
        return cls(
            means=np.array([rng.uniform(*RANGES[tissue]) for tissue in Tissue]),
            texture=rng.uniform(0.5, 1.5),
            streaks=rng.uniform(0.1, 0.9),
            bias=rng.uniform(0.05, 0.22),
            noise=rng.uniform(0.012, 0.05),
            blur_mm=rng.uniform(0.4, 0.9),
        )


def render(
    tissues: np.ndarray,
    parts: int,
    spacing: np.ndarray,
    look: Look,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the image of a tissue map, (k, j, i) float32, fat about 1.

    Parameters
    ----------
    tissues
        (k * parts, j, i) uint8 of `Tissue`: `parts` thin slices make one thick slice, which is
        where the partial volume comes from.
    spacing
        Voxel size of the image along i, j, k in mm.
    look, rng
        The contrast, and where texture, bias and noise are drawn from.
    """
    from scipy.ndimage import gaussian_filter

    shares = slice_shares(tissues, parts)
    step = spacing[::-1]
    image = np.tensordot(look.means.astype(np.float32), shares, axes=1)
    for members, strength, length in TEXTURES:
        share = sum(shares[t] * np.float32(look.means[t]) for t in members)
        image += share * (look.texture * strength) * _texture(rng, image.shape, length / step)
    lines = _texture(rng, image.shape, STREAKS_MM / step)
    lines = np.clip(0.6 * lines - 0.4, 0, 1) * look.streaks
    gap = look.means[Tissue.FAT] - look.means[Tissue.MUSCLE]
    image += shares[Tissue.MUSCLE] * lines * np.float32(gap)
    image = gaussian_filter(
        np.maximum(image, 0), (0, look.blur_mm / step[1], look.blur_mm / step[2])
    )
    image *= np.exp(look.bias * _texture(rng, image.shape, 90.0 / step))
    real = image + look.noise * rng.standard_normal(image.shape, dtype=np.float32)
    imaginary = look.noise * rng.standard_normal(image.shape, dtype=np.float32)
    return np.hypot(real, imaginary).astype(np.float32)


def slice_shares(tissues: np.ndarray, parts: int) -> np.ndarray:
    """Return each tissue's share of every thick slice's voxels, (tissue, k, j, i) float32."""
    count, rows, columns = tissues.shape
    thick = tissues.reshape(count // parts, parts, rows, columns)
    shares = np.zeros((len(Tissue), count // parts, rows, columns), dtype=np.float32)
    for tissue in Tissue:
        np.mean(thick == tissue, axis=1, dtype=np.float32, out=shares[tissue])
    return shares


def _texture(rng: np.random.Generator, shape: tuple[int, ...], sigma: np.ndarray) -> np.ndarray:
    """Return noise of unit variance, smoothed by `sigma` voxels; made sparse where very smooth."""
    from scipy.ndimage import gaussian_filter, zoom

    step = np.maximum(np.floor(np.asarray(sigma) / 3), 1).astype(int)
    small = [-(-size // s) + 1 for size, s in zip(shape, step, strict=True)]
    white = rng.standard_normal(small, dtype=np.float32)
    smooth = gaussian_filter(white, sigma / step, mode="wrap", truncate=2.5)
    smooth = (smooth - smooth.mean()) / smooth.std()
    if (step == 1).all():
        return smooth[tuple(slice(size) for size in shape)]
    factors = [size / s for size, s in zip(shape, small, strict=True)]
    return zoom(smooth, factors, order=1)
