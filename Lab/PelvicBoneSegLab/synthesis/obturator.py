"""Muscles at the obturator foramen, most of which label maps made on CT leave without a label.

Without them synthetic bodies had fat or an organ where, in T2-weighted scans of men, dark muscle
lies on the pubis, and networks called it bone. Sizes are guesses, wide on purpose.
"""

from __future__ import annotations

import numpy as np

from .organ_field import OrganField
from .tissue_map import GRID_MM

_FAR_MM = 55.0
"""Further aside the acetabulum begins."""

_FADING_MM = 8.0
"""Over this distance from its medial end a muscle grows as thick as it is."""


def obturator_muscles(
    hips: np.ndarray, field: OrganField, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the muscles before and behind the foramen, obturator externus and internus.

    Parameters
    ----------
    hips
        Boolean, of the field's box: both hip bones.
    field
        Around the symphysis.
    rng
        Where thicknesses, and how near to the middle the muscles reach, are drawn from.

    Returns
    -------
    Boolean, same shape; the first with what is within the foramen, with the origins of the
    adductors below the pubic bodies, and over the bone itself.
    """
    plate, distance, before = _plates(hips, field)
    return (
        plate | (before & (distance < _thickness(field, rng, (2, 12), (3, 20)))),
        ~plate & ~before & (distance < _thickness(field, rng, (14, 30), (3, 16))),
    )


def _plates(hips: np.ndarray, field: OrganField) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where bone and foramen are, the distance to them in mm, and what lies before them.

    All are found in each sagittal plane alone. Above the plate nothing is near.
    """
    from scipy.ndimage import distance_transform_edt

    up, back, left = (axis.squeeze() for axis in field.axes)
    plate, before = np.zeros_like(hips), np.zeros_like(hips)
    distance = np.full(hips.shape, np.inf, np.float32)
    for column in np.flatnonzero((np.abs(left) < _FAR_MM) & hips.any(axis=(0, 1))):
        layer = _convex_hull(hips[..., column])
        rows, columns = np.nonzero(layer)
        plate[..., column] = layer
        # The plate runs downwards and backwards.
        along = (up[:, None] - up[rows].mean()) + (back - back[columns].mean())
        before[..., column] = along < 0
        below = slice(rows[0], None)
        distance[below, :, column] = (distance_transform_edt(~layer) * GRID_MM)[below]
    return plate, distance, before


def _convex_hull(mask: np.ndarray) -> np.ndarray:
    from scipy.spatial import Delaunay

    pixels = np.argwhere(mask)
    # Corners, as the centres of few pixels may lie on a line.
    corners = [pixels + np.array(step) / 2 for step in ((-1, -1), (-1, 1), (1, -1), (1, 1))]
    everywhere = np.argwhere(np.ones_like(mask))
    return Delaunay(np.concatenate(corners)).find_simplex(everywhere).reshape(mask.shape) >= 0


def _thickness(
    field: OrganField,
    rng: np.random.Generator,
    from_mm: tuple[float, float],
    thick_mm: tuple[float, float],
) -> np.ndarray:
    aside = np.abs(field.axes[2]) - rng.uniform(*from_mm)
    return np.clip(aside / _FADING_MM, 0, 1) * (rng.uniform(*thick_mm) + field.wobble)
