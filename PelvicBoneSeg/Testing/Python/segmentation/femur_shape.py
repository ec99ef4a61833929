"""A femur of a ball and rods whose head is known."""

from __future__ import annotations

import numpy as np

SHAPE_MM = (130.0, 200.0, 190.0)
"""Extent of the array along k, j, i."""

CORONAL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""Columns i, j, k in LPS."""


def femur(side: str, radius: float, spacing, turned=(0.0, 0.0, 0.0), below=None):
    """Return mask, 4×4 matrix and centre of the head, in LPS mm.

    Parameters
    ----------
    side
        ``"left"`` or ``"right"``.
    radius
        Of the head.
    spacing
        Along i, j, k.
    turned
        Degrees by which the grid is turned about x, y, z.
    below
        Only what lies so far below the centre of the head; None for all.
    """
    shape = [int(extent / step) for extent, step in zip(SHAPE_MM, spacing[::-1], strict=True)]
    lateral = 1 if side == "left" else -1
    matrix = np.eye(4)
    matrix[:3, :3] = _rotation(turned) @ CORONAL * np.array(spacing)
    middle = np.array([25.0 * lateral, 3.0, -50.0])
    matrix[:3, 3] = middle - matrix[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    points = np.moveaxis(np.indices(shape), 0, -1)[..., ::-1] @ matrix[:3, :3].T + matrix[:3, 3]
    centre = np.array([1.3, -2.1, 0.7])
    away = points - centre
    mask = (away**2).sum(axis=-1) <= radius**2
    for start, end, thick in (
        ((0, 0, 0), (42, 0, -30), 14),
        ((45, 0, -20), (52, 0, -150), 16),
        ((45, 0, -30), (47, 0, 0), 14),
    ):
        a, b = (np.array(point) * (lateral, 1, 1) for point in (start, end))
        along = np.clip((away - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        mask |= ((away - a - along[..., None] * (b - a)) ** 2).sum(axis=-1) <= thick**2
    if below is not None:
        mask &= away[..., 2] < -below
    return mask, matrix, centre


def _rotation(degrees) -> np.ndarray:
    result = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        turn = np.eye(3)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        c, s = np.cos(angle), np.sin(angle)
        turn[[a, a, b, b], [a, b, a, b]] = [c, -s, s, c]
        result = turn @ result
    return result
