"""The oblique slice: the axial one tilted and turned about the middle of the scan."""

from __future__ import annotations

from typing import Any

import numpy as np

from PelvicBoneSegLib.scene.matrices import to_numpy

_AXIAL = np.diag([-1.0, 1.0, 1.0])
"""Columns in RAS: right of the screen is the patient's left, its top is in front."""


def oblique_axes(tilt: float, turn: float) -> np.ndarray:
    """Return the axes of the slice.

    Parameters
    ----------
    tilt, turn
        Degrees about the left-right axis, then about the head-foot axis, by the right hand.

    Returns
    -------
    3×3, columns in RAS: to the right of the screen, to its top, through the slices.
    """
    a, b = np.deg2rad([tilt, turn])
    about_r = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_s = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return about_s @ about_r @ _AXIAL


def turn_slice(slice_node: Any, axes: np.ndarray, centre: np.ndarray | None = None) -> None:
    """Give a slice node these axes.

    Parameters
    ----------
    slice_node
        A vtkMRMLSliceNode.
    axes
        See `oblique_axes`.
    centre
        Of the slice, in RAS; None to keep it where it is.
    """
    matrix = slice_node.GetSliceToRAS()
    middle = to_numpy(matrix)[:3, 3] if centre is None else centre
    for row in range(3):
        for column in range(3):
            matrix.SetElement(row, column, float(axes[row, column]))
        matrix.SetElement(row, 3, float(middle[row]))
    slice_node.UpdateMatrices()
