"""From a volume node to a `Volume`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import EmptyVolumeNodeError, NotAVolumeError, NotScalarError
from ..segmentation.volume import Volume
from .matrices import RAS_TO_LPS, between_nodes, ijk_to_ras


def ijk_to_world_lps(volume_node: Any) -> np.ndarray:
    """Return the 4×4 matrix from voxel indices to world LPS in mm, parent transforms included.

    Raises
    ------
    NonLinearTransformError
        A parent transform is not linear.
    """
    return RAS_TO_LPS @ between_nodes(volume_node, None) @ ijk_to_ras(volume_node)


def volume_from_node(volume_node: Any) -> Volume:
    """Copy a node's voxels and its place in the world.

    Parameters
    ----------
    volume_node
        A vtkMRMLScalarVolumeNode, under any linear transforms.

    Returns
    -------
    A volume that shares nothing with the scene, so that another thread may read it.

    Raises
    ------
    NotAVolumeError
        Another kind of node, or none.
    EmptyVolumeNodeError
        The node holds no voxels.
    NotScalarError
        Several values a voxel.
    NonLinearTransformError
        A parent transform is not linear.
    InputError
        `Volume` refuses the voxels or the geometry.
    """
    return Volume(voxels_of(volume_node).copy(), ijk_to_world_lps(volume_node))


def voxels_of(volume_node: Any) -> np.ndarray:
    """View a node's voxels, shape (K, J, I). They stay the scene's: copy what is to be kept.

    Raises
    ------
    NotAVolumeError, EmptyVolumeNodeError, NotScalarError
        See `volume_from_node`.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy

    if volume_node is None or not volume_node.IsA("vtkMRMLScalarVolumeNode"):
        raise NotAVolumeError(volume_node.GetName() if volume_node else None)
    image = volume_node.GetImageData()
    scalars = image.GetPointData().GetScalars() if image else None
    # slicer.util.updateVolumeFromArray sets new dimensions before the scalars that belong to them.
    fits = scalars is not None and scalars.GetNumberOfTuples() == image.GetNumberOfPoints()
    if scalars is None or not fits or not scalars.GetNumberOfTuples():
        raise EmptyVolumeNodeError(volume_node.GetName())
    if scalars.GetNumberOfComponents() != 1:
        raise NotScalarError(scalars.GetNumberOfComponents())
    return vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1])
