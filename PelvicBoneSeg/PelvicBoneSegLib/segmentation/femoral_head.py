"""The femoral head as a sphere: centre and radius from a mask of the femur."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..anatomy import LEFT
from .affine import transformed
from .orientation import AnatomicalAxes
from .surface import closed_surface, surface_arrays

RADIUS_RANGE_MM = (15.0, 35.0)
"""Radii that are believed. Heads of adults have 20 to 30 mm (K. J. Koval and J. D. Zuckerman, Hip
Fractures, Springer 2000, chapter 1); the rest is for the young and for deformed hips."""

MAX_RMS_MM = 1.5
"""A sphere that misses its own points by more is none. Manual labels of 18 women reach
1.0 mm, on slices of 5.2 mm."""

MIN_COVERAGE = 0.6
"""Least part of the sphere that must be there as surface. Whole heads have 0.72 to 0.95 in manual
labels of 18 women and of 4 CT scans, halves 0.3 to 0.6, and the neck takes up the rest."""

TOLERANCE_MM = 2.0
"""Points this near to the sphere belong to it: some 40 % of a thick slice."""

NEAR_HIP_MM = 12.0
"""Surface of the femur so near to the hip bone faces the acetabulum: cartilage and the blur
between the two masks are thinner, the trochanters are further away."""

MIN_OFFSET_MM = 15.0
"""What lies below the head lies so far lateral of its centre: 25 to 44 mm in manual labels of 18
women. The greater trochanter and the end of a cut shaft stand right above the shaft."""

MIN_SHAFT_SHARE = 0.1
"""Less of the surface below the head says nothing of where the shaft is."""

_SMOOTHING = 0.5  # takes the steps between thick slices off
_TRIALS = 400
_POINTS = 2000
_HIP_POINTS = 1000
_REFINEMENTS = 8
_MIN_INLIERS = 20


@dataclass(frozen=True, eq=False)
class FemoralHead:
    """A sphere.

    Attributes
    ----------
    centre
        LPS in mm, shape (3,).
    radius_mm
        Its radius.
    rms_mm
        Root mean square distance of the points that belong to it.
    inliers
        How many points those are.
    """

    centre: np.ndarray
    radius_mm: float
    rms_mm: float
    inliers: int


class NoFemoralHead(Enum):
    """Why there is no sphere. Values say it in English."""

    NO_FEMUR = "there is too little of the femur"
    NOT_IN_SCAN = "the femoral head is not, or not wholly, in the scan"
    IMPLAUSIBLE = "no plausible sphere fits the femoral head"


def fit_femoral_head(
    femur: np.ndarray, ijk_to_lps: np.ndarray, side: str, hip_bone: np.ndarray | None = None
) -> FemoralHead | NoFemoralHead:
    """Fit a sphere to the head of a femur.

    Spheres through random points of the surface compete (RANSAC: Fischler and Bolles, Commun. ACM
    24, 1981), the one with the most surface wins and is fitted to it by least squares. The random
    points lie next to the hip bone where there is one; else they are the medial ones.

    Parameters
    ----------
    femur
        Shape (K, J, I); voxels that are not 0 belong to one femur.
    ijk_to_lps
        4×4 matrix, as in `Volume`.
    side
        ``"left"`` or ``"right"``: the patient's.
    hip_bone
        The hip bone of that side on the same voxels; None or empty where it is not known.

    Returns
    -------
    The sphere, or why there is none. The same mask always gives the same answer.
    """
    has_steps = AnatomicalAxes.from_matrix(ijk_to_lps).acquisition_plane is not None
    surface = closed_surface(femur, ijk_to_lps, _SMOOTHING if has_steps else 0)
    if surface.GetNumberOfPoints() < _POINTS // 10:
        return NoFemoralHead.NO_FEMUR
    points, triangles, _normals = surface_arrays(surface)
    points, weights = _thinned(points.astype(np.float64), triangles)
    seeds = _points_by_the_hip(points, hip_bone, ijk_to_lps)
    if seeds is None:
        seeds = _medial_points(points, side)
    start = _best_sphere(points, weights, seeds)
    if start is None:
        return NoFemoralHead.NOT_IN_SCAN
    centre, radius, inside = _refined(points, weights, *start)
    if np.count_nonzero(inside) < _MIN_INLIERS:
        return NoFemoralHead.IMPLAUSIBLE
    off = np.linalg.norm(points[inside] - centre, axis=1) - radius
    rms = float(np.sqrt(np.average(off**2, weights=weights[inside])))
    if not RADIUS_RANGE_MM[0] <= radius <= RADIUS_RANGE_MM[1] or rms > MAX_RMS_MM:
        return NoFemoralHead.IMPLAUSIBLE
    covered = weights[inside].sum() / (4 * np.pi * radius**2)
    if covered < MIN_COVERAGE or not _is_medial(points, centre, radius, side):
        return NoFemoralHead.NOT_IN_SCAN
    return FemoralHead(centre, radius, rms, int(np.count_nonzero(inside)))


def _thinned(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return some of the points and the area in mm² that each stands for.

    Slices leave many points between pixels and few between slices; the area makes up for that.
    """
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    share = np.bincount(triangles.ravel(), np.repeat(area / 3, 3), len(points))
    step = max(1, len(points) // _POINTS)
    return points[::step], share[::step] * share.sum() / share[::step].sum()


def _points_by_the_hip(
    points: np.ndarray, hip_bone: np.ndarray | None, ijk_to_lps: np.ndarray
) -> np.ndarray | None:
    if hip_bone is None or not hip_bone.any():
        return None
    kji = np.argwhere(hip_bone)
    ijk = kji[:: max(1, len(kji) // _HIP_POINTS), ::-1]
    hip = transformed(ijk, ijk_to_lps)
    near = points[_squared_distances(points, hip).min(axis=1) <= NEAR_HIP_MM**2]
    return near if len(near) >= 50 else None


def _medial_points(points: np.ndarray, side: str) -> np.ndarray:
    """Return the half of the proximal points that is nearest to the midline."""
    proximal = points[points[:, 2] >= np.max(points[:, 2]) - 4 * RADIUS_RANGE_MM[1]]
    medial = -proximal[:, 0] if side == LEFT else proximal[:, 0]
    return proximal[medial >= np.median(medial)]


def _is_medial(points: np.ndarray, centre: np.ndarray, radius: float, side: str) -> bool:
    """Tell the head from the greater trochanter and the end of a cut shaft."""
    below = points[points[:, 2] < centre[2] - radius]
    if len(below) < MIN_SHAFT_SHARE * len(points):
        return True
    lateral = below[:, 0].mean() - centre[0]
    return bool((lateral if side == LEFT else -lateral) >= MIN_OFFSET_MM)


def _best_sphere(
    points: np.ndarray, weights: np.ndarray, seeds: np.ndarray
) -> tuple[np.ndarray, float] | None:
    rng = np.random.default_rng(0)
    corners = seeds[rng.integers(len(seeds), size=(_TRIALS, 4))]
    # |p|² - 2 p·c is the same for all points of a sphere.
    edges = corners[:, 1:] - corners[:, :1]
    squares = (corners**2).sum(axis=2)
    usable = np.abs(np.linalg.det(edges)) > 1.0
    edges, squares, first = edges[usable], squares[usable], corners[usable, 0]
    right = (squares[:, 1:] - squares[:, :1])[..., None] / 2
    centres = np.linalg.solve(edges, right)[..., 0]
    radii = np.linalg.norm(first - centres, axis=1)
    plausible = (radii >= RADIUS_RANGE_MM[0]) & (radii <= RADIUS_RANGE_MM[1])
    if not plausible.any():
        return None
    centres, radii = centres[plausible], radii[plausible]
    away = np.sqrt(_squared_distances(centres, points)) - radii[:, None]
    covered = (np.abs(away) <= TOLERANCE_MM) @ weights / radii**2
    best = int(np.argmax(covered))
    return centres[best], float(radii[best])


def _refined(
    points: np.ndarray, weights: np.ndarray, centre: np.ndarray, radius: float
) -> tuple[np.ndarray, float, np.ndarray]:
    """Fit and choose the points again until they stay the same."""
    inside = _belongs(points, centre, radius)
    for _ in range(_REFINEMENTS if np.count_nonzero(inside) >= _MIN_INLIERS else 0):
        centre, radius = _least_squares(points[inside], weights[inside], centre, radius)
        again = _belongs(points, centre, radius)
        settled = (again == inside).all()
        inside = again
        if settled or np.count_nonzero(inside) < _MIN_INLIERS:
            break
    return centre, radius, inside


def _least_squares(
    points: np.ndarray, weights: np.ndarray, centre: np.ndarray, radius: float
) -> tuple[np.ndarray, float]:
    """Take Gauss-Newton steps on the distances to the sphere."""
    root = np.sqrt(weights)[:, None]
    for _ in range(5):
        away = points - centre
        distance = np.linalg.norm(away, axis=1, keepdims=True)
        slopes = np.hstack([away / distance, np.ones_like(distance)])
        step, *_ = np.linalg.lstsq(root * slopes, root * (distance - radius), rcond=None)
        centre, radius = centre + step[:3, 0], radius + float(step[3, 0])
    return centre, radius


def _belongs(points: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    return np.abs(np.linalg.norm(points - centre, axis=1) - radius) <= TOLERANCE_MM


def _squared_distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return all distances in mm², shape (N, M), of points (N, 3) and (M, 3)."""
    middle = others.mean(axis=0)
    some, others = some - middle, others - middle
    squared = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * some @ others.T
    return np.maximum(squared, 0)
