"""Points under an affine matrix, such as from voxel indices to LPS."""

from __future__ import annotations

import numpy as np


def transformed(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return points, shape (N, 3), where a matrix of shape (4, 4) takes them."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]
