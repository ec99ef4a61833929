"""A scan with its geometry: voxels in k, j, i order and the IJK→LPS matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import (
    AbsurdGeometryError,
    ConstantImageError,
    NonFiniteVoxelsError,
    TooFewSlicesError,
    WrongDimensionError,
)
from .orientation import AnatomicalAxes

SPACING_RANGE_MM = (0.05, 20.0)
"""Finer than any clinical MR, coarser than any that shows a bone."""

EXTENT_RANGE_MM = (20.0, 2000.0)
"""From less than one femoral head to a whole body."""

MAX_AXIS_SKEW_DEG = 10.0
"""Axes further from a right angle than this are a broken matrix, not a tilted gantry."""


@dataclass(frozen=True, eq=False)
class Volume:
    """A checked scalar 3D image.

    Parameters
    ----------
    voxels
        Shape (K, J, I), any real or boolean dtype.
    ijk_to_lps
        4×4 homogeneous matrix from voxel indices (i, j, k), voxel centres, to LPS in mm. It may
        be permuted, flipped, oblique or left-handed.

    Raises
    ------
    WrongDimensionError, TooFewSlicesError, NonFiniteVoxelsError, ConstantImageError
        The voxels cannot be segmented.
    AbsurdGeometryError
        Spacing, extent or axes are impossible.
    """

    voxels: np.ndarray
    ijk_to_lps: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "ijk_to_lps", np.asarray(self.ijk_to_lps, dtype=np.float64))
        check_shape(self.voxels.shape)
        check_geometry(self.ijk_to_lps, self.voxels.shape)
        check_values(self.voxels)

    @property
    def spacing(self) -> np.ndarray:
        """Distance in mm between voxel centres along i, j, k."""
        return np.linalg.norm(self.ijk_to_lps[:3, :3], axis=0)

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel in mm³, also where the axes are skewed."""
        return float(abs(np.linalg.det(self.ijk_to_lps[:3, :3])))

    @property
    def is_left_handed(self) -> bool:
        """Whether i × j points against k."""
        return bool(np.linalg.det(self.ijk_to_lps[:3, :3]) < 0)

    @property
    def axes(self) -> AnatomicalAxes:
        """Which anatomical direction each array axis is nearest to."""
        return AnatomicalAxes.from_matrix(self.ijk_to_lps)


def check_shape(shape: tuple[int, ...]) -> None:
    """Check the (K, J, I) shape of an image.

    Raises
    ------
    WrongDimensionError, TooFewSlicesError
        It is no stack of slices.
    """
    if len(shape) != 3:
        raise WrongDimensionError(len(shape))
    if min(shape) < 3:
        raise TooFewSlicesError(shape)


def check_geometry(matrix: np.ndarray, shape: tuple[int, ...]) -> None:
    """Check a 4×4 IJK→LPS matrix, in mm, of an image of a (K, J, I) shape.

    Raises
    ------
    AbsurdGeometryError
        Spacing, extent or axes are impossible.
    """
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        raise AbsurdGeometryError("its IJK→LPS matrix is not a 4×4 matrix of finite numbers")
    low, high = SPACING_RANGE_MM
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    text = " × ".join(f"{value:.4g}" for value in spacing)
    if (spacing < low).any() or (spacing > high).any():
        raise AbsurdGeometryError(f"spacing {text} mm, expected {low:g} to {high:g}")
    extent = spacing * shape[::-1]
    if extent.max() < EXTENT_RANGE_MM[0] or extent.max() > EXTENT_RANGE_MM[1]:
        raise AbsurdGeometryError(f"it is {extent.max():.4g} mm long")
    unit = matrix[:3, :3] / spacing
    cosines = np.abs((unit.T @ unit)[np.triu_indices(3, 1)])
    if cosines.max() > np.sin(np.deg2rad(MAX_AXIS_SKEW_DEG)):
        raise AbsurdGeometryError("its axes are not at right angles")


def check_values(voxels: np.ndarray) -> None:
    """Check the voxels themselves.

    Raises
    ------
    NonFiniteVoxelsError, ConstantImageError
        There is nothing in them to segment.
    """
    if voxels.dtype.kind == "f":
        bad = int(np.count_nonzero(~np.isfinite(voxels)))
        if bad:
            raise NonFiniteVoxelsError(bad)
    low = voxels.min()
    if low == voxels.max():
        raise ConstantImageError(float(low))
