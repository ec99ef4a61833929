"""What will be written, worked out before the scene is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..anatomy import SegmentDefinition
from ..errors import SurfaceConversionError
from ..segmentation.result import SegmentationResult
from .matrices import between_nodes, ijk_to_ras, to_vtk

BINARY_LABELMAP = "Binary labelmap"
CLOSED_SURFACE = "Closed surface"
"""Names of vtkSegmentationConverter, which are the same in every Slicer."""


@dataclass(frozen=True)
class PreparedSegment:
    """One segment, ready for a segmentation node.

    Attributes
    ----------
    definition
        Which bone and side.
    labelmap
        vtkOrientedImageData in the coordinates of the segmentation node. All segments of a run
        share it; each one's voxels have the definition's label value.
    surface
        vtkPolyData in the same coordinates.
    """

    definition: SegmentDefinition
    labelmap: Any
    surface: Any


def prepare_segments(
    result: SegmentationResult, volume_node: Any, segmentation_node: Any | None
) -> tuple[PreparedSegment, ...]:
    """Turn the segments that were found into VTK objects.

    Parameters
    ----------
    result
        Labels of shape (K, J, I) on the voxels of `volume_node`.
    volume_node
        The scan, where it is in the scene now.
    segmentation_node
        Where the segments are going; None for a node beside the scan, under the same transform.

    Raises
    ------
    NonLinearTransformError
        A parent transform of either node is not linear.
    SurfaceConversionError
        Slicer's converter failed.
    """
    definitions = [segment.definition for segment in result.segments if segment.voxels]
    if not definitions:
        return ()
    labels, matrix = _right_handed_in_world(result.labels, volume_node, segmentation_node)
    labelmap = _oriented_image(labels, matrix)
    surfaces = _closed_surfaces(labels, matrix, definitions, segmentation_node)
    return tuple(
        PreparedSegment(definition, labelmap, surface)
        for definition, surface in zip(definitions, surfaces, strict=True)
    )


def _right_handed_in_world(
    labels: np.ndarray, volume_node: Any, segmentation_node: Any | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels and the matrix from their indices to the segmentation node's RAS.

    Slicer's conversion leaves surfaces of left-handed images inside out, in its 3D views as well as
    in STL files. Running the slices the other way round makes no other difference.
    """
    matrix = ijk_to_ras(volume_node)
    if np.linalg.det((between_nodes(volume_node, None) @ matrix)[:3, :3]) < 0:
        flip = np.diag([1.0, 1.0, -1.0, 1.0])
        flip[2, 3] = labels.shape[0] - 1
        labels, matrix = labels[::-1], matrix @ flip
    if segmentation_node is not None:
        matrix = between_nodes(volume_node, segmentation_node) @ matrix
    return labels, matrix


def _oriented_image(labels: np.ndarray, matrix: np.ndarray) -> Any:
    import slicer
    from vtkmodules.util.numpy_support import numpy_to_vtk

    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*labels.shape[::-1])
    image.SetGeometryFromImageToWorldMatrix(to_vtk(matrix))
    scalars = numpy_to_vtk(np.ascontiguousarray(labels).ravel(), deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    return image


def _closed_surfaces(
    labels: np.ndarray,
    matrix: np.ndarray,
    definitions: list[SegmentDefinition],
    segmentation_node: Any | None,
) -> list[Any]:
    """Convert outside of the scene, with the segmentation node's own smoothing."""
    import slicer

    scratch = slicer.vtkSegmentation()
    if segmentation_node is not None:
        scratch.CopyConversionParameters(segmentation_node.GetSegmentation())
    # Its own image: a segmentation that goes away clears the image that its segments share.
    labelmap = _oriented_image(labels, matrix)
    for definition in definitions:
        segment = slicer.vtkSegment()
        segment.SetName(definition.name)
        segment.AddRepresentation(BINARY_LABELMAP, labelmap)
        segment.SetLabelValue(definition.label)
        scratch.AddSegment(segment, definition.id)
    if not scratch.CreateRepresentation(CLOSED_SURFACE):
        raise SurfaceConversionError(", ".join(definition.name for definition in definitions))
    return [
        scratch.GetSegment(definition.id).GetRepresentation(CLOSED_SURFACE)
        for definition in definitions
    ]
