"""From bone classes to clean segments: sides, islands and holes, all measured in mm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..anatomy import (
    BONES,
    BOTH,
    FEMUR,
    HIP_BONE,
    LEFT,
    LUMBAR_SPINE,
    RIGHT,
    SACRUM,
    SEGMENTS,
    SegmentDefinition,
    segments_for,
)
from .components import Voxels, bounding_box, cavities, number_parts, slice_hole_sizes
from .laterality import PAIRED, estimate_midsagittal_plane, is_no_femur, on_left
from .volume import Volume

MIN_BONE_MM3 = 1000.0
"""A segment whose largest part is smaller is noise: 1000 mm³ is a cube of 10 mm."""

MIN_PART_MM3 = 3000.0
"""A further part is kept from this size on. Real parts of a bone that thick slices break up
(ilium and ischium, head and shaft, ends of the sacrum) have 10 000–18 000 mm³ in manual labels of
18 patients; slips of the hand there have at most 1000 mm³."""

MIN_PART_SHARE = 0.03
"""… and from this share of the largest part on (real ones: 5–15 %, doubtful ones: 1 %)."""

MAX_SLICE_HOLE_MM2 = {FEMUR: 200.0, HIP_BONE: 50.0, SACRUM: 25.0, LUMBAR_SPINE: 50.0}
"""Largest hole that is filled in a slice. The femur has no passage. An obturator foramen is some
30 × 40 mm, a vertebral canal 15 mm wide or more, and 50 mm² are 8 mm wide. Sacral foramina are
6–10 mm wide, hence over 28 mm²: in manual labels real ones have 34–183, slips up to 16 mm²."""

WITHOUT_CANAL = (FEMUR, HIP_BONE)
"""Bones in which anything closed on all sides is filled. In thick slices the sacral and vertebral
canals look closed as well, so that in those bones only small holes are."""


def postprocess(
    class_labels: np.ndarray, volume: Volume, bones: Iterable[str], side: str = BOTH
) -> np.ndarray:
    """Divide paired bones into left and right, drop islands and fill holes.

    Parameters
    ----------
    class_labels
        uint8, shape (K, J, I): 0 background, else 1 + index into `anatomy.BONES`. All four bones
        tell where the midline is, also those that were not chosen.
    volume
        The scan that they lie in.
    bones
        Names out of `anatomy.BONES`.
    side
        One of `anatomy.SIDES`.

    Returns
    -------
    np.ndarray
        uint8, shape (K, J, I): label values of `anatomy.SEGMENTS`, chosen segments only.

    Raises
    ------
    UnknownBoneError, UnknownSideError
        See `anatomy.segments_for`.
    """
    segments = segments_for(bones, side)
    bone_voxels = _voxels_by_bone(class_labels)
    by_side = _divide_by_side(bone_voxels, {segment.bone for segment in segments}, volume)
    labels = np.zeros(class_labels.shape, np.uint8)
    occupied = class_labels != 0
    if (FEMUR, None) in by_side:
        occupied[by_side[FEMUR, None]] = False
    found = []
    for segment in segments:
        voxels = by_side[segment.bone, segment.side]
        kept = _without_islands(voxels, volume.voxel_volume_mm3)
        occupied[voxels] = False
        occupied[kept] = True
        labels[kept] = segment.label
        if kept[0].size:
            found.append((segment, bounding_box(kept)))
    # Only now, so that a hole may be filled where another bone's island was dropped.
    for segment, box in found:
        _fill_holes(labels[box], occupied[box], segment, volume)
    return labels


def bone_classes(labels: np.ndarray) -> np.ndarray:
    """Turn label values of `anatomy.SEGMENTS` back into classes, sides taken together.

    Parameters
    ----------
    labels
        uint8 of any shape, as `postprocess` returns them.

    Returns
    -------
    np.ndarray
        uint8 of that shape: 0 background, else 1 + index into `anatomy.BONES`.
    """
    lookup = np.zeros(256, np.uint8)
    for segment in SEGMENTS:
        lookup[segment.label] = BONES.index(segment.bone) + 1
    return lookup[labels]


def _voxels_by_bone(class_labels: np.ndarray) -> dict[str, Voxels]:
    flat = np.flatnonzero(class_labels != 0)
    classes = class_labels.ravel()[flat]
    return {
        bone: np.unravel_index(flat[classes == index], class_labels.shape)
        for index, bone in enumerate(BONES, start=1)
    }


def _divide_by_side(
    bone_voxels: Mapping[str, Voxels], chosen: Iterable[str], volume: Volume
) -> dict[tuple[str, str | None], Voxels]:
    """Return the voxels of the chosen bones by bone and side; (femur, None) is what is no femur."""
    by_side: dict[tuple[str, str | None], Voxels] = {}
    plane = None
    for bone in chosen:
        voxels = bone_voxels[bone]
        if bone not in PAIRED:
            by_side[bone, None] = voxels
            continue
        plane = plane or estimate_midsagittal_plane(bone_voxels, volume)
        distance = plane.voxel_distance(voxels, volume.ijk_to_lps)
        parts = number_parts(voxels)
        is_left = on_left(distance, parts, plane.is_evident)
        if bone == FEMUR and plane.is_evident:
            is_false = is_no_femur(distance, parts)
            by_side[bone, None] = _select(voxels, is_false)
            voxels, is_left = _select(voxels, ~is_false), is_left[~is_false]
        by_side[bone, LEFT] = _select(voxels, is_left)
        by_side[bone, RIGHT] = _select(voxels, ~is_left)
    return by_side


def _select(voxels: Voxels, wanted: np.ndarray) -> Voxels:
    k, j, i = voxels
    return k[wanted], j[wanted], i[wanted]


def _without_islands(voxels: Voxels, voxel_mm3: float) -> Voxels:
    parts = number_parts(voxels)
    sizes = np.bincount(parts, minlength=1) * voxel_mm3
    largest = sizes.max()
    is_kept = sizes >= max(MIN_PART_MM3, MIN_PART_SHARE * largest)
    is_kept |= (sizes == largest) & (largest >= MIN_BONE_MM3)
    return _select(voxels, is_kept[parts])


def _fill_holes(
    labels: np.ndarray, occupied: np.ndarray, segment: SegmentDefinition, volume: Volume
) -> None:
    """Fill the holes of one segment in place; the arrays are cut to its bounding box."""
    axes = volume.axes
    # Nearly isotropic scans have no plane of their own; any will do, for the same result however
    # they are stored.
    plane = axes.acquisition_plane or "axial"
    stack = axes.to_stack(labels, plane)
    mask = stack == segment.label
    pixel_mm2 = float(np.prod(axes.stack_spacing(plane)[1:]))
    sizes = slice_hole_sizes(mask)
    holes = (sizes > 0) & (sizes <= MAX_SLICE_HOLE_MM2[segment.bone] / pixel_mm2)
    holes &= ~axes.to_stack(occupied, plane)
    if segment.bone in WITHOUT_CANAL and np.any((sizes > 0) & ~holes):
        holes |= cavities(mask | holes) & (stack == 0)
    stack[holes] = segment.label
