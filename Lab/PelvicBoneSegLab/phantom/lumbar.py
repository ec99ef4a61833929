"""A lumbar column on top of the sacrum; LLP26 has none."""

from __future__ import annotations

import numpy as np

from .mesh import Mesh, superellipsoid

MIDLINE_MM = 5.0
TILTS = (0.6, 0.22, -0.02, -0.15, -0.22)


def endplate(sacrum: Mesh) -> tuple[np.ndarray, np.ndarray, float]:
    """Return centre (3,), upward unit normal (3,) and depth in mm of the sacral endplate."""
    near = sacrum.points[np.abs(sacrum.points[:, 0]) < MIDLINE_MM]
    promontory = near[near[:, 1].argmin()]
    behind = near[near[:, 1] < promontory[1] + 45]
    top = behind[(behind[:, 2] - 0.3 * behind[:, 1]).argmax()]
    along = (top - promontory) * (0, 1, 1)
    depth = float(np.linalg.norm(along))
    along /= depth
    return (promontory + top) / 2 * (0, 1, 1), np.array([0, -along[2], along[1]]), depth


def lumbar_column(
    sacrum: Mesh, rng: np.random.Generator
) -> tuple[list[Mesh], list[Mesh], list[Mesh]]:
    """Return vertebrae (bodies and posterior elements), discs, and pieces of the spinal canal."""
    centre, normal, depth = endplate(sacrum)
    slope = np.arctan2(-normal[1], normal[2])
    depth = np.clip(depth * rng.uniform(0.95, 1.05), 29, 38)
    half = np.array([depth * rng.uniform(0.68, 0.76), depth / 2])
    height, gap = rng.uniform(24, 29), rng.uniform(8, 12)
    sideways = rng.normal(0, 0.03)
    vertebrae, discs, canal = [], [], []
    for level, share in enumerate(TILTS):
        tilt = slope * share + rng.normal(0, 0.03)
        axes = _axes(tilt, sideways * level)
        up = axes[2]
        discs.append(
            superellipsoid(centre + up * gap / 2, axes, (*half * 0.97, gap / 2 + 1.5), 0.3)
        )
        middle = centre + up * (gap + height / 2)
        vertebrae.append(superellipsoid(middle, axes, (*half, height / 2), 0.22))
        vertebrae.extend(_posterior(middle, axes, half, rng))
        back = middle + axes[1] * (half[1] + 8)
        canal.append(superellipsoid(back, axes, (11, 8, (height + gap) * 0.7), 0.4))
        centre = centre + up * (gap + height)
    return vertebrae, discs, canal


def _axes(tilt: float, sideways: float) -> np.ndarray:
    """Return left, back and up of a vertebra tilted forward and sideways by radians."""
    up = np.array([np.sin(sideways), -np.sin(tilt), np.cos(tilt)])
    up /= np.linalg.norm(up)
    left = np.array([1.0, 0.0, 0.0]) - up[0] * up
    left /= np.linalg.norm(left)
    return np.array([left, np.cross(up, left), up])


def _posterior(
    middle: np.ndarray, axes: np.ndarray, half: np.ndarray, rng: np.random.Generator
) -> list[Mesh]:
    """Return pedicles, facets, laminae, transverse processes and the spinous process."""
    left, back, up = axes
    wall = middle + back * half[1]
    spinous = wall + back * rng.uniform(32, 38) - up * rng.uniform(8, 12)
    pieces = [superellipsoid(spinous, axes, (3.5, 15, 11))]
    for side in (1, -1):
        offsets = (
            (14, 6, 4, (4.5, 9, 7)),
            (16, 18, -4, (7, 7, 17)),
            (9, 22, -6, (10, 4, 9)),
            (30, 10, 3, (19, 4, 5)),
        )
        for aside, behind, above, radii in offsets:
            at = wall + left * side * aside + back * behind + up * above
            pieces.append(superellipsoid(at, axes, radii))
    return pieces
