"""Thin slices between thick ones, from the network's probabilities.

What is interpolated are the log-odds of each bone, ln p / (1 - p), along the slices. Where a bone's
edge moves from one slice to the next, probabilities lie near 0 and 1 on both sides, and halfway
between them says little; log-odds still tell how far inside or outside a voxel is.

Measured (Dice, change of volume): CT label maps of 4 patients in coronal and sagittal slices of
5 mm against the 1 mm truth, and every second slice of the 3 validation scans, left out and
compared with what the network says there.

====================================== ================ =================
interpolated                           CT, 5 mm to 1 mm MR, slice left out
====================================== ================ =================
nothing (nearest slice)                0.950  -0.2 %    0.764  +0.9 %
mask by shape (distances), linear      0.973  -2.6 %    0.849  -16.9 %
probability, linear                    0.970  -0.5 %    0.846  -19.2 %
log-odds, linear                       0.989  -0.6 %    0.876  -1.8 %
log-odds, cubic, between neighbours    0.989  -0.4 %    0.879  +0.5 %
====================================== ================ =================

The last is what is done here: a Catmull-Rom spline that does not leave the range of the two slices
that a point lies between, so that no bone appears where neither has any.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from ..errors import Cancelled
from .components import box_of
from .result import CancelCallback

_ODDS = (np.arange(256) + 0.5) / (255.5 - np.arange(256))
_LOG_ODDS = np.log(_ODDS).astype(np.float32)
"""Of a probability in steps of 1/255. The halves keep 0 and 1 finite."""


def interpolate(
    labels: np.ndarray,
    probabilities: Mapping[int, np.ndarray],
    axis: int,
    parts: int,
    progress: Callable[[float], None],
    cancel: CancelCallback,
) -> np.ndarray:
    """Cut each slice into thin ones, each bone's edge moving from one slice to the next.

    In the middle of each slice the bones are exactly as in `labels`. Where labels and
    probabilities contradict each other, because a voxel was edited, belongs to the other side or
    was cleaned away, the labels say inside or outside and the probability how surely.

    Parameters
    ----------
    labels
        uint8, shape (K, J, I).
    probabilities
        uint8 in steps of 1/255, of that shape, by label value.
    axis
        Array axis along which the slices follow each other.
    parts
        Thin slices a slice, odd.
    progress
        Called with the fraction done.
    cancel
        Asked after each slice.

    Returns
    -------
    np.ndarray
        uint8; `axis` is `parts` times as long. No voxel has two bones.

    Raises
    ------
    Cancelled
        `cancel` said so.
    """
    stack = np.moveaxis(labels, axis, 0)
    fields = [
        _Field(stack == label, np.moveaxis(one, axis, 0), label)
        for label, one in probabilities.items()
    ]
    thin = np.zeros((len(stack) * parts, *stack.shape[1:]), np.uint8)
    middle = parts // 2
    for number, slice_labels in enumerate(stack):
        if cancel():
            raise Cancelled
        progress(number / len(stack))
        for part in range(parts):
            target = thin[number * parts + part]
            if part == middle:
                target[:] = slice_labels
            else:
                _fill(target, fields, number + (part - middle) / parts)
    return np.ascontiguousarray(np.moveaxis(thin, 0, axis))


class _Field:
    """How surely each voxel around a bone belongs to it: positive inside, in log-odds."""

    def __init__(self, mask: np.ndarray, probability: np.ndarray, label: int) -> None:
        box = box_of(mask)
        # A slice more at both ends, between which and the bone it ends.
        self._first = max(box[0].start - 1, 0)
        slices = slice(self._first, box[0].stop + 1)
        surely = np.abs(_LOG_ODDS[probability[slices, box[1], box[2]]])
        self._values = np.where(mask[slices, box[1], box[2]], surely, -surely)
        self.label = label
        self.box = box[1:]

    def at(self, position: float) -> np.ndarray | None:
        """Return the field at a place between slices; None where there is none of the bone."""
        values, last = self._values, len(self._values) - 1
        place = position - self._first
        if place <= -1 or place >= last + 1:
            return None
        below = math.floor(place)
        p0, p1, p2, p3 = (values[min(max(below + n, 0), last)] for n in (-1, 0, 1, 2))
        t = place - below
        # Catmull-Rom.
        bend = 2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)
        spline = p1 + t / 2 * (p2 - p0 + t * bend)
        return np.clip(spline, np.minimum(p1, p2), np.maximum(p1, p2))


def _fill(target: np.ndarray, fields: list[_Field], position: float) -> None:
    surest = np.zeros(target.shape, np.float32)
    for field in fields:
        values = field.at(position)
        if values is None:
            continue
        here = surest[field.box]
        wins = values > here
        here[wins] = values[wins]
        target[field.box][wins] = field.label
