"""Two bones side by side, whose shape, size and place are known."""

from __future__ import annotations

import numpy as np

MATRIX = np.diag([2.0, 2.0, 2.0, 1.0])
SHAPE = (50, 60, 70)
JOINT_MM = 6.0


def a_pair(scale=(1.0, 1.0, 1.0), shift_mm=(0.0, 0.0, 0.0), matrix=MATRIX, shape=SHAPE):
    """Return masks of the right and the left of two mirrored, bent wedges, (2, K, J, I)."""
    ijk = np.stack(np.meshgrid(*(np.arange(size) for size in shape[::-1]), indexing="ij"), axis=-1)
    lps = ijk @ matrix[:3, :3].T + matrix[:3, 3]
    middle = (np.array(SHAPE[::-1]) - 1) * 2.0 / 2
    x, y, z = np.moveaxis((lps - middle - shift_mm) / scale, -1, 0)
    aside = np.abs(x) - JOINT_MM / 2
    height = 30 - 0.3 * aside
    wedge = (aside > 0) & (aside < 45) & (np.abs(z) < height)
    wedge &= np.abs(y - 0.01 * aside**2) < 6 + 0.15 * (z + 30)
    wedge = wedge.transpose(2, 1, 0)
    right = wedge & (x < 0).transpose(2, 1, 0)
    return np.stack([right, wedge & ~right])
