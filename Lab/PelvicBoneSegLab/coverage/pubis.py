"""The pubis, found from the femoral heads, where the labels of the hip bone leave it out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .case import Case
from .head_frame import HeadFrame

ARCH = np.array(
    [
        (0.32, -0.12, 0.02),
        (0.14, -0.20, -0.075),
        (0.04, -0.18, -0.135),
        (0.09, -0.08, -0.215),
        (0.14, 0.00, -0.265),
        (0.21, 0.10, -0.295),
    ]
)
"""Middle of one pubis in coordinates of `HeadFrame`, lateral, posterior, superior: from the
acetabulum along the upper ramus to the symphysis and down the lower ramus to the ischium. Measured
on the label maps of pelvic_ct_labelmaps, which hold the whole hip bone."""

RADIUS = 0.11
"""Reach around the arch, some 19 mm. Covers 97.7, 99.0, 100 and 99.4 % of the pubis of the four CT
label maps, taken as the hip bone below 0.08 and medial of 0.25 in front of 0.1, or medial of 0.34
in front of -0.1, and 94 % of the embedded phantom's, which it was not fitted to. The reach
allows for how differently pelves are tilted."""


def pubis(case: Case, bone: str) -> np.ndarray:
    """Find where the pubis may be.

    A tube around `ARCH`, on both sides. It ends where pelvic_mr_t1 has its labels: the acetabulum
    and the ischium, with the background around them, lie outside but for its two ends.

    Parameters
    ----------
    case
        The scan with its labels; both femoral heads are labelled.
    bone
        The hip bone; it is the only one with a pubis.

    Returns
    -------
    Boolean, shape (K, J, I).

    Raises
    ------
    CoverageError
        There are no two femoral heads to find it by.
    """
    return pubis_of_frame(HeadFrame.of(case), case.volume.ijk_to_lps, case.labels.shape)


def pubis_of_frame(frame: HeadFrame, ijk_to_lps: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the tube around both arches on voxels of a (K, J, I) shape, boolean.

    Parameters
    ----------
    frame
        Of the two femoral heads.
    ijk_to_lps
        4×4 matrix of the voxels.
    shape
        Of the array.
    """
    region = np.zeros(shape, bool)
    box = _box_around_arch(frame, ijk_to_lps, region.shape)
    points = frame.coordinates(box, ijk_to_lps)
    points[..., 0] = np.abs(points[..., 0])
    region[box] = _squared_distance(points) <= RADIUS**2
    return region


def _box_around_arch(
    frame: HeadFrame, ijk_to_lps: np.ndarray, shape: tuple[int, ...]
) -> tuple[slice, ...]:
    both = np.concatenate([ARCH, ARCH * (-1, 1, 1)])
    ijk = (frame.to_lps(both) - ijk_to_lps[:3, 3]) @ np.linalg.inv(ijk_to_lps[:3, :3]).T
    reach = RADIUS * frame.distance_mm / np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
    # An axis that is skewed by the 10° that a volume may have needs no more than 2 % more.
    low = np.floor(ijk.min(axis=0) - 1.02 * reach).astype(int)[::-1]
    high = np.ceil(ijk.max(axis=0) + 1.02 * reach).astype(int)[::-1] + 1
    return tuple(
        slice(min(max(start, 0), size), min(max(stop, 0), size))
        for start, stop, size in zip(low, high, shape, strict=True)
    )


def _squared_distance(points: np.ndarray) -> np.ndarray:
    """Return the squared distance of points (..., 3) to the arch, shape (...)."""
    nearest = np.full(points.shape[:-1], np.inf, np.float32)
    for start, end in pairwise(ARCH.astype(np.float32)):
        along = end - start
        away = points - start
        share = np.clip(away @ along / (along @ along), 0, 1)
        away -= share[..., None] * along
        nearest = np.minimum(nearest, (away**2).sum(axis=-1))
    return nearest
