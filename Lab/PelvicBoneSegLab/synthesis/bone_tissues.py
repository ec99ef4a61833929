"""What a bone is made of, and what lies between bones; masks are in canonical order."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.anatomy import FEMUR, LUMBAR_SPINE

from .smooth_field import smooth_field
from .tissue_map import GRID_MM, Kind

PARTS = (Kind.CORTEX, Kind.MARROW, Kind.MARROW, Kind.DISC)
"""The tissues of every bone."""

_CORTEX, _MARROW, _RED_MARROW, _GAP = range(len(PARTS))

SHELL_MM = 2.0
"""Of the cortex."""

# The femur's cortex thickens from the trochanters to the shaft, at these distances below its top.
_SHAFT_MM = 6.0
_SHAFT_FROM_MM, _SHAFT_AT_MM = 70.0, 120.0

# Red marrow lies in patches with smaller ones in between, and in most bones beneath the cortex: in
# T2 the pubic bodies of men have a dark margin around a bright core.
_PATCHES_MM, _MOTTLES_MM = 12.0, 3.0
_MARGINS = 0.7
_MARGIN_MM = 1.0, 6.0

# Gaps up to twice this wide are closed: pores that a threshold left, and in the spine the discs,
# which belong to the column in the other datasets.
_CLOSING_MM = {LUMBAR_SPINE: 6.0}
_CLOSING_OTHERS_MM = 2.5

ROOM_MM = 8.0
"""Masks need that much room around them."""


def bone_parts(
    mask: np.ndarray, bone: str, rng: np.random.Generator, shell_mm: float = SHELL_MM
) -> np.ndarray:
    """Split a bone into its tissues.

    Parameters
    ----------
    mask
        Where the label map has the bone.
    shell_mm
        About how thick its cortex is.

    Returns
    -------
    int, same shape: index into `PARTS`, or −1 outside. Pores, hollows and discs are within.
    """
    from scipy.ndimage import binary_fill_holes, distance_transform_edt

    closed = _closed(mask, _CLOSING_MM.get(bone, _CLOSING_OTHERS_MM)) | mask
    solid = binary_fill_holes(closed)
    bony = mask | (solid & ~closed)
    depth = distance_transform_edt(bony) * GRID_MM
    shell = shell_mm + 0.5 * smooth_field(mask.shape, 9.0, rng)
    if bone == FEMUR:
        below = np.arange(len(mask)) - np.flatnonzero(mask.any(axis=(1, 2)))[0]
        shell += np.interp(
            below * GRID_MM, (_SHAFT_FROM_MM, _SHAFT_AT_MM), (0, _SHAFT_MM - shell_mm)
        ).astype(np.float32)[:, None, None]
    patches = smooth_field(mask.shape, _PATCHES_MM, rng)
    mottles = rng.uniform(0, 1.5) * smooth_field(mask.shape, _MOTTLES_MM, rng)
    parts = np.where(patches + mottles > 0.3, _RED_MARROW, _MARROW)
    if rng.random() < _MARGINS:
        parts[depth < shell + rng.uniform(*_MARGIN_MM) + mottles] = _RED_MARROW
    parts[depth < shell] = _CORTEX
    parts[closed & ~mask] = _GAP
    parts[~solid] = -1
    return parts


def canal(spine: np.ndarray) -> np.ndarray:
    """Return what the spine surrounds in its axial slices."""
    from scipy.ndimage import binary_fill_holes

    return np.stack([binary_fill_holes(layer) for layer in spine]) & ~spine


def between(one: np.ndarray, other: np.ndarray, reach_mm: float) -> np.ndarray:
    """Return what is within `reach_mm` of both masks and in neither."""
    from scipy.ndimage import distance_transform_edt

    near = [distance_transform_edt(~mask) * GRID_MM <= reach_mm for mask in (one, other)]
    return near[0] & near[1] & ~one & ~other


def _closed(mask: np.ndarray, reach_mm: float) -> np.ndarray:
    from scipy.ndimage import distance_transform_edt

    reach = reach_mm / GRID_MM
    dilated = distance_transform_edt(~mask) <= reach
    # A bone that is cut off at the edge goes on beyond it.
    eroded = distance_transform_edt(np.pad(dilated, 1, mode="edge"))
    return eroded[1:-1, 1:-1, 1:-1] > reach
