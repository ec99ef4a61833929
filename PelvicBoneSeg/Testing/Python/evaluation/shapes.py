"""Masks and label maps whose measures are known."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.structure import Structure

SHAPE = (24, 30, 40)
SPACING = (0.5, 2.0, 5.0)
"""Along i, j, k."""

SACRUM = Structure("sacrum", "")
LUMBAR_SPINE = Structure("lumbar_spine", "")
LEFT_FEMUR, RIGHT_FEMUR, FEMURS = (Structure("femur", side) for side in ("left", "right", "both"))


def matrix(spacing=SPACING, origin=(0.0, 0.0, 0.0)):
    ijk_to_lps = np.diag([*spacing, 1.0])
    ijk_to_lps[:3, 3] = origin
    return ijk_to_lps


def box(k, j, i, shape=SHAPE):
    """Fill from each axis's first to before its last index."""
    mask = np.zeros(shape, bool)
    mask[slice(*k), slice(*j), slice(*i)] = True
    return mask


def sphere(radius_mm, spacing, margin_mm=3.0):
    """Fill a ball in the middle of a cube of one and the same size for all spacings (k, j, i)."""
    half = 30.0 + margin_mm
    axes = [np.arange(-half, half, step) for step in spacing]
    k, j, i = np.meshgrid(*axes, indexing="ij")
    return k**2 + j**2 + i**2 <= radius_mm**2


def one_bone(mask, structure=SACRUM, ijk_to_lps=None):
    return LabelMap.from_masks({structure: mask}, matrix() if ijk_to_lps is None else ijk_to_lps)


def reordered(label_map, order, flips):
    """Store the same voxels with other array axes: array axis a becomes what `order[a]` was."""
    flags = np.transpose(label_map.flags, order)
    flags = flags[tuple(slice(None, None, -1 if flip else None) for flip in flips)]
    to_old = np.eye(4)
    to_old[:3, :3] = 0
    for axis, (source, flip) in enumerate(zip(order, flips, strict=True)):
        to_old[2 - source, 2 - axis] = -1 if flip else 1
        if flip:
            to_old[2 - source, 3] = flags.shape[axis] - 1
    return LabelMap(flags, label_map.ijk_to_lps @ to_old, label_map.structures)
