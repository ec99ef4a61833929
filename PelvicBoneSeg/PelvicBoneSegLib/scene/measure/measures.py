"""One segment measured in the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...anatomy import FEMUR, HIP_BONE, SEGMENTS, SegmentDefinition
from ...segmentation.affine import transformed
from ...segmentation.femoral_head import FemoralHead, NoFemoralHead, fit_femoral_head
from ...segmentation.surface import closed_surface
from ...segmentation.surface_files.mesh import signed_volume_mm3
from ..bone_surface import DEFAULT_SMOOTHING, surface_triangles
from ..comparison.segments import reference_image
from ..mask import Mask, resampled, segment_mask, side_by_side
from ..matrices import RAS_TO_LPS, between_nodes, to_numpy
from ..prepared_segment import CLOSED_SURFACE
from ..surface_settings import get_smoothing
from .segment_statistics import SegmentStatistics


@dataclass(frozen=True, eq=False)
class SegmentMeasures:
    """What was measured of a segment, in the world.

    Attributes
    ----------
    name
        What the user reads.
    definition
        Which bone it is; None for anything else.
    volume_ml, surface_volume_ml
        Of its voxels and of its closed surface.
    surface_area_cm2
        Of the closed surface.
    extent_mm
        Of its voxels from right to left, front to back and bottom to top, along the patient's axes.
    touches_border
        Whether it reaches the edge of the scan; None where the scan's geometry is not known.
    confidence
        Mean probability, 0–1, where the run that wrote it is known.
    head
        Sphere fitted to the head of a femur, in LPS; None for other bones.
    """

    name: str
    definition: SegmentDefinition | None
    volume_ml: float
    surface_volume_ml: float
    surface_area_cm2: float
    extent_mm: tuple[float, float, float]
    touches_border: bool | None
    confidence: float | None
    head: FemoralHead | NoFemoralHead | None


def measure_segment(
    node: Any,
    segment_id: str,
    bones: dict[str, SegmentDefinition],
    confidence: float | None,
    statistics: SegmentStatistics,
) -> SegmentMeasures | None:
    """Measure one segment; None where it has no voxels.

    Parameters
    ----------
    node
        A vtkMRMLSegmentationNode with binary labelmaps, under any linear transforms.
    segment_id
        Which segment.
    bones
        Which segments are bones of ours.
    confidence
        Of the run.
    statistics
        Slicer's own measuring, which goes before ours.

    Raises
    ------
    NonLinearTransformError
        A parent transform is not linear.
    """
    segment = node.GetSegmentation().GetSegment(segment_id)
    mask = segment_mask(segment)
    if mask is None or not mask.voxels.any():
        return None
    to_lps = RAS_TO_LPS @ between_nodes(node, None)
    definition = bones.get(segment_id)
    theirs = statistics.of(segment_id)
    points, triangles = _surface_in_world(node, segment, mask, to_lps)
    return SegmentMeasures(
        name=segment.GetName(),
        definition=definition,
        volume_ml=_first(theirs.volume_mm3, _volume_mm3(mask, to_lps)) / 1000,
        surface_volume_ml=_first(
            theirs.surface_volume_mm3, abs(signed_volume_mm3(points, triangles))
        )
        / 1000,
        surface_area_cm2=_first(theirs.surface_area_mm2, _area_mm2(points, triangles)) / 100,
        extent_mm=_extent_mm(mask, to_lps),
        touches_border=_touches_border(node, mask),
        confidence=confidence,
        head=_head(node, mask, definition, bones, to_lps),
    )


def _first(theirs: float | None, ours: float) -> float:
    return ours if theirs is None else theirs


def _volume_mm3(mask: Mask, to_lps: np.ndarray) -> float:
    voxel = abs(np.linalg.det((to_lps @ mask.ijk_to_ras)[:3, :3]))
    return float(np.count_nonzero(mask.voxels) * voxel)


def _surface_in_world(
    node: Any, segment: Any, mask: Mask, to_lps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return points and triangles; the surface is made where the segmentation has none."""
    surface = segment.GetRepresentation(CLOSED_SURFACE)
    if surface is None or not surface.GetNumberOfPolys():
        smoothing = get_smoothing(node)
        smoothing = DEFAULT_SMOOTHING if smoothing is None else smoothing
        surface = closed_surface(mask.voxels, mask.ijk_to_ras, smoothing)
    points, triangles = surface_triangles(surface)
    return transformed(points, to_lps), triangles


def _area_mm2(points: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def _extent_mm(mask: Mask, to_lps: np.ndarray) -> tuple[float, float, float]:
    """Measure between the outer faces of the outermost voxels."""
    matrix = to_lps @ mask.ijk_to_ras
    centres = np.argwhere(mask.voxels)[:, ::-1] @ matrix[:3, :3].T
    extent = np.ptp(centres, axis=0) + np.abs(matrix[:3, :3]).sum(axis=1)
    x, y, z = map(float, extent)
    return x, y, z


def _touches_border(node: Any, mask: Mask) -> bool | None:
    scan = reference_image(node)
    if scan is None:
        return None
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    scan.GetImageToWorldMatrix(matrix)
    to_scan = np.linalg.inv(to_numpy(matrix)) @ mask.ijk_to_ras
    last = np.subtract(mask.voxels.shape[::-1], 1)
    ends = np.array([to_scan @ [*corner, 1.0] for corner in ((0, 0, 0), last)])[:, :3]
    low, high = ends.min(axis=0), ends.max(axis=0)
    extent = scan.GetExtent()
    return bool((low < np.add(extent[::2], 0.5)).any() or (high > np.add(extent[1::2], -0.5)).any())


def _head(
    node: Any,
    femur: Mask,
    definition: SegmentDefinition | None,
    bones: dict[str, SegmentDefinition],
    to_lps: np.ndarray,
) -> FemoralHead | NoFemoralHead | None:
    if definition is None or definition.bone != FEMUR or definition.side is None:
        return None
    hip = _hip_bone(node, definition.side, bones)
    if hip is None:
        return fit_femoral_head(femur.voxels, to_lps @ femur.ijk_to_ras, definition.side)
    (femur_voxels, hip_voxels), to_ras = side_by_side((femur, resampled(hip, femur.ijk_to_ras)))
    return fit_femoral_head(femur_voxels, to_lps @ to_ras, definition.side, hip_voxels)


def _hip_bone(node: Any, side: str, bones: dict[str, SegmentDefinition]) -> Mask | None:
    wanted = next(one for one in SEGMENTS if one.bone == HIP_BONE and one.side == side)
    for segment_id, definition in bones.items():
        if definition == wanted:
            mask = segment_mask(node.GetSegmentation().GetSegment(segment_id))
            return mask if mask is not None and mask.voxels.any() else None
    return None
