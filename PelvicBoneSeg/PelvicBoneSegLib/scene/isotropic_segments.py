"""Segments on thin slices, written into a segmentation node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SceneWriteError
from ..segmentation.isotropic import IsotropicResult, slice_parts, thin_slices_matrix
from .bone_surface import lps_to_node, surface_from_arrays
from .labelmap import oriented_image, to_segmentation
from .matrices import between_nodes, ijk_to_ras, to_vtk
from .prepared_segment import BINARY_LABELMAP, CLOSED_SURFACE

if TYPE_CHECKING:
    from .isotropic import IsotropicJob


def add_thin_segments(node: Any, job: IsotropicJob, result: IsotropicResult) -> None:
    """Add a run's bones with the names, colours and codes of the segments that they come from.

    Parameters
    ----------
    node
        An empty vtkMRMLSegmentationNode, under the transform of the job's segmentation.
    job, result
        Which segments, and what became of them.

    Raises
    ------
    SceneWriteError
        MRML refused. Some segments may have been added: wrap this in a `SceneTransaction`.
    """
    import slicer

    grid = to_segmentation(job.volume_node, node) @ ijk_to_ras(job.volume_node)
    to_node = grid @ np.linalg.inv(job.volume.ijk_to_lps)
    surfaces_to_node = lps_to_node(job, node)
    image = oriented_image(*_right_handed(result.labels, to_node @ result.ijk_to_lps, node))
    segmentation = node.GetSegmentation()
    source = job.segmentation_node.GetSegmentation()
    for label, segment_id in job.segment_ids.items():
        if label not in result.volumes_ml:
            continue
        segment = slicer.vtkSegment()
        segment.DeepCopyMetadata(source.GetSegment(segment_id))
        segment.AddRepresentation(BINARY_LABELMAP, image)
        segment.SetLabelValue(label)
        if surfaces_to_node is not None:
            surface = surface_from_arrays(result.surfaces[label], surfaces_to_node)
            segment.AddRepresentation(CLOSED_SURFACE, surface)
        if not segmentation.AddSegment(segment, segment_id):
            raise SceneWriteError(segment.GetName(), node.GetName())
    _set_geometry(node, job, grid)
    if not node.CreateClosedSurfaceRepresentation():
        raise SceneWriteError(node.GetName(), node.GetName())


def _right_handed(
    labels: np.ndarray, matrix: np.ndarray, node: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Run the slices the other way where need be: see `labelmap.right_handed_in_world`."""
    if np.linalg.det((between_nodes(node, None) @ matrix)[:3, :3]) > 0:
        return labels, matrix
    flip = np.diag([1.0, 1.0, -1.0, 1.0])
    flip[2, 3] = labels.shape[0] - 1
    return labels[::-1], matrix @ flip


def _set_geometry(node: Any, job: IsotropicJob, grid: np.ndarray) -> None:
    """Let later editing happen on thin slices of the whole scan."""
    import slicer

    parts, axis = slice_parts(job.volume.ijk_to_lps)
    shape = list(job.volume.voxels.shape)
    shape[axis] *= parts
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*shape[::-1])
    image.SetGeometryFromImageToWorldMatrix(
        to_vtk(thin_slices_matrix(grid, (0, 0, 0), axis, parts))
    )
    converter = slicer.vtkSegmentationConverter
    node.GetSegmentation().SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(), converter.SerializeImageGeometry(image)
    )
