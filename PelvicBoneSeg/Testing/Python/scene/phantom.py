"""Six ellipsoids in the world, where bones might be, sampled on any grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from PelvicBoneSegLib.anatomy import SEGMENTS, segments_for
from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.segmentation.result import SegmentationResult, SegmentResult

ELLIPSOIDS = {
    "left_femur": ((60, 5, -60), (18, 22, 30)),
    "right_femur": ((-55, 0, -55), (20, 18, 28)),
    "left_hip_bone": ((45, -10, 20), (25, 18, 25)),
    "right_hip_bone": ((-45, -15, 25), (22, 18, 30)),
    "sacrum": ((0, 40, 30), (20, 18, 24)),
    "lumbar_spine": ((5, 30, 85), (16, 15, 22)),
}
"""Centre and radii in LPS mm by segment."""

CENTRE = np.array([0.0, 10.0, 5.0])
HALF_EXTENT = np.array([90.0, 65.0, 115.0])


@dataclass(frozen=True)
class Grid:
    """Voxels in the world: 4×4 IJK→RAS and the number of voxels along i, j, k."""

    ijk_to_ras: np.ndarray
    dimensions: tuple[int, int, int]


def grid(directions: np.ndarray, spacing: tuple[float, float, float]) -> Grid:
    """Cover the phantom; the columns of `directions` are i, j, k in RAS."""
    spacing = np.array(spacing)
    half = np.abs(directions).T @ HALF_EXTENT
    dimensions = np.ceil(2 * half / spacing).astype(int) + 1
    matrix = np.eye(4)
    matrix[:3, :3] = directions * spacing
    centre_ras = CENTRE * [-1, -1, 1]
    matrix[:3, 3] = centre_ras - matrix[:3, :3] @ ((dimensions - 1) / 2)
    return Grid(matrix, tuple(int(n) for n in dimensions))


def positions_lps(ijk_to_ras: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Return the LPS position of each voxel of a (K, J, I) array; shape (K, J, I, 3)."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    ijk = np.stack([i, j, k, np.ones_like(i)], axis=-1)
    return (ijk @ ijk_to_ras.T)[..., :3] * [-1, -1, 1]


def inside(segment_id: str, lps: np.ndarray) -> np.ndarray:
    centre, radii = ELLIPSOIDS[segment_id]
    return (((lps - centre) / radii) ** 2).sum(axis=-1) <= 1


def intensities(ijk_to_ras: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Return int16 (K, J, I): 100 times the label value, 20 where there is no bone."""
    lps = positions_lps(ijk_to_ras, shape)
    voxels = np.full(shape, 20, np.int16)
    for segment in SEGMENTS:
        voxels[inside(segment.id, lps)] = 100 * segment.label
    return voxels


class ThresholdSegmenter:
    """Finds the phantom's bones by their grey values, or half of each."""

    def __init__(self, missing: tuple[str, ...] = (), half: bool = False) -> None:
        self.missing = missing
        self.half = half
        self.runs = 0

    def segment(self, volume, bones, side="both", progress=None, cancel=None):
        self.runs += 1
        chosen = segments_for(bones, side)
        found = [segment for segment in chosen if segment.id not in self.missing]
        labels = np.zeros(volume.voxels.shape, np.uint8)
        for number, segment in enumerate(found):
            if cancel and cancel():
                raise Cancelled
            if progress:
                progress(number / len(found), segment.name)
            mask = volume.voxels == 100 * segment.label
            if self.half:
                mask[..., : int(np.median(np.nonzero(mask)[2]))] = False
            labels[mask] = segment.label
        return SegmentationResult(
            labels=labels,
            segments=tuple(self._account(segment, labels, volume) for segment in chosen),
            slice_confidence=np.ones(labels.shape[0]),
            slice_axis=0,
            warnings=tuple(f"{s.name}: not found." for s in chosen if s.id in self.missing),
            device="cpu",
            precision="float32",
            bundle="threshold 1",
        )

    @staticmethod
    def _account(segment, labels, volume):
        voxels = int(np.count_nonzero(labels == segment.label))
        ml = voxels * volume.voxel_volume_mm3 / 1000
        return SegmentResult(segment, voxels, ml, 1.0 if voxels else None, False)
