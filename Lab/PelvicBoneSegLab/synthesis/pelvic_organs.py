"""Organs around the symphysis, which label maps of bones and muscles lack.

Without them a network has never seen what lies behind and above the pubis: in MR of men it took the
front of the bladder and the root of the penis for bone. Sizes and places are those of anatomical
textbooks, drawn from wide ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from .bone_tissues import between
from .smooth_field import smooth_field
from .tissue_map import GRID_MM, Kind


class Organ(IntEnum):
    """Tissues of organs, in the order of `KINDS`."""

    BLADDER_WALL = 0
    URINE = 1
    PROSTATE = 2
    RECTUM_WALL = 3
    STOOL = 4
    RECTAL_GAS = 5
    TUNICA = 6
    CORPORA = 7


KINDS = (
    Kind.MUSCLE, Kind.FLUID, Kind.ORGAN, Kind.MUSCLE, Kind.ORGAN, Kind.AIR, Kind.CORTEX, Kind.ORGAN,
)  # fmt: skip

_NEAR_MM = 9.0
"""On either side of the middle, hip bone this near to it is pubis."""

_LEAST_PUBIS_ML = 2.0

_DISC_MM = 6.5
"""So far from both pubic bones there is the disc of the symphysis."""

_ABOVE_MM, _BELOW_MM, _BEFORE_MM, _AFTER_MM, _ASIDE_MM = 130.0, 80.0, 70.0, 110.0, 70.0
"""How far the organs reach from the symphysis."""

Point = tuple[float, float, float]
"""From the centre of the symphysis in mm: upwards, backwards, to the patient's left."""


@dataclass(frozen=True, eq=False)
class OrganField:
    """The surroundings of the symphysis.

    Attributes
    ----------
    box
        Of the whole body's array.
    axes
        Distances from the symphysis in mm along the three axes of the box: upwards, backwards, to
        the left, each shaped to be broadcast.
    wobble
        Smooth noise of unit variance, by which no organ is a perfect ellipsoid.
    """

    box: tuple[slice, ...]
    axes: tuple[np.ndarray, ...]
    wobble: np.ndarray

    @classmethod
    def around(cls, hips: np.ndarray, rng: np.random.Generator) -> OrganField | None:
        """Find the symphysis of complete hip bones; None where they do not meet.

        Parameters
        ----------
        hips
            Boolean mask of both, in canonical order on the grid of tissue maps.
        rng
            For the noise.
        """
        columns = np.flatnonzero(hips.any(axis=(0, 1)))
        if not columns.size:
            return None
        middle, reach = (columns[0] + columns[-1]) // 2, round(_NEAR_MM / GRID_MM)
        pubis = np.argwhere(hips[:, :, max(middle - reach, 0) : middle + reach + 1])
        if len(pubis) * GRID_MM**3 / 1000 < _LEAST_PUBIS_ML:
            return None
        centre = (*pubis.mean(axis=0)[:2], middle)
        reaches = ((_ABOVE_MM, _BELOW_MM), (_BEFORE_MM, _AFTER_MM), (_ASIDE_MM, _ASIDE_MM))
        box = tuple(
            slice(max(round(at - low / GRID_MM), 0), min(round(at + high / GRID_MM), size))
            for at, (low, high), size in zip(centre, reaches, hips.shape, strict=True)
        )
        # Canonical order runs downwards, backwards and to the left.
        signs = (-GRID_MM, GRID_MM, GRID_MM)
        axes = tuple(
            (sign * (np.arange(one.start, one.stop) - at)).astype(np.float32)
            for one, at, sign in zip(box, centre, signs, strict=True)
        )
        shape = tuple(one.stop - one.start for one in box)
        return cls(box, np.ix_(*axes), smooth_field(shape, 8.0, rng))

    def disc(self, hips: np.ndarray) -> np.ndarray:
        """Return the voxels of the box between the left and the right pubis."""
        left = hips[self.box] & (self.axes[2] > 0)
        right = hips[self.box] & (self.axes[2] <= 0)
        return between(left, right, _DISC_MM) & (np.abs(self.axes[2]) < _NEAR_MM)

    def ellipsoid(self, centre: Point, radii: Point) -> np.ndarray:
        """Return about how deep in mm each voxel lies in an ellipsoid, negative outside."""
        squares = [
            ((axis - at) / radius) ** 2
            for axis, at, radius in zip(self.axes, centre, radii, strict=True)
        ]
        return (1 - np.sqrt(squares[0] + squares[1] + squares[2])) * min(radii) + self.wobble

    def tube(self, points: Sequence[Point], radius: float) -> np.ndarray:
        """Return how deep in mm each voxel lies in a tube along a polyline, negative outside."""
        depths = (
            radius - self._distance(np.array(start), np.array(end))
            for start, end in zip(points, points[1:], strict=False)
        )
        return np.maximum.reduce(list(depths)) + 0.5 * self.wobble

    def _distance(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        along = end - start
        offsets = [axis - at for axis, at in zip(self.axes, start, strict=True)]
        share = sum(offset * one for offset, one in zip(offsets, along, strict=True))
        share = np.clip(share / float(along @ along), 0, 1)
        squares = [(offset - share * one) ** 2 for offset, one in zip(offsets, along, strict=True)]
        return np.sqrt(squares[0] + squares[1] + squares[2])


def paint_organs(
    tissues: np.ndarray, free: np.ndarray, field: OrganField, first: int, rng: np.random.Generator
) -> None:
    """Paint the organs of one body.

    Parameters
    ----------
    tissues
        Changed in place.
    free
        Where organs may be, of the same shape.
    field
        Around the symphysis.
    first
        Number of the first tissue of `Organ`.
    rng
        Where sizes and places are drawn from.
    """
    here, view = free[field.box], tissues[field.box]

    def paint(depth: np.ndarray, content: Organ, wall: Organ | None = None, wall_mm: float = 0):
        if wall is not None:
            view[here & (depth > 0)] = first + wall
        view[here & (depth > wall_mm)] = first + content

    content = Organ(rng.choice([Organ.STOOL, Organ.RECTAL_GAS]))
    paint(_rectum(field, rng), content, Organ.RECTUM_WALL, rng.uniform(2, 5))
    paint(_prostate(field, rng), Organ.PROSTATE)
    paint(_bladder(field, rng), Organ.URINE, Organ.BLADDER_WALL, rng.uniform(2, 8))
    if rng.random() < 0.5:
        paint(_root_of_penis(field, rng), Organ.CORPORA, Organ.TUNICA, rng.uniform(1, 3))


def _bladder(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """From nearly empty, behind the symphysis, to full: then it leans over the pubis."""
    radii = rng.uniform(12, 50), rng.uniform(18, 42), rng.uniform(22, 50)
    back = rng.uniform(5, 14) + rng.uniform(0.4, 1.0) * radii[1]
    return field.ellipsoid((rng.uniform(-8, 12) + 0.9 * radii[0], back, rng.normal(0, 4)), radii)


def _prostate(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """Paint the prostate, or in a woman what lies there."""
    radii = rng.uniform(12, 26), rng.uniform(10, 24), rng.uniform(15, 30)
    return field.ellipsoid((rng.uniform(-20, 5), rng.uniform(10, 16) + radii[1], 0.0), radii)


def _rectum(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    low, high = rng.uniform(45, 60), rng.uniform(60, 85)
    points = [(-45.0, low, 0.0), (0.0, low + 12, rng.normal(0, 4)), (70.0, high, rng.normal(0, 8))]
    return field.tube(points, rng.uniform(10, 24))


def _root_of_penis(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """Paint the bulb with the body before and below the symphysis, and a crus along each ramus."""
    bulb = (rng.uniform(-60, -45), rng.uniform(10, 30), 0.0)
    bend = (rng.uniform(-38, -26), rng.uniform(-20, -5), 0.0)
    end = (rng.uniform(-60, -15), rng.uniform(-65, -50), rng.normal(0, 8))
    body = field.tube([bulb, bend, end], rng.uniform(9, 17))
    crura = [
        field.tube([(bulb[0], bulb[1] + 15, side * 35.0), bend], rng.uniform(5, 9))
        for side in (-1, 1)
    ]
    return np.maximum.reduce([body, *crura])
