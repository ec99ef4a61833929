"""The oblique slice, by hand-calculated axes."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs PyPI's slicer-core, or Slicer")

from PelvicBoneSegLib.scene.matrices import to_numpy  # noqa: E402
from PelvicBoneSegWeb.viewer.display.oblique import oblique_axes, turn_slice  # noqa: E402


def test_without_a_turn_it_is_slicers_axial_slice():
    a_scene = slicer.vtkMRMLScene()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(a_scene, True)
    node = a_scene.AddNewNodeByClass("vtkMRMLSliceNode")
    node.SetOrientationToAxial()
    np.testing.assert_allclose(oblique_axes(0, 0), to_numpy(node.GetSliceToRAS())[:3, :3])


def test_a_tilt_by_90_degrees_looks_from_front_to_back():
    right, up, through = oblique_axes(90, 0).T
    np.testing.assert_allclose(right, [-1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(up, [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(through, [0, -1, 0], atol=1e-12)


def test_a_turn_keeps_the_slice_axial():
    np.testing.assert_allclose(oblique_axes(0, 30)[:, 2], [0, 0, 1], atol=1e-12)


@pytest.mark.parametrize("angles", [(0, 0), (35, 0), (-20, 70)])
def test_axes_are_perpendicular_and_one_long(angles):
    axes = oblique_axes(*angles)
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)


def test_a_slice_is_turned_about_its_middle():
    node = slicer.vtkMRMLSliceNode()
    turn_slice(node, oblique_axes(25, -40), np.array([1.0, 2.0, 3.0]))
    turn_slice(node, oblique_axes(10, 5))
    matrix = to_numpy(node.GetSliceToRAS())
    np.testing.assert_allclose(matrix[:3, 3], [1, 2, 3])
    np.testing.assert_allclose(matrix[:3, :3], oblique_axes(10, 5))
