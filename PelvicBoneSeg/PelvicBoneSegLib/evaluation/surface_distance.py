"""Distances between the surfaces of two masks, every piece of surface weighted with its area.

The definition is that of Nikolov et al., Clinically applicable segmentation of head and neck
anatomy for radiotherapy, J Med Internet Res 23(7), 2021 (arXiv 1809.04430), and of their library
``surface-distance``. Between each 2×2×2 neighbouring voxels that are not all alike lies a piece of
surface: its area is that of the marching cubes triangles in it, its place is the corner where the
eight voxels meet. The distance of a piece is that of its place to the nearest place of a piece of
the other surface. In a slice, pieces of contour between 2×2 pixels take their place. What lies
outside of the array is background, so a bone that the scan cuts off has a surface there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

ROUNDING_MM = 1e-5
"""ITK's distances are single-precision; one that equals the tolerance but for this is within."""

_ROUNDING_SHARE = 1e-9


@dataclass(frozen=True, eq=False)
class DirectedDistances:
    """From the pieces of one surface to the other surface.

    Attributes
    ----------
    mm
        Distance of each piece, shape (N,).
    areas
        Its area in mm² (in a slice: its length in mm), shape (N,).
    """

    mm: np.ndarray
    areas: np.ndarray

    def percentile(self, percent: float) -> float:
        """Return the smallest distance within which that share of the surface's area lies."""
        order = np.argsort(self.mm)
        share = np.cumsum(self.areas[order]) / self.areas.sum()
        first = int(np.searchsorted(share, percent / 100 - _ROUNDING_SHARE))
        return float(self.mm[order][min(first, len(order) - 1)])

    def area_within(self, tolerance_mm: float) -> float:
        """Return the area of the pieces that are no further than that."""
        return float(self.areas[self.mm <= tolerance_mm + ROUNDING_MM].sum())


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """Distances both ways between two surfaces."""

    from_prediction: DirectedDistances
    from_truth: DirectedDistances

    @property
    def hd95_mm(self) -> float:
        """The larger one of the two directed 95th percentiles."""
        return max(self.from_prediction.percentile(95), self.from_truth.percentile(95))

    @property
    def assd_mm(self) -> float:
        """Mean over the area of both surfaces together."""
        both = self.from_prediction, self.from_truth
        return float(
            sum((one.mm * one.areas).sum() for one in both) / sum(one.areas.sum() for one in both)
        )

    def surface_dice(self, tolerance_mm: float) -> float:
        """Share of both surfaces that lies within the tolerance of the other one."""
        both = self.from_prediction, self.from_truth
        within = sum(one.area_within(tolerance_mm) for one in both)
        return within / sum(float(one.areas.sum()) for one in both)


def surface_distances(
    prediction: np.ndarray, truth: np.ndarray, spacing: Sequence[float]
) -> SurfaceDistances:
    """Measure from each surface to the other one.

    Parameters
    ----------
    prediction, truth
        Boolean arrays of one shape, 3D or 2D, neither of them empty. They may be cropped to what
        is labelled.
    spacing
        Distance in mm between neighbours along each array axis (k, j, i).
    """
    areas = area_table(tuple(float(value) for value in spacing))
    codes = [neighbour_codes(mask) for mask in (prediction, truth)]
    surfaces = [(code != 0) & (code != len(areas) - 1) for code in codes]
    nearest = [_distance_to(surface, spacing) for surface in surfaces]
    from_prediction, from_truth = (
        DirectedDistances(nearest[1 - one][surfaces[one]], areas[codes[one][surfaces[one]]])
        for one in (0, 1)
    )
    return SurfaceDistances(from_prediction, from_truth)


def neighbour_codes(mask: np.ndarray) -> np.ndarray:
    """Encode the pattern of the voxels around each corner of the grid.

    Parameters
    ----------
    mask
        Boolean, 3D or 2D.

    Returns
    -------
    np.ndarray
        uint8, one larger than `mask` along each axis. The first voxel around a corner in array
        order has the lowest bit.
    """
    codes = np.zeros(np.add(mask.shape, 1), np.uint8)
    for bit, offset in enumerate(product((0, 1), repeat=mask.ndim)):
        # The first voxel around a corner comes before it.
        place = tuple(
            slice(1 - step, 1 - step + count)
            for step, count in zip(offset, mask.shape, strict=True)
        )
        codes[place] |= mask.astype(np.uint8) << np.uint8(bit)
    return codes


def _distance_to(surface: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(surface.astype(np.uint8))
    image.SetSpacing([float(value) for value in spacing][::-1])
    distance = sitk.SignedMaurerDistanceMap(
        image, insideIsPositive=False, squaredDistance=False, useImageSpacing=True
    )
    # Inside of a thick surface ITK measures to its rim, with a negative sign.
    return np.maximum(sitk.GetArrayViewFromImage(distance), 0)


@lru_cache(maxsize=16)
def area_table(spacing: tuple[float, ...]) -> np.ndarray:
    """Return the area of surface (in 2D: length of contour) for each neighbour code.

    Parameters
    ----------
    spacing
        In mm along each array axis.
    """
    x_y_z = np.array(spacing[::-1])
    return np.array([_size(pieces * x_y_z) for pieces in _pieces_of_codes(len(spacing))])


def _size(pieces: np.ndarray) -> float:
    edges = pieces[:, 1:] - pieces[:, :1]
    if pieces.shape[1] == 2:
        return float(np.linalg.norm(edges[:, 0], axis=1).sum())
    return float(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1).sum() / 2)


@lru_cache(maxsize=2)
def _pieces_of_codes(dimensions: int) -> tuple[np.ndarray, ...]:
    """Return for each neighbour code the triangles (lines) between voxels one apart.

    A pattern of more than half of the voxels has the surface of its complement, so that an object
    and the hole that it would leave measure the same. With it, areas are those of the table in the
    library ``surface-distance``, which VTK's own choice for such patterns exceeds.
    """
    voxels = 1 << dimensions
    last = (1 << voxels) - 1
    return tuple(
        _marched(last - code if code.bit_count() > voxels // 2 else code, dimensions)
        for code in range(last + 1)
    )


def _marched(code: int, dimensions: int) -> np.ndarray:
    """Return corners x, y, z of triangles (of lines: x, y), shape (N, dimensions, dimensions)."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkMarchingCubes, vtkMarchingSquares

    if not code:
        return np.zeros((0, dimensions, dimensions))
    voxels = np.array([code >> bit & 1 for bit in range(1 << dimensions)], np.uint8)
    cell = vtkImageData()
    cell.SetDimensions(*[2] * dimensions, *[1] * (3 - dimensions))
    cell.GetPointData().SetScalars(numpy_to_vtk(voxels, deep=True))
    marching = vtkMarchingCubes() if dimensions == 3 else vtkMarchingSquares()
    marching.SetInputData(cell)
    marching.SetValue(0, 0.5)
    marching.Update()
    surface = marching.GetOutput()
    pieces = surface.GetPolys() if dimensions == 3 else surface.GetLines()
    corners = vtk_to_numpy(pieces.GetConnectivityArray()).reshape(-1, dimensions)
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64)
    return points[corners][..., :dimensions]
