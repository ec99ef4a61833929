"""Gaps in a bone's labels: between fragments, and whole slices that were left out."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from PelvicBoneSegLib.segmentation.components import box_of, number_parts
from PelvicBoneSegLib.segmentation.laterality import PAIRED, on_left

from .case import Case

CLOSING_MM = 6.0
"""Gaps twice as wide are closed. Discs are 8 to 12 mm high; a vertebral canal is 15 mm wide and
more, an obturator foramen 30 mm, so that real openings stay known."""


def gaps(case: Case, bone: str) -> np.ndarray:
    """Find the gaps in a bone.

    The morphological closing of the bone in space, and in each slice without any of it that lies
    between labelled ones, what either neighbour covers. Left and right are taken by themselves.

    Parameters
    ----------
    case
        The scan with its labels. Slices are those of its acquisition plane; a nearly isotropic
        one is only closed.
    bone
        Whose gaps they are.

    Returns
    -------
    Boolean, shape (K, J, I); labelled voxels are not in it.
    """
    region = np.zeros(case.labels.shape, bool)
    axes, spacing = case.volume.axes, case.volume.spacing[::-1]
    for mask in _sides(case, bone):
        box = _box_with_margin(mask, spacing)
        region[box] |= _closed(mask[box], spacing)
        plane = axes.acquisition_plane
        if plane is not None:
            _add_missing_slices(axes.to_stack(mask, plane), axes.to_stack(region, plane))
    region &= case.labels == 0
    return region


def _sides(case: Case, bone: str) -> list[np.ndarray]:
    """Return the masks of a bone by side, without empty ones."""
    k, j, i = voxels = case.voxels(bone)
    sides = [np.ones(k.size, bool)]
    if bone in PAIRED and k.size:
        plane = case.midsagittal_plane()
        distance = plane.voxel_distance(voxels, case.volume.ijk_to_lps)
        is_left = on_left(distance, number_parts(voxels), plane.is_evident)
        sides = [is_left, ~is_left]
    masks = []
    for side in sides:
        if side.any():
            mask = np.zeros(case.labels.shape, bool)
            mask[k[side], j[side], i[side]] = True
            masks.append(mask)
    return masks


def _box_with_margin(mask: np.ndarray, spacing: np.ndarray) -> tuple[slice, ...]:
    margin = np.ceil(CLOSING_MM / spacing).astype(int) + 1
    return tuple(
        slice(max(0, side.start - more), side.stop + more)
        for side, more in zip(box_of(mask), margin, strict=True)
    )


def _closed(mask: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Dilate and erode by a ball. Beyond the array the dilated bone is taken to go on."""
    dilated = distance_transform_edt(~mask, sampling=spacing) <= CLOSING_MM
    if dilated.all():
        return dilated
    return np.asarray(distance_transform_edt(dilated, sampling=spacing) > CLOSING_MM)


def _add_missing_slices(mask: np.ndarray, region: np.ndarray) -> None:
    filled = np.flatnonzero(mask.any(axis=(1, 2)))
    for before, after in zip(filled[:-1], filled[1:], strict=True):
        region[before + 1 : after] |= mask[before] | mask[after]
