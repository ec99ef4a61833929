"""What can be said of a scan at a glance, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..errors import InputError
from .orientation import AnatomicalAxes


class Placement(Enum):
    """What moves the scan in its scene."""

    NONE = "none"
    LINEAR = "linear"
    WARPED = "warped"


@dataclass(frozen=True, eq=False)
class ScanFacts:
    """A scan as its header shows it.

    Attributes
    ----------
    faults
        Why it cannot be segmented: what `volume.Volume` and the reader would raise.
    shape
        (K, J, I); None where there is no stack of slices.
    ijk_to_lps
        4×4 matrix from voxel indices to world LPS in mm, linear transforms included; None where
        the geometry is impossible.
    placement
        Whether a transform moves it.
    modality
        Code as in DICOM (``"MR"``, ``"CT"``), where known.
    looks_like_ct
        Whether its values are those of air in Hounsfield units.
    series
        Name of the DICOM series, where known.
    weighting
        One of `weighting.WEIGHTINGS`, where known.
    field_strength_t
        Of the magnet, in tesla, where known.
    """

    faults: tuple[InputError, ...] = ()
    shape: tuple[int, int, int] | None = None
    ijk_to_lps: np.ndarray | None = None
    placement: Placement = Placement.NONE
    modality: str | None = None
    looks_like_ct: bool = False
    series: str | None = None
    weighting: str | None = None
    field_strength_t: float | None = None

    @property
    def axes(self) -> AnatomicalAxes | None:
        """Which anatomical direction each array axis is nearest to; None without geometry."""
        return None if self.ijk_to_lps is None else AnatomicalAxes.from_matrix(self.ijk_to_lps)

    @property
    def spacing_mm(self) -> tuple[float, float, float] | None:
        """Distance between voxel centres along i, j, k; None without geometry."""
        if self.ijk_to_lps is None:
            return None
        i, j, k = np.linalg.norm(self.ijk_to_lps[:3, :3], axis=0)
        return float(i), float(j), float(k)

    @property
    def field_of_view_mm(self) -> tuple[float, float, float] | None:
        """Extent along the axes nearest to right–left, anterior–posterior, superior–inferior."""
        axes = self.axes
        if axes is None or self.shape is None:
            return None
        height, depth, width = (
            self.shape[axis] * mm for axis, mm in zip(axes.order, axes.spacing, strict=True)
        )
        return width, depth, height

    @property
    def is_left_handed(self) -> bool | None:
        """Whether i × j points against k; None without geometry."""
        if self.ijk_to_lps is None:
            return None
        return bool(np.linalg.det(self.ijk_to_lps[:3, :3]) < 0)
