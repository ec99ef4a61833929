"""Segments' closed surfaces in the world, outside out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import NonLinearTransformError, SurfaceConversionError
from ...segmentation.surface import closed_surface
from ...segmentation.surface_files.apart import moved_apart
from ...segmentation.surface_files.mesh import Mesh, turned_outward
from ..bone_surface import DEFAULT_SMOOTHING, surface_triangles
from ..comparison.segments import SegmentVoxels, copy_segments
from ..matrices import RAS_TO_LPS
from ..prepared_segment import BINARY_LABELMAP, CLOSED_SURFACE
from ..surface_settings import get_smoothing


@dataclass(frozen=True, eq=False)
class SurfaceSource:
    """A segment, copied out of the scene, from which its surface comes.

    Attributes
    ----------
    name, colour
        As in `Mesh`.
    surface
        The closed surface that the scene has; None where it has none.
    voxels
        The segment's voxels; None where it has none, or where they lie under a warp.
    smoothing
        With which to make the surface of the voxels, 0–1.
    """

    name: str
    colour: tuple[float, float, float]
    surface: Mesh | None
    voxels: SegmentVoxels | None
    smoothing: float

    @property
    def voxel_volume_ml(self) -> float | None:
        """What the segment's voxels measure in the world."""
        if self.voxels is None:
            return None
        count = int(np.count_nonzero(self.voxels.labels == self.voxels.value))
        return count * float(abs(np.linalg.det(self.voxels.ijk_to_lps[:3, :3]))) / 1000

    def mesh(self) -> Mesh:
        """Return the surface in world LPS in mm, fronts outward. In any thread."""
        return moved_apart(turned_outward(self.surface or self._mesh_of_voxels()))

    def _mesh_of_voxels(self) -> Mesh:
        assert self.voxels is not None
        mask = self.voxels.labels == self.voxels.value
        surface = closed_surface(mask, self.voxels.ijk_to_lps, self.smoothing)
        return Mesh(self.name, self.colour, *surface_triangles(surface))


def surface_sources(node: Any, segment_ids: Iterable[str]) -> list[SurfaceSource]:
    """Copy what the surfaces of segments are made from. The scene is not changed.

    A surface that the scene shows is taken as it is. Where there is none, the voxels are copied and
    the surface is made later, by the steps and with the smoothing of Slicer's own conversion.

    Parameters
    ----------
    node
        A vtkMRMLSegmentationNode. Surfaces may be under any transforms, voxels under linear ones.

    Raises
    ------
    NonLinearTransformError
        There are voxels alone, and a parent transform is not linear.
    SurfaceConversionError
        A segment has neither surface nor voxels.
    """
    segmentation = node.GetSegmentation()
    ids = list(segment_ids)
    parent = node.GetParentTransformNode()
    warped = parent is not None and not parent.IsTransformToWorldLinear()
    has_voxels = segmentation.ContainsRepresentation(BINARY_LABELMAP)
    copies = copy_segments(node, ids) if has_voxels and not warped else {}
    smoothing = get_smoothing(node)
    sources = []
    for segment_id in ids:
        segment = segmentation.GetSegment(segment_id)
        name, colour = segment.GetName(), segment.GetColor()
        surface = _scene_surface(node, segment_id)
        voxels = copies.get(segment_id)
        if surface is not None and not len(surface.triangles) and voxels is not None:
            # A conversion that left points alone: the voxels still say what the segment is.
            surface = None
        if surface is None and voxels is None:
            raise (
                NonLinearTransformError(node.GetName()) if warped else SurfaceConversionError(name)
            )
        sources.append(
            SurfaceSource(
                name, colour, surface, voxels, DEFAULT_SMOOTHING if smoothing is None else smoothing
            )
        )
    return sources


def _scene_surface(node: Any, segment_id: str) -> Mesh | None:
    import slicer
    from vtkmodules.vtkCommonDataModel import vtkPolyData

    segment = node.GetSegmentation().GetSegment(segment_id)
    if segment.GetRepresentation(CLOSED_SURFACE) is None:
        return None
    surface = vtkPolyData()
    if not slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentClosedSurfaceRepresentation(
        node, segment_id, surface
    ):
        raise SurfaceConversionError(segment.GetName())
    points, triangles = surface_triangles(surface)
    return Mesh(segment.GetName(), segment.GetColor(), points @ RAS_TO_LPS[:3, :3], triangles)
