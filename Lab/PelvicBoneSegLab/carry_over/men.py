"""The two men of prostate_mr_multi: their scans, and where their femoral heads are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from PelvicBoneSegLib.anatomy import LEFT, RIGHT

from ..coverage.head_frame import HeadFrame

T2_PLANES = ("t2_tra", "t2_cor", "t2_sag")

REFERENCE = "t2_tra"
"""Of the T2 scans the one whose slices lie where those of PD, VIBE, ADC and DWI lie, so that only
the contrast differs."""


@dataclass(frozen=True)
class Sphere:
    """A femoral head: centre in LPS and radius, both in mm."""

    centre: tuple[float, float, float]
    radius: float

    @property
    def millilitres(self) -> float:
        """Its volume."""
        return 4 / 3 * np.pi * self.radius**3 / 1000

    def points(self, share: float = 1.0) -> np.ndarray:
        """Return a point every 2 mm inside `share` of the radius, LPS, shape (N, 3)."""
        reach = share * self.radius
        steps = np.arange(-reach, reach + 1e-6, 2.0)
        ball = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
        return np.array(self.centre) + ball[np.linalg.norm(ball, axis=1) <= reach]


@dataclass(frozen=True)
class Man:
    """A patient with scans in one frame of reference.

    Attributes
    ----------
    name
        As in the file names.
    sequences
        Names of the scans, as in the file names.
    heads
        The femoral heads by side.
    """

    name: str
    sequences: tuple[str, ...]
    heads: Mapping[str, Sphere]

    @cached_property
    def frame(self) -> HeadFrame:
        """Coordinates by the two heads; its plane at 0 divides left and right."""
        left, right = (np.array(self.heads[side].centre) for side in (LEFT, RIGHT))
        return HeadFrame.between(left, right)


# Each sphere maximises the step from bright marrow to dark rim along its normal, over its medial
# two thirds, in t2_tra and t2_cor together. Drawn over both scans it follows the rim of the head.
MEN = (
    Man(
        "A",
        (*T2_PLANES, "pd", "adc", "dwi_high_b"),
        {LEFT: Sphere((127.4, 9.4, -15.4), 24.6), RIGHT: Sphere((-54.5, 15.4, -30.9), 23.5)},
    ),
    Man(
        "B",
        (*T2_PLANES, "pd", "t1_vibe", "adc", "dwi_b100", "dwi_high_b"),
        {LEFT: Sphere((71.1, -11.7, -7.1), 24.0), RIGHT: Sphere((-107.3, -17.7, -7.1), 24.6)},
    ),
)
