"""A run's label map as a binary labelmap of a segmentation node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .matrices import between_nodes, ijk_to_ras, to_vtk


def right_handed_in_world(
    labels: np.ndarray, volume_node: Any, segmentation_node: Any | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels and the matrix from their indices to the segmentation node's RAS.

    Slicer's conversion leaves surfaces of left-handed images inside out, in its 3D views as well as
    in STL files. Running the slices the other way round makes no other difference.

    Parameters
    ----------
    labels
        Shape (K, J, I), on the voxels of `volume_node`.
    volume_node
        The scan, where it is in the scene now.
    segmentation_node
        None for a node beside the scan, under the same transform.

    Raises
    ------
    NonLinearTransformError
        A parent transform of either node is not linear.
    """
    matrix = ijk_to_ras(volume_node)
    if np.linalg.det((between_nodes(volume_node, None) @ matrix)[:3, :3]) < 0:
        flip = np.diag([1.0, 1.0, -1.0, 1.0])
        flip[2, 3] = labels.shape[0] - 1
        labels, matrix = labels[::-1], matrix @ flip
    return labels, to_segmentation(volume_node, segmentation_node) @ matrix


def to_segmentation(volume_node: Any, segmentation_node: Any | None) -> np.ndarray:
    """Return the 4×4 matrix from a scan's RAS to a segmentation node's, None as above."""
    if segmentation_node is None:
        return np.eye(4)
    return between_nodes(volume_node, segmentation_node)


def oriented_image(
    labels: np.ndarray, ijk_to_ras: np.ndarray, start: Sequence[int] = (0, 0, 0)
) -> Any:
    """Return a vtkOrientedImageData with a copy of labels.

    Parameters
    ----------
    labels
        Shape (K, J, I).
    ijk_to_ras
        4×4 matrix from the image's voxel indices to RAS in mm.
    start
        The image's index (k, j, i) of the first label. Slicer puts labelmaps together without
        resampling where they differ in their extent only.
    """
    import slicer
    from vtkmodules.util.numpy_support import numpy_to_vtk

    ends = [(int(a), int(a) + n - 1) for a, n in zip(start, labels.shape, strict=True)]
    image = slicer.vtkOrientedImageData()
    image.SetExtent(*(end for axis in reversed(ends) for end in axis))
    image.SetGeometryFromImageToWorldMatrix(to_vtk(ijk_to_ras))
    scalars = numpy_to_vtk(np.ascontiguousarray(labels).ravel(), deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    return image
