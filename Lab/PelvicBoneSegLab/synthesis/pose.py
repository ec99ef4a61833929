"""Where in the body the voxels of a slice lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from PelvicBoneSegLib.segmentation.orientation import PLANES

# Canonical axes (0 S→I, 1 A→P, 2 R→L) of slices, rows and columns; see `orientation`.
_STACK_AXES = {"axial": (0, 1, 2), "coronal": (1, 0, 2), "sagittal": (2, 0, 1)}

_CONTROLS = 7
"""Points of the elastic displacement along each side of the patch."""

_SHIFT = 0.2
"""The point that is shown lies this far from the patch's centre at most, in patches."""

_FAR_MM = 40.0
"""At this distance from the slice the displacement has changed by as much as it is strong."""


@dataclass(frozen=True, eq=False)
class Pose:
    """A slice in the body.

    Attributes
    ----------
    centre_mm
        Centre of the patch in canonical mm from the outer edge of the map's first voxels.
    shown_mm
        Where the point to show lies along rows and columns, from the patch's centre.
    axes
        Shape (3, 3): what one mm along slices, rows and columns is in canonical mm.
    bend_mm, twist_mm
        Shape (3, `_CONTROLS`, `_CONTROLS`): displacement in canonical mm at the control points,
        and how it changes up to `_FAR_MM` along the slice normal.
    """

    centre_mm: np.ndarray
    shown_mm: np.ndarray
    axes: np.ndarray
    bend_mm: np.ndarray
    twist_mm: np.ndarray

    @classmethod
    def plain(cls, plane: str, centre_mm: Sequence[float]) -> Pose:
        """Return a slice as `AnatomicalAxes.to_stack` hangs it, with nothing random."""
        axes = np.eye(3)[:, _STACK_AXES[plane]]
        still = np.zeros((3, _CONTROLS, _CONTROLS))
        return cls(np.asarray(centre_mm, dtype=float), np.zeros(2), axes, still, still)

    @classmethod
    def drawn(
        cls,
        target_mm: np.ndarray,
        side_mm: float,
        settings: dict[str, Any],
        rng: np.random.Generator,
    ) -> Pose:
        """Draw a slice that shows a point.

        Parameters
        ----------
        target_mm
            The point, as `centre_mm`.
        side_mm
            Rows and columns of the patch.
        settings
            The ``synthesis`` section.
        """
        weights = np.array([settings["planes"].get(plane, 0.0) for plane in PLANES])
        plane = PLANES[rng.choice(len(PLANES), p=weights / weights.sum())]
        tilt, other = settings["tilt_deg"], settings["rotation_deg"]
        turn = _rotation(rng.uniform(-1, 1, 3) * np.deg2rad((other, other, tilt)))
        scale = rng.uniform(*settings["scale"]) * rng.uniform(0.94, 1.06, 3)
        mirror = (1.0, 1.0, rng.choice((-1.0, 1.0)))
        # A larger scale shows the body larger, so a mm of the patch is less of the body.
        axes = ((mirror / scale)[:, None] * turn)[:, _STACK_AXES[plane]]
        shift = rng.uniform(-_SHIFT, _SHIFT, 2) * side_mm
        strength = rng.uniform(*settings["elastic_mm"])
        bend, twist = rng.uniform(-1, 1, (2, 3, _CONTROLS, _CONTROLS)) * strength
        return cls(target_mm + axes[:, 1:] @ shift, -shift, axes, bend, twist)

    def voxels(
        self, offsets_mm: Sequence[float], patch: int, spacing_mm: float, grid_mm: float
    ) -> np.ndarray:
        """Say which voxel of the map is at each pixel.

        Parameters
        ----------
        offsets_mm
            Distances of the slices along the normal.

        Returns
        -------
        int32, shape (offsets, 3, patch, patch); indices may lie outside the map.
        """
        basis, nodes = _spline(patch)
        along = (nodes - (patch - 1) / 2) * spacing_mm
        flat = (
            self.centre_mm[:, None, None]
            + self.axes[:, 1, None, None] * along[:, None]
            + self.axes[:, 2, None, None] * along
            + self.bend_mm
        )
        away = np.asarray(offsets_mm, dtype=float)[:, None, None, None]
        controls = flat + away * (self.axes[:, 0, None, None] + self.twist_mm / _FAR_MM)
        # A cubic B-spline gives linear functions back as they are, so the pose goes through it.
        positions = basis @ (controls / grid_mm).astype(np.float32) @ basis.T
        return np.floor(positions, out=positions).astype(np.int32)


def _rotation(angles: np.ndarray) -> np.ndarray:
    """Return the matrix of rotations about the three axes, one after the other."""
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        one, two = (a for a in range(3) if a != axis)
        turn = np.eye(3)
        turn[one, one] = turn[two, two] = np.cos(angle)
        turn[one, two], turn[two, one] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix


def _spline(patch: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the uniform cubic B-spline's weights (patch, controls), and the controls' pixels."""
    step = (patch - 1) / (_CONTROLS - 3)
    at = np.arange(patch) / step
    first = np.minimum(at.astype(int), _CONTROLS - 4)
    t = at - first
    pieces = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    weights = np.zeros((patch, _CONTROLS), np.float32)
    for k, piece in enumerate(pieces):
        weights[np.arange(patch), first + k] = piece / 6
    return weights, (np.arange(_CONTROLS) - 1) * step
