"""4×4 matrices between voxels, nodes and the world.

This package alone crosses from MRML's RAS to the library's LPS.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import NonLinearTransformError

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""Its own inverse."""


def to_numpy(matrix: Any) -> np.ndarray:
    """Copy a vtkMatrix4x4 into an array of shape (4, 4)."""
    return np.array([[matrix.GetElement(i, j) for j in range(4)] for i in range(4)])


def to_vtk(matrix: np.ndarray) -> Any:
    """Copy an array of shape (4, 4) into a vtkMatrix4x4."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    result = vtkMatrix4x4()
    result.DeepCopy(np.asarray(matrix, dtype=np.float64).ravel().tolist())
    return result


def ijk_to_ras(volume_node: Any) -> np.ndarray:
    """Return a volume node's own matrix from voxel indices to RAS in mm, parents left out."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    volume_node.GetIJKToRASMatrix(matrix)
    return to_numpy(matrix)


def between_nodes(source_node: Any, target_node: Any | None) -> np.ndarray:
    """Return the matrix from one node's coordinates to another's, both RAS in mm.

    Parameters
    ----------
    source_node, target_node
        Transformable nodes; None as target is the world.

    Raises
    ------
    NonLinearTransformError
        A parent transform of either is not linear.
    """
    import slicer
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    slicer.vtkMRMLTransformNode.GetMatrixTransformBetweenNodes(
        _linear_parent(source_node),
        None if target_node is None else _linear_parent(target_node),
        matrix,
    )
    return to_numpy(matrix)


def _linear_parent(node: Any) -> Any | None:
    parent = node.GetParentTransformNode()
    if parent is not None and not parent.IsTransformToWorldLinear():
        raise NonLinearTransformError(node.GetName())
    return parent
