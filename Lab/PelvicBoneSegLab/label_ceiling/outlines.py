"""Two outlines of one bone: how far apart, and how unsteady each is from slice to slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt

from PelvicBoneSegLib.evaluation.surface_distance import area_table, neighbour_codes
from PelvicBoneSegLib.segmentation.components import box_of

FURTHEST_MM = 6.0
"""Outlines further apart than this do not show one line drawn twice but another part of the
bone. Distances are cut off here."""

_MARGIN = 8
_ON_OUTLINE = 0.6
"""Pixels whose centre is nearer to an outline than this many pixels are its outline: half a pixel
beside a straight one, and 0.5 √2 − 0.5 at a corner."""


@dataclass(frozen=True)
class OutlineMeasures:
    """A bone in one case, in the slices that mask and bundle both show.

    Attributes
    ----------
    offset_mm
        Mean distance of the mask's outline from the bundle's; positive where the mask lies outside.
    jitter_mm
        How much less steady from slice to slice the mask's outline is than the bundle's: standard
        deviation of what no neighbouring slice explains; see `redrawing_mm`.
    loss_per_mm
        Share of Dice that is lost where one of two outlines lies a millimetre off everywhere:
        length of the outline over twice the area.
    """

    offset_mm: float
    jitter_mm: float
    loss_per_mm: float


def measure_outlines(
    truth: np.ndarray, found: np.ndarray, pixel_mm: tuple[float, float]
) -> OutlineMeasures | None:
    """Compare the outlines of a mask and of a bundle, slice by slice.

    Parameters
    ----------
    truth, found
        Boolean, shape (slices, rows, columns).
    pixel_mm
        Between rows and between columns.

    Returns
    -------
    None where no slice shows the bone in both.
    """
    shared = np.flatnonzero(truth.any(axis=(1, 2)) & found.any(axis=(1, 2)))
    if not shared.size:
        return None
    box = _box(truth | found)
    truth, found = truth[box], found[box]
    pairs = {
        int(k): (_signed_distance(truth[k], pixel_mm), _signed_distance(found[k], pixel_mm))
        for k in shared
    }
    near = _ON_OUTLINE * max(pixel_mm)
    apart = np.concatenate(
        [
            np.concatenate([-to_truth[abs(to_found) < near], to_found[abs(to_truth) < near]])
            for to_truth, to_found in pairs.values()
        ]
    )
    apart = apart[abs(apart) < FURTHEST_MM]
    unsteady = [redrawing_mm({k: pair[side] for k, pair in pairs.items()}, near) for side in (0, 1)]
    area = truth[shared].sum() * pixel_mm[0] * pixel_mm[1]
    length = sum(_length(truth[k], pixel_mm) for k in shared)
    return OutlineMeasures(
        offset_mm=float(apart.mean()) if apart.size else 0.0,
        jitter_mm=float(np.sqrt(max(unsteady[0] ** 2 - unsteady[1] ** 2, 0.0))),
        loss_per_mm=float(length / (2 * area)),
    )


def redrawing_mm(distances: dict[int, np.ndarray], near: float) -> float:
    """Say how far an outline lies from where the slices before and after it would put it.

    The two neighbours' signed distances are averaged. What is left has the curvature of the bone in
    it as well as the hand's unsteadiness. The curvature is the same for two outlines of one bone,
    so that it drops out of the difference of their squares.

    Parameters
    ----------
    distances
        Slice → signed distance to the outline in mm.
    near
        Pixels nearer than this are the outline.

    Returns
    -------
    Root mean square, divided by √1.5: with independent errors of variance s² in each of the three
    slices it has variance 1.5 s². 0 where no three slices follow each other.
    """
    middle = [k for k in distances if k - 1 in distances and k + 1 in distances]
    left = [((distances[k - 1] + distances[k + 1]) / 2)[abs(distances[k]) < near] for k in middle]
    if not left:
        return 0.0
    clipped = np.clip(np.concatenate(left), -FURTHEST_MM, FURTHEST_MM)
    return float(np.sqrt((clipped**2).mean() / 1.5))


def _signed_distance(mask: np.ndarray, pixel_mm: tuple[float, float]) -> np.ndarray:
    """Return the distance from each pixel's centre to the outline, negative inside."""
    outside = distance_transform_edt(~mask, sampling=pixel_mm)
    inside = distance_transform_edt(mask, sampling=pixel_mm)
    return outside - inside + np.where(mask, 0.5, -0.5) * min(pixel_mm)


def _length(mask: np.ndarray, pixel_mm: tuple[float, float]) -> float:
    return float(area_table(pixel_mm)[neighbour_codes(mask)].sum())


def _box(mask: np.ndarray) -> tuple[slice, slice, slice]:
    _, rows, columns = (
        slice(max(side.start - _MARGIN, 0), side.stop + _MARGIN) for side in box_of(mask)
    )
    return slice(None), rows, columns
