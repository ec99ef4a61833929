"""Which way the array axes run through the patient, settled once and undone once.

A *stack* is an array of slices in the orientation in which a radiologist hangs them:

========  ==================  ======================  ====================
plane     slices run          rows run (top→bottom)   columns (left→right)
========  ==================  ======================  ====================
axial     superior→inferior   anterior→posterior      right→left
coronal   anterior→posterior  superior→inferior       right→left
sagittal  right→left          superior→inferior       anterior→posterior
========  ==================  ======================  ====================
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

PLANES = ("axial", "coronal", "sagittal")

_NORMAL = {"axial": 0, "coronal": 1, "sagittal": 2}
# Canonical axis order is (superior→inferior, anterior→posterior, right→left): LPS z, y, x with
# z running against its sign.
_LPS_AXIS = (2, 1, 0)

ISOTROPY_RATIO = 1.5
"""Slices thicker than this times the in-plane spacing fix the slicing plane."""


@dataclass(frozen=True)
class AnatomicalAxes:
    """How array axes map to canonical axes.

    Attributes
    ----------
    order
        For each canonical axis (S→I, A→P, R→L), the array axis of a (K, J, I) array nearest to it.
    flipped
        For each canonical axis, whether the array runs against it.
    spacing
        Spacing in mm along each canonical axis.
    """

    order: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]
    spacing: tuple[float, float, float]

    @classmethod
    def from_matrix(cls, ijk_to_lps: np.ndarray) -> AnatomicalAxes:
        """Find the axes of a volume.

        The assignment with the largest sum of absolute direction cosines is taken, so that each
        anatomical direction gets exactly one array axis however oblique the scan is.

        Parameters
        ----------
        ijk_to_lps
            4×4 matrix from voxel indices (i, j, k) to LPS in mm.
        """
        columns = ijk_to_lps[:3, :3]
        spacing = np.linalg.norm(columns, axis=0)
        cosines = columns / spacing
        best = max(
            permutations(range(3)),
            key=lambda ijk: sum(
                abs(cosines[lps, axis]) for lps, axis in zip(_LPS_AXIS, ijk, strict=True)
            ),
        )
        z, y, x = best
        return cls(
            order=(2 - z, 2 - y, 2 - x),
            # Superior→inferior runs against z, the other two run with y and x.
            flipped=(bool(cosines[2, z] > 0), bool(cosines[1, y] < 0), bool(cosines[0, x] < 0)),
            spacing=(float(spacing[z]), float(spacing[y]), float(spacing[x])),
        )

    @property
    def acquisition_plane(self) -> str | None:
        """The plane in which the scan was taken, or None where it is nearly isotropic."""
        thickest = int(np.argmax(self.spacing))
        others = [value for axis, value in enumerate(self.spacing) if axis != thickest]
        if self.spacing[thickest] < ISOTROPY_RATIO * max(others):
            return None
        return next(plane for plane, axis in _NORMAL.items() if axis == thickest)

    def stack_spacing(self, plane: str) -> tuple[float, float, float]:
        """Spacing in mm between slices, rows and columns of the stack in `plane`."""
        slices, rows, columns = _stack_axes(plane)
        return self.spacing[slices], self.spacing[rows], self.spacing[columns]

    def slice_axis(self, plane: str) -> int:
        """Array axis (0 = K, 1 = J, 2 = I) along which the slices of `plane` follow each other."""
        return self.order[_NORMAL[plane]]

    def slab(self, plane: str, slices: slice, count: int) -> tuple[int, slice]:
        """Say where some slices of the stack in `plane` lie in a (K, J, I) array.

        Parameters
        ----------
        slices
            Start and stop in the stack.
        count
            Number of slices of the whole stack.

        Returns
        -------
        The array axis, as `slice_axis`, and start and stop along it.
        """
        if self.flipped[_NORMAL[plane]]:
            slices = slice(count - slices.stop, count - slices.start)
        return self.slice_axis(plane), slices

    def to_stack(self, array: np.ndarray, plane: str) -> np.ndarray:
        """View a (K, J, I) array as a stack (slices, rows, columns) in `plane`, without a copy."""
        canonical = np.transpose(array, self.order)
        flips = tuple(slice(None, None, -1 if flip else None) for flip in self.flipped)
        return np.transpose(canonical[flips], _stack_axes(plane))


def _stack_axes(plane: str) -> tuple[int, int, int]:
    normal = _NORMAL[plane]
    rows, columns = (axis for axis in range(3) if axis != normal)
    return normal, rows, columns
