"""Slices before the first and after the last labelled one, where a bone may go on."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.segmentation.components import box_of

from .case import Case

REACH_MM = 25.0
"""How far beyond the labelled slices the labels are silent: the 5 slices by which cases of
pelvic_mr_t1 with a short sacrum (7 to 10 slices) fall behind the others (11 to 15)."""

MARGIN_MM = 25.0
"""Around the bone's box in the plane. A sacrum goes down as it goes back: of the four CT label
maps, cut 50, 65 or 75 mm behind the promontory, 87 to 100 % of the next 25 mm stay inside."""

END_MM = 15.0
"""Labelled slices that make up the box: three thick ones, so that one careless slice does not
narrow it."""


def beyond_slices(case: Case, bone: str) -> np.ndarray:
    """Find where a bone may go on at both ends; see `beyond_last_slice`."""
    return beyond_first_slice(case, bone) | beyond_last_slice(case, bone)


def beyond_first_slice(case: Case, bone: str) -> np.ndarray:
    """Find where a bone may go on before its first labelled slice; see `beyond_last_slice`."""
    return _beyond(case, bone, backwards=True)


def beyond_last_slice(case: Case, bone: str) -> np.ndarray:
    """Find where a bone may go on after its last labelled slice.

    Parameters
    ----------
    case
        The scan with its labels. Slices are those of its acquisition plane, coronal where it has
        none, in the order of a stack: towards posterior, inferior or left.
    bone
        Whose slices count.

    Returns
    -------
    Boolean, shape (K, J, I): up to `REACH_MM` beyond, in the box of the outer slices.
    """
    return _beyond(case, bone, backwards=False)


def _beyond(case: Case, bone: str, *, backwards: bool) -> np.ndarray:
    region = np.zeros(case.labels.shape, bool)
    axes = case.volume.axes
    plane = axes.acquisition_plane or "coronal"
    order = slice(None, None, -1 if backwards else 1)
    mask = axes.to_stack(case.mask(bone), plane)[order]
    filled = np.flatnonzero(mask.any(axis=(1, 2)))
    if not filled.size:
        return region
    spacing = axes.stack_spacing(plane)
    last = filled[-1] + 1
    outer = mask[max(0, last - round(END_MM / spacing[0])) : last]
    rows, columns = (
        slice(max(0, side.start - round(MARGIN_MM / step)), side.stop + round(MARGIN_MM / step))
        for side, step in zip(box_of(outer)[1:], spacing[1:], strict=True)
    )
    reach = int(REACH_MM / spacing[0])
    axes.to_stack(region, plane)[order][last : last + reach, rows, columns] = True
    return region
