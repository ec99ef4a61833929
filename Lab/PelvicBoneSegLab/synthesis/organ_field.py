"""Millimetres around the symphysis, and simple shapes in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .smooth_field import smooth_field
from .tissue_map import GRID_MM

_MIDDLE_MM = 15.0
"""The symphysis lies this near to the middle of both hip bones: bodies lie a little askew."""

_SIDE_MM = 15.0
"""So far to either side of the symphysis, hip bone is pubis."""

_CLEFT = 0.5
"""Where the hip bones meet there is at most this share of the pubis beside it."""

_LEAST_PUBIS_ML = 1.0
"""On either side."""

_DISC_MM = 6.5
"""So far from the pubic bones there is the disc of the symphysis."""

_PUBIS_MM, _FADING_MM = 25.0, 25.0
"""So far aside hip bone is all pubis; beyond, it fades into the rest."""

_LARGE_MM, _AS_IT_WAS_MM = 36.0, 68.0
"""All this near to the symphysis is magnified; beyond it less, then nothing."""

_ABOVE_MM, _BELOW_MM, _BEFORE_MM, _AFTER_MM, _ASIDE_MM = 130.0, 80.0, 70.0, 110.0, 70.0
"""How far organs reach from the symphysis."""

Millimetres = tuple[float, float, float]
"""Upwards, backwards, to the patient's left: a place from the centre of the symphysis, or radii."""


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
        Smooth noise in mm with a standard deviation of 1: no organ is a perfect ellipsoid.
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
        middle = _cleft(hips)
        if middle is None:
            return None
        reach = round(_SIDE_MM / GRID_MM)
        pubis = np.argwhere(hips[:, :, middle - reach : middle + reach + 1])
        centre = (*pubis.mean(axis=0)[:2], middle)
        reaches = ((_ABOVE_MM, _BELOW_MM), (_BEFORE_MM, _AFTER_MM), (_ASIDE_MM, _ASIDE_MM))
        box = tuple(
            slice(max(round(at - low / GRID_MM), 0), min(round(at + high / GRID_MM), size))
            for at, (low, high), size in zip(centre, reaches, hips.shape, strict=True)
        )
        # Canonical order runs downwards, backwards and to the left.
        signs = (-GRID_MM, GRID_MM, GRID_MM)
        axes = (
            (sign * (np.arange(one.start, one.stop) - at)).astype(np.float32)
            for one, at, sign in zip(box, centre, signs, strict=True)
        )
        shape = tuple(one.stop - one.start for one in box)
        grid = np.meshgrid(*axes, indexing="ij", sparse=True)
        return cls(box, tuple(grid), smooth_field(shape, 8.0, rng))

    def disc(self, hips: np.ndarray, reach_mm: float) -> np.ndarray:
        """Return the disc of the symphysis: of either bone, too, what is so near to the other one.

        Both have the shape of the box.
        """
        from scipy.ndimage import distance_transform_edt

        aside = self.axes[2]
        to_left, to_right = (
            distance_transform_edt(~(hips & side)) * GRID_MM for side in (aside > 0, aside < 0)
        )
        in_the_middle = (np.abs(to_left - to_right) < reach_mm) & (np.abs(aside) < _SIDE_MM)
        return in_the_middle & (np.minimum(to_left, to_right) <= _DISC_MM)

    def thickened(self, hips: np.ndarray, disc: np.ndarray, thicker_mm: float) -> np.ndarray:
        """Return hip bones with a pubis that is thicker on every side.

        The symphysis, of which `disc` is the disc, stays as wide as it was. All have the shape of
        the box.
        """
        from scipy.ndimage import distance_transform_edt

        share = np.clip(1 - (np.abs(self.axes[2]) - _PUBIS_MM) / _FADING_MM, 0, 1)
        near = distance_transform_edt(~hips) * GRID_MM <= thicker_mm * share
        return hips | (near & ~disc)

    def magnified(self, tissues: np.ndarray, factor: float, aside: float) -> np.ndarray:
        """Return tissues with all that lies near the symphysis larger.

        What lies around it is pressed together. Both have the shape of the box. `factor` is how
        much larger in sagittal planes, `aside` to left and right.
        """
        up, back, left = self.axes
        radius = np.maximum(np.sqrt(up**2 + back**2 + left**2), GRID_MM)
        share = np.interp(radius, (0, _LARGE_MM, _AS_IT_WAS_MM), (0, _LARGE_MM, 0)) / radius
        steps = (
            np.rint(axis * share * (1 - 1 / larger) / GRID_MM).astype(int)
            for axis, larger in ((-up, factor), (back, factor), (left, aside))
        )
        here = np.ogrid[tuple(slice(size) for size in tissues.shape)]
        return tissues[tuple(at - step for at, step in zip(here, steps, strict=True))]

    def half_space(self, through: Millimetres, angle: float) -> np.ndarray:
        """Return how deep in mm each voxel lies before a plane, negative beyond it.

        Parameters
        ----------
        through
            A point of the plane.
        angle
            Of its normal in the sagittal plane, in radians from upwards to backwards.
        """
        up, back, _ = (axis - at for axis, at in zip(self.axes, through, strict=True))
        return -(np.cos(angle) * up + np.sin(angle) * back) + self.wobble

    def ellipsoid(self, centre: Millimetres, radii: Millimetres) -> np.ndarray:
        """Return how deep in mm each voxel lies in an ellipsoid, negative outside.

        To first order near the surface (Taubin G. Distance approximations for rasterizing implicit
        curves. ACM Transactions on Graphics 13, 1994).
        """
        offsets = [axis - at for axis, at in zip(self.axes, centre, strict=True)]
        level, slope = (
            np.sqrt(
                sum((one / radius**power) ** 2 for one, radius in zip(offsets, radii, strict=True))
            )
            for power in (1, 2)
        )
        deepest = min(radii)
        depth = (1 - level) * level / np.maximum(slope, 1e-6)
        return np.where(level < 0.5, deepest * (1 - level), depth) + self.wobble

    def tube(self, points: Sequence[Millimetres], radius: float) -> np.ndarray:
        """Return how deep in mm each voxel lies in a tube along a polyline, negative outside."""
        depths = [
            radius - self._distance(np.array(start), np.array(end))
            for start, end in zip(points, points[1:], strict=False)
        ]
        return np.maximum.reduce(depths) + 0.5 * self.wobble

    def _distance(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        along = end - start
        offsets = [axis - at for axis, at in zip(self.axes, start, strict=True)]
        share = sum(offset * one for offset, one in zip(offsets, along, strict=True))
        share = np.clip(share / float(along @ along), 0, 1)
        squares = [(offset - share * one) ** 2 for offset, one in zip(offsets, along, strict=True)]
        return np.sqrt(squares[0] + squares[1] + squares[2])


def _cleft(hips: np.ndarray) -> int | None:
    """Return the column between left and right pubis; None where there is none near the middle."""
    columns = np.flatnonzero(hips.any(axis=(0, 1)))
    side, reach = round(_SIDE_MM / GRID_MM), round(_MIDDLE_MM / GRID_MM)
    if not columns.size or np.ptp(columns) < 2 * (side + reach):
        return None
    middle = (columns[0] + columns[-1]) // 2
    count = hips.sum(axis=(0, 1))
    near = count[middle - reach : middle + reach + 1]
    cleft = int(middle - reach + np.median(np.flatnonzero(near == near.min())))
    for pubis in (count[cleft - side : cleft], count[cleft + 1 : cleft + side + 1]):
        if pubis.sum() * GRID_MM**3 / 1000 < _LEAST_PUBIS_ML or count[cleft] > _CLEFT * pubis.max():
            return None
    return cleft
