"""Edits as a user makes them."""

from __future__ import annotations

import numpy as np
import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from scene.conftest import image_of
from scene.reading import labelmap, mask

LOGIC = slicer.vtkSlicerSegmentationsModuleLogic


def voxels_of(node, segment_id) -> np.ndarray:
    """View the labelmap's own voxels, shape (K, J, I)."""
    image = labelmap(node, segment_id)
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])


def value_of(node, segment_id) -> int:
    return node.GetSegmentation().GetSegment(segment_id).GetLabelValue()


def draw_over_array(node, segment_id, box) -> None:
    """Change the array alone: nobody is told."""
    voxels_of(node, segment_id)[box] = value_of(node, segment_id)


def paint(node, segment_id, box) -> None:
    """Add a box of voxels of the scan with the function that the Segment Editor's effects use."""
    brush = np.zeros(_scan_shape(node), bool)
    brush[box] = True
    _set(node, segment_id, brush, LOGIC.MODE_MERGE_MAX)


def erase(node, segment_id, box) -> None:
    """Take a box of voxels of the scan out of a segment."""
    kept = whole_mask(node, segment_id, _scan_shape(node))
    kept[box] = False
    _set(node, segment_id, kept, LOGIC.MODE_REPLACE)


def whole_mask(node, segment_id, shape) -> np.ndarray:
    """Return a segment's voxels on the whole scan, whatever the extent of its labelmap."""
    found = np.zeros(shape, bool)
    first = labelmap(node, segment_id).GetExtent()[::2][::-1]
    part = mask(node, segment_id)
    found[tuple(slice(a, a + n) for a, n in zip(first, part.shape, strict=True))] = part
    return found


def _scan_shape(node):
    scan = node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole())
    return scan.GetImageData().GetDimensions()[::-1]


def _set(node, segment_id, voxels, mode) -> None:
    matrix = vtkMatrix4x4()
    labelmap(node, segment_id).GetImageToWorldMatrix(matrix)
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(image_of(voxels * np.uint8(value_of(node, segment_id))))
    image.SetGeometryFromImageToWorldMatrix(matrix)
    assert LOGIC.SetBinaryLabelmapToSegment(image, node, segment_id, mode)
