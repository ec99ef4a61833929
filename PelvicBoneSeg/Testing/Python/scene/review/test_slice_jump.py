"""The slice views go to the bone, wherever scan and segmentation lie in the world."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.scene.review.slice_jump import bone_centre, jump_to
from scene.conftest import DIRECTIONS, SPACING
from scene.phantom import ELLIPSOIDS, grid
from scene.review.reviewed import remember


def segmented(add_volume, a_logic, directions, to_world=None, slice_axis=0):
    volume = add_volume(directions, to_world)
    node = a_logic.segment(volume, ["femur"])
    remember(node, volume, {"left_femur": [0.9] * 100}, slice_axis)
    return volume, node


def centre_ras(segment_id):
    return np.array(ELLIPSOIDS[segment_id][0]) * [-1, -1, 1]


@pytest.mark.parametrize("directions", sorted(DIRECTIONS))
@pytest.mark.parametrize("slice_axis", [0, 1, 2])
def test_the_centre_of_a_slice_of_an_ellipsoid(add_volume, a_logic, directions, slice_axis):
    _, node = segmented(add_volume, a_logic, directions, slice_axis=slice_axis)
    to_ijk = np.linalg.inv(grid(DIRECTIONS[directions], SPACING).ijk_to_ras)
    middle = centre_ras("left_femur")
    index = round(float((to_ijk @ [*middle, 1])[2 - slice_axis]))
    found = bone_centre(node, "left_femur", index)
    assert (to_ijk @ [*found, 1])[2 - slice_axis] == pytest.approx(index, abs=1e-6)
    assert np.linalg.norm(found - middle) < max(SPACING)


def test_parent_transforms_count(add_volume, a_logic, a_transform_to_world):
    volume, node = segmented(add_volume, a_logic, "rotated", a_transform_to_world)
    to_ijk = np.linalg.inv(grid(DIRECTIONS["rotated"], SPACING).ijk_to_ras)
    index = round(float((to_ijk @ [*centre_ras("left_femur"), 1])[2]))
    found = bone_centre(node, "left_femur", index)
    assert (to_ijk @ [*found, 1])[2] == pytest.approx(index, abs=1e-6)
    assert np.linalg.norm(found - centre_ras("left_femur")) < max(SPACING)
    node.GetScene().RemoveNode(volume)
    np.testing.assert_allclose(bone_centre(node, "left_femur", index), found)


def test_where_the_bone_is_not_there_is_no_centre(add_volume, a_logic):
    _, node = segmented(add_volume, a_logic, "plain")
    assert bone_centre(node, "left_femur", 0) is None
    assert bone_centre(node, "sacrum", 3) is None
    node.GetSegmentation().RemoveSegment("left_femur")
    assert bone_centre(node, "left_femur", 10) is None


def test_a_bone_that_was_emptied_has_no_centre(add_volume, a_logic):
    _, node = segmented(add_volume, a_logic, "plain")
    slicer.vtkSlicerSegmentationsModuleLogic.ClearSegment(node, "left_femur")
    assert bone_centre(node, "left_femur", 10) is None


def test_all_slice_views_are_centred_there(a_scene):
    views = []
    for name, orient in (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal")):
        view = slicer.vtkMRMLSliceNode()
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(a_scene)
        view.SetLayoutName(name)
        a_scene.AddNode(view)
        view.SetOrientation(orient)
        views.append(view)
    jump_to(a_scene, np.array([12.0, -7.0, 33.0]))
    for view in views:
        matrix = view.GetSliceToRAS()
        assert [matrix.GetElement(row, 3) for row in range(3)] == [12.0, -7.0, 33.0]
