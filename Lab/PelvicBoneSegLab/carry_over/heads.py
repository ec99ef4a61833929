"""Whether the femoral heads that a scan shows were found, and whether they are round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from PelvicBoneSegLib.anatomy import BONES, FEMUR, LEFT
from PelvicBoneSegLib.segmentation.surface import closed_surface, surface_arrays
from PelvicBoneSegLib.segmentation.volume import Volume

from .field_of_view import OUTSIDE, FieldOfView
from .men import Sphere

FEMUR_VALUE = BONES.index(FEMUR) + 1

LEAST_IN_FIELD = 0.4
"""A head of which less lies in the scan is not counted."""

RADIUS_RANGE_MM = (20.0, 30.0)
"""Of adults, see `femoral_head.RADIUS_RANGE_MM`."""

MAX_RESIDUAL_MM = 2.0
"""Two thirds of a slice of these scans."""

NECK = np.array([0.75, 0.2, -0.63])
"""Direction from the centre of the left head into the neck: lateral, posterior, inferior."""

_INNER = 0.85  # of the radius: cartilage and rim are a matter of taste
_NECK_COSINE = 0.5
_REACH = 1.5  # times the radius: surface further out is no part of the head
_BORDER_MM = 1.5
_LEAST_POINTS = 50


@dataclass(frozen=True)
class HeadFound:
    """One femoral head in one scan.

    Attributes
    ----------
    in_field
        Share of the head that lies in the field of view, 0–1. Below `LEAST_IN_FIELD` nothing else
        is known.
    femur, other_bone
        Share of the head's inner part in the field that is called femur, or another bone.
    radius_mm, residual_mm
        Sphere fitted to the surface of the femur there, and the root mean square distance of that
        surface to it; None where there is too little surface.
    """

    in_field: float
    femur: float | None = None
    other_bone: float | None = None
    radius_mm: float | None = None
    residual_mm: float | None = None

    @property
    def is_counted(self) -> bool:
        """Whether enough of the head is in the field."""
        return self.in_field >= LEAST_IN_FIELD

    @property
    def is_plausible(self) -> bool:
        """Whether it looks like a femoral head."""
        if self.radius_mm is None or self.residual_mm is None:
            return False
        low, high = RADIUS_RANGE_MM
        return low <= self.radius_mm <= high and self.residual_mm <= MAX_RESIDUAL_MM


def look_for_head(
    head: Sphere, side: str, classes: np.ndarray, volume: Volume, field: FieldOfView
) -> HeadFound:
    """Measure one head.

    Parameters
    ----------
    head
        Where it is.
    side
        ``"left"`` or ``"right"``.
    classes
        uint8, shape (K, J, I): 0 background, else 1 + index into `anatomy.BONES`.
    volume, field
        The scan.
    """
    in_field = float((field.at(head.points()) != OUTSIDE).mean())
    if in_field < LEAST_IN_FIELD:
        return HeadFound(in_field)
    voxels = field.at(head.points(_INNER))
    inner = classes.ravel()[voxels[voxels != OUTSIDE]]
    femur = float((inner == FEMUR_VALUE).mean())
    other = float(((inner != 0) & (inner != FEMUR_VALUE)).mean())
    return HeadFound(in_field, femur, other, *_fit(head, side, classes == FEMUR_VALUE, volume))


def _fit(
    head: Sphere, side: str, femur: np.ndarray, volume: Volume
) -> tuple[float | None, float | None]:
    """Fit a sphere to what there is of the head: its cut at the border of the scan is left out."""
    points = _surface(head, side, femur, volume)
    if len(points) < _LEAST_POINTS:
        return None, None

    def away(sphere: np.ndarray) -> np.ndarray:
        return np.linalg.norm(points - sphere[:3], axis=1) - sphere[3]

    start = np.array([*head.centre, head.radius])
    spare = head.radius * np.array([1, 1, 1, _REACH - 1])
    sphere = least_squares(away, start, bounds=(start - spare, start + spare), loss="soft_l1").x
    return float(sphere[3]), float(np.sqrt(np.mean(away(sphere) ** 2)))


def _surface(head: Sphere, side: str, femur: np.ndarray, volume: Volume) -> np.ndarray:
    if np.count_nonzero(femur) < _LEAST_POINTS:
        return np.zeros((0, 3))
    points = surface_arrays(closed_surface(femur, volume.ijk_to_lps)).points.astype(np.float64)
    away = points - head.centre
    distance = np.linalg.norm(away, axis=1)
    neck = NECK if side == LEFT else NECK * (-1, 1, 1)
    ijk = (points - volume.ijk_to_lps[:3, 3]) @ np.linalg.inv(volume.ijk_to_lps[:3, :3]).T
    border = _BORDER_MM / volume.spacing - 0.5
    inside = (ijk > border) & (ijk < np.array(femur.shape[::-1]) - 1 - border)
    near = (distance <= _REACH * head.radius) & inside.all(axis=1)
    return points[near & (away @ neck <= _NECK_COSINE * distance)]
