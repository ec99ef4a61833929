"""The 3D views turned to a bone: cameras alone are moved, no view, layout or slice is touched."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import NoBoneError
from .mask import segment_mask
from .prepared_segment import CLOSED_SURFACE

MAX_ROOM = 3.0
"""A view more than this many times wider than the bone is brought nearer."""


def centre_on(segmentation_node: Any, segment_ids: Iterable[str] | None = None) -> None:
    """Put segments into the middle of every 3D view.

    The cameras keep their direction, and their zoom where it shows the segments at a sensible size:
    whole, and no smaller than a third of the view.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode in a scene, under any transforms.
    segment_ids
        Which segments; None for all.

    Raises
    ------
    NoBoneError
        The segments are empty.
    """
    if segment_ids is None:
        segment_ids = segmentation_node.GetSegmentation().GetSegmentIDs()
    corners = [_corners(segmentation_node, segment_id) for segment_id in segment_ids]
    points = np.array([point for box in corners for point in box])
    if not len(points):
        raise NoBoneError(segmentation_node.GetName())
    low, high = points.min(axis=0), points.max(axis=0)
    scene = segmentation_node.GetScene()
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLCameraNode")):
        camera = scene.GetNthNodeByClass(index, "vtkMRMLCameraNode")
        _look_at(camera, (low + high) / 2, float(np.linalg.norm(high - low) / 2))


def _look_at(camera_node: Any, centre: np.ndarray, radius: float) -> None:
    away = np.subtract(camera_node.GetPosition(), camera_node.GetFocalPoint())
    distance = float(np.linalg.norm(away))
    angle = math.radians(camera_node.GetViewAngle()) / 2
    wanted = _sensible(distance, radius / math.sin(angle))
    was_modifying = camera_node.StartModify()
    camera_node.SetFocalPoint(*centre)
    camera_node.SetPosition(*(centre + away / distance * wanted))
    camera_node.SetParallelScale(_sensible(camera_node.GetParallelScale(), radius))
    camera_node.EndModify(was_modifying)
    camera_node.ResetClippingRange()


def _sensible(present: float, fitting: float) -> float:
    return present if fitting <= present <= MAX_ROOM * fitting else fitting


def _corners(segmentation_node: Any, segment_id: str) -> list[list[float]]:
    """Return the corners of a segment's box in world RAS; none where it is empty."""
    import slicer
    from vtkmodules.vtkCommonTransforms import vtkGeneralTransform

    segment = segmentation_node.GetSegmentation().GetSegment(segment_id)
    surface = segment.GetRepresentation(CLOSED_SURFACE)
    if surface is not None and surface.GetNumberOfPoints():
        x0, x1, y0, y1, z0, z1 = surface.GetBounds()
        corners = [(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)]
    else:
        mask = segment_mask(segment)
        if mask is None or not mask.voxels.any():
            return []
        ends = [(-0.5, size - 0.5) for size in mask.voxels.shape[::-1]]
        ijk = [(i, j, k, 1.0) for i in ends[0] for j in ends[1] for k in ends[2]]
        corners = [tuple(point[:3]) for point in np.array(ijk) @ mask.ijk_to_ras.T]
    to_world = vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(
        segmentation_node.GetParentTransformNode(), None, to_world
    )
    return [list(to_world.TransformPoint(*corner)) for corner in corners]
