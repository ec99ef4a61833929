"""Tissue maps out of labelled MR scans: what is alike in intensity is taken for one tissue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE

from .regrid import nearest, smooth, smooth_labels
from .tissue_map import GRID_MM, Kind, TissueMap

if TYPE_CHECKING:
    from ..data.cases import LabelledScan

_COIL_MM = 45.0
"""Sigma of the Gaussian that follows the coil's field."""

_COARSE = 6
"""The coil's field is found on every sixth voxel."""

_AIR = 0.1
"""Below this share of the 90th percentile there is no signal."""

_LIMITS = (0.25, 0.36, 0.56, 0.74)
"""Between cortex, fluid, muscle, organs and fat in T1; read off the groups of pelvic_mr_t1."""


def tissue_map_from_scan(scan: LabelledScan, clusters: int = 6) -> TissueMap:
    """Split a scan into tissues.

    Parameters
    ----------
    scan
        T1-weighted, or of a contrast in which fat is bright and fluid dark.
    clusters
        Groups of intensity outside the bones; in each bone there are two.

    Returns
    -------
    The map, with the scan's silent voxels. Its first tissues are air and the groups from dark to
    bright; then come the dark and the bright part of each bone.
    """
    axes = scan.volume.axes
    spacing = axes.spacing

    def canonical(array: np.ndarray) -> np.ndarray:
        return axes.to_stack(array, "axial")

    labels = smooth_labels(canonical(scan.labels), spacing, range(1, len(BONES) + 1))
    image = smooth(canonical(scan.volume.voxels), spacing)
    silent = nearest(canonical(scan.silent), spacing) if scan.silent.any() else None
    image = _without_coil(image)
    tissues = np.zeros(image.shape, np.uint8)
    body = (image > _AIR) | (labels > 0)
    soft = body & (labels == 0)
    groups, signals = _groups(image[soft], clusters)
    tissues[soft] = 1 + groups
    for bone in range(len(BONES)):
        mask = labels == bone + 1
        if mask.any():
            tissues[mask] = 1 + clusters + 2 * bone + _groups(image[mask], 2)[0]
    classes = np.zeros(1 + clusters + 2 * len(BONES), np.uint8)
    classes[1 + clusters :] = np.repeat(np.arange(1, len(BONES) + 1), 2)
    return TissueMap.cropped(scan.name, tissues, classes, _kinds(signals), silent)


def _kinds(signals: np.ndarray) -> np.ndarray:
    """Return what each tissue is, from the signals of the groups outside the bones."""
    order = (Kind.CORTEX, Kind.FLUID, Kind.MUSCLE, Kind.ORGAN, Kind.FAT)
    groups = [order[rank] for rank in np.searchsorted(_LIMITS, signals)]
    # What is dark in a vertebra is a disc or the canal, elsewhere cortex.
    dark = [Kind.CORTEX if bone in (FEMUR, HIP_BONE) else Kind.DISC for bone in BONES]
    bones = [kind for part in dark for kind in (part, Kind.MARROW)]
    return np.array([Kind.AIR, *groups, *bones], np.uint8)


def _without_coil(image: np.ndarray) -> np.ndarray:
    """Divide by the smooth part of the signal; the 90th percentile of the body becomes about 1."""
    from scipy.ndimage import gaussian_filter, zoom

    thin = image[::_COARSE, ::_COARSE, ::_COARSE]
    body = thin > _AIR * np.percentile(thin, 98)
    sigma = _COIL_MM / (GRID_MM * _COARSE)
    weight = gaussian_filter(body.astype(np.float32), sigma)
    field = gaussian_filter(thin * body, sigma) / np.maximum(weight, 1e-3)
    field = np.maximum(field, 0.3 * np.median(field[body]))
    factors = [n / m for n, m in zip(image.shape, thin.shape, strict=True)]
    even = image / zoom(field, factors, order=1)
    return even / np.percentile(even[even > 0.3], 90)


def _groups(values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the group of each value by k-means, 0 the darkest, and the groups' means.

    It works on a histogram.
    """
    low, high = np.percentile(values, (0.5, 99.5))
    bins = 256
    histogram, edges = np.histogram(np.clip(values, low, high), bins, (low, high))
    levels = (edges[1:] + edges[:-1]) / 2
    centres = np.linspace(low, high, 2 * count + 1)[1::2]
    for _ in range(30):
        group = np.searchsorted((centres[1:] + centres[:-1]) / 2, levels)
        mass = np.bincount(group, histogram, count)
        centres = np.where(
            mass > 0, np.bincount(group, histogram * levels, count) / np.maximum(mass, 1), centres
        )
    groups = np.searchsorted((centres[1:] + centres[:-1]) / 2, values)
    return groups.astype(np.uint8), centres
