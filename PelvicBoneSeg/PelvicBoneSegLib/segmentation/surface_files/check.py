"""Is a surface fit to be printed? Read from the file that was written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mesh import signed_volume_mm3

VOLUME_TOLERANCE = 0.05
"""Relative. Slicer's smoothing at its default changes a bone's volume by less than 2 %, strong
smoothing by up to 6 % (scene/surface_settings.py)."""


@dataclass(frozen=True)
class SurfaceCheck:
    """What was found in a file.

    Attributes
    ----------
    name
        Which bone.
    volume_ml
        What the surface encloses.
    voxel_volume_ml
        The segment's voxels; None where the segment has none (a surface that was loaded).
    open_edges
        How many edges belong to one triangle alone: holes.
    tangled_edges
        How many edges belong to three triangles or more, or to two that face opposite ways.
    is_outward
        Whether fronts face outward.
    """

    name: str
    volume_ml: float
    voxel_volume_ml: float | None
    open_edges: int
    tangled_edges: int
    is_outward: bool

    @property
    def is_watertight(self) -> bool:
        """Whether every edge joins exactly two triangles that face the same way."""
        return not self.open_edges and not self.tangled_edges

    @property
    def has_kept_volume(self) -> bool:
        """Whether smoothing left the volume about what the voxels have."""
        if self.voxel_volume_ml is None:
            return True
        return abs(self.volume_ml - self.voxel_volume_ml) <= VOLUME_TOLERANCE * self.voxel_volume_ml

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return self.is_watertight and self.is_outward and self.has_kept_volume


def check_surface(
    name: str, points: np.ndarray, triangles: np.ndarray, voxel_volume_ml: float | None
) -> SurfaceCheck:
    """Check triangles as they were read back.

    Parameters
    ----------
    name
        Which bone.
    points
        Shape (N, 3) in mm. Points in the same place count as one, as STL stores no others.
    triangles
        Shape (M, 3), indices into `points`.
    voxel_volume_ml
        See `SurfaceCheck`.
    """
    if not len(triangles):
        return SurfaceCheck(name, 0.0, voxel_volume_ml, 0, 0, False)
    places, index = np.unique(points, axis=0, return_inverse=True)
    # Smoothing may put two neighbours in one place; what is between them then is no area.
    triangles = _with_area(index.reshape(-1)[triangles])
    open_edges, tangled = faulty_edges(triangles)
    volume = signed_volume_mm3(places, triangles) / 1000
    return SurfaceCheck(name, abs(volume), voxel_volume_ml, open_edges, tangled, volume > 0)


def _with_area(triangles: np.ndarray) -> np.ndarray:
    return triangles[(triangles != np.roll(triangles, 1, axis=1)).all(axis=1)]


def faulty_edges(triangles: np.ndarray) -> tuple[int, int]:
    """Count open and tangled edges, as in `SurfaceCheck`, of triangles (M, 3) of point indices."""
    if not len(triangles):
        return 0, 0
    starts = triangles.ravel().astype(np.int64)
    ends = np.roll(triangles, -1, axis=1).ravel().astype(np.int64)
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    edges, inverse, users = np.unique(
        low * (high.max() + 1) + high, return_inverse=True, return_counts=True
    )
    # Two neighbours that face the same way run along their edge in opposite directions.
    balance = np.bincount(inverse.reshape(-1), np.where(starts < ends, 1, -1), len(edges))
    tangled = (users > 2) | ((users == 2) & (balance != 0))
    return int(np.count_nonzero(users == 1)), int(np.count_nonzero(tangled))
