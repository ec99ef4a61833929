"""Segments as numpy arrays, copied out of a segmentation node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import AbsurdGeometryError, NotALabelmapSegmentationError, NotASegmentationError
from ..matrices import RAS_TO_LPS, between_nodes, to_numpy
from ..prepared_segment import BINARY_LABELMAP

MAX_COSINE = 0.01
"""Axes this far from a right angle make distances in voxels times spacing wrong."""


@dataclass(frozen=True, eq=False)
class SegmentVoxels:
    """One segment in the world.

    Attributes
    ----------
    labels
        Shape (K, J, I), shared with the segments of the same labelmap.
    value
        What this segment's voxels hold in `labels`.
    ijk_to_lps
        4×4 matrix from indices of `labels` to world LPS in mm, parent transforms included.
    """

    labels: np.ndarray
    value: int
    ijk_to_lps: np.ndarray


def check_segmentation(node: Any) -> None:
    """Check that segments can be read from a node.

    Raises
    ------
    NotASegmentationError
        Another kind of node, or none.
    NotALabelmapSegmentationError
        It has segments, but no voxels of them.
    """
    if node is None or not node.IsA("vtkMRMLSegmentationNode"):
        raise NotASegmentationError(node.GetName() if node else None)
    segmentation = node.GetSegmentation()
    if segmentation.GetNumberOfSegments() and not segmentation.ContainsRepresentation(
        BINARY_LABELMAP
    ):
        raise NotALabelmapSegmentationError(node.GetName())


def copy_segments(node: Any, segment_ids: Iterable[str]) -> Mapping[str, SegmentVoxels]:
    """Copy segments, each labelmap that they share once.

    Parameters
    ----------
    node
        A vtkMRMLSegmentationNode with binary labelmaps, under any linear transforms.

    Raises
    ------
    NonLinearTransformError
        A parent transform is not linear.
    """
    to_world = RAS_TO_LPS @ between_nodes(node, None)
    arrays: dict[Any, np.ndarray] = {}
    copies = {}
    for segment_id in segment_ids:
        segment = node.GetSegmentation().GetSegment(segment_id)
        image = segment.GetRepresentation(BINARY_LABELMAP)
        if image not in arrays:
            arrays[image] = _voxels(image)
        copies[segment_id] = SegmentVoxels(
            arrays[image], segment.GetLabelValue(), to_world @ _array_to_node(image)
        )
    return copies


def grid_of(node: Any) -> np.ndarray:
    """Return the 4×4 matrix from the voxels of a segmentation's reference geometry to world LPS.

    A segmentation that has no reference geometry has its first segment's.

    Raises
    ------
    NonLinearTransformError
        A parent transform is not linear.
    AbsurdGeometryError
        The parent transforms leave its axes not at right angles.
    """
    image = reference_image(node)
    if image is None:
        image = node.GetSegmentation().GetNthSegment(0).GetRepresentation(BINARY_LABELMAP)
    grid = RAS_TO_LPS @ between_nodes(node, None) @ _image_to_node(image)
    unit = grid[:3, :3] / np.linalg.norm(grid[:3, :3], axis=0)
    if np.abs((unit.T @ unit)[np.triu_indices(3, 1)]).max() > MAX_COSINE:
        raise AbsurdGeometryError(f"the axes of '{node.GetName()}' are not at right angles")
    return grid


def reference_image(node: Any) -> Any | None:
    """Return the vtkOrientedImageData of a segmentation's reference geometry; None without one.

    It has an extent and a place in the node's coordinates, but no voxels.
    """
    import slicer

    converter = slicer.vtkSegmentationConverter
    geometry = node.GetSegmentation().GetConversionParameter(
        converter.GetReferenceImageGeometryParameterName()
    )
    image = slicer.vtkOrientedImageData()
    if not geometry or not converter.DeserializeImageGeometry(geometry, image, False):
        return None
    return image


def stamp(node: Any, segment_ids: Iterable[str]) -> tuple[Any, ...]:
    """Return something that is equal as long as the segments have the same voxels and place."""
    images = [
        node.GetSegmentation().GetSegment(segment_id).GetRepresentation(BINARY_LABELMAP)
        for segment_id in segment_ids
        if node.GetSegmentation().GetSegment(segment_id)
    ]
    place = between_nodes(node, None).tobytes()
    return place, *((image, image.GetMTime()) for image in images)


def _voxels(image: Any) -> np.ndarray:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    shape = image.GetDimensions()[::-1]
    scalars = image.GetPointData().GetScalars()
    if scalars is None or min(shape) < 1:
        return np.zeros((0, 0, 0), np.uint8)
    return vtk_to_numpy(scalars).reshape(shape).copy()


def _image_to_node(image: Any) -> np.ndarray:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return to_numpy(matrix)


def _array_to_node(image: Any) -> np.ndarray:
    """Return the matrix from array indices, which start at 0 and not at the extent."""
    matrix = _image_to_node(image)
    matrix[:3, 3] += matrix[:3, :3] @ image.GetExtent()[::2]
    return matrix
