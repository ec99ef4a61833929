"""Arches and processes behind a lumbar spine of which only the vertebral bodies are labelled."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from .case import Case

DEPTH_MM = 65.0
"""Behind the middle of the bodies. Cases 01 02 04 05 06 08 17 18 19 21 23 of pelvic_mr_t1, which
have posterior elements, reach 44 to 65 mm, the four CT label maps 58 to 78 (99 %: 52 to 72)."""

SIDE_MM = 25.0
"""Beyond the sides of the bodies, for the transverse processes. 99 % of what lies behind the
middle is within 5 to 21 mm in the same cases and within 18 to 25 mm in the CT label maps."""

SMOOTHING_MM = 28.0
"""Length along the spine over which middle and sides are smoothed, about one vertebra."""


def posterior_elements(case: Case, bone: str) -> np.ndarray:
    """Find where the posterior elements may be.

    At each level of the labelled column: behind its middle, down to `DEPTH_MM`, and up to
    `SIDE_MM` beyond its sides.

    Parameters
    ----------
    case
        The scan with its labels.
    bone
        The lumbar spine.

    Returns
    -------
    Boolean, shape (K, J, I).
    """
    axes = case.volume.axes
    stack = axes.to_stack(case.mask(bone), "coronal")
    between, along, across = axes.stack_spacing("coronal")
    region = np.zeros(case.labels.shape, bool)
    levels = _levels(stack)
    if not levels.size:
        return region
    width = max(1, round(SMOOTHING_MM / along))
    middle, right, left = (
        median_filter(edge, width, mode="nearest") for edge in _middle_and_sides(stack, levels)
    )
    every = np.arange(levels[0], levels[-1] + 1)
    middle, right, left = (np.interp(every, levels, edge) for edge in (middle, right, left))
    depth = np.arange(stack.shape[0])[:, None] - middle
    behind = (depth >= 0) & (depth * between <= DEPTH_MM)
    column = np.arange(stack.shape[2])
    beside = (column >= right[:, None] - SIDE_MM / across) & (
        column <= left[:, None] + SIDE_MM / across
    )
    axes.to_stack(region, "coronal")[:, every] = behind[:, :, None] & beside
    return region


def _levels(stack: np.ndarray) -> np.ndarray:
    """Return the labelled rows without those that hold a slip of the hand away from the rest."""
    in_row = stack.sum(axis=(0, 2))
    share = np.cumsum(in_row) / max(1, in_row.sum())
    return np.flatnonzero((in_row > 0) & (share > 0.001) & (share - in_row / in_row.sum() < 0.999))


def _middle_and_sides(stack: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return, for each level, the middle slice and the outer columns, shape (3, levels)."""
    found = np.empty((3, levels.size))
    for index, level in enumerate(levels):
        slices, columns = np.nonzero(stack[:, level])
        found[:, index] = np.median(slices), *np.percentile(columns, (5, 95))
    return found
