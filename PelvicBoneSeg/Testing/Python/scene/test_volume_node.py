"""From a volume node to a `Volume`."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.vtkCommonDataModel import vtkImageData

from PelvicBoneSegLib.errors import (
    ConstantImageError,
    EmptyVolumeNodeError,
    NonLinearTransformError,
    NotAVolumeError,
    NotScalarError,
)
from PelvicBoneSegLib.scene.volume_node import volume_from_node
from scene.conftest import DIRECTIONS, SPACING, image_of
from scene.phantom import CENTRE, grid, intensities


@pytest.mark.parametrize("directions", DIRECTIONS)
def test_voxels_and_their_place_are_the_nodes_own(add_volume, directions):
    volume = volume_from_node(add_volume(directions))

    expected = grid(DIRECTIONS[directions], SPACING)
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ expected.ijk_to_ras
    np.testing.assert_allclose(volume.ijk_to_lps, lps, atol=1e-9)
    assert volume.voxels.dtype == np.int16
    np.testing.assert_array_equal(
        volume.voxels, intensities(expected.ijk_to_ras, expected.dimensions[::-1])
    )


def test_a_parent_transform_moves_the_volume_in_the_world(a_transformed_volume_node):
    volume = volume_from_node(a_transformed_volume_node)

    middle = (np.array(volume.voxels.shape[::-1]) - 1) / 2
    np.testing.assert_allclose((volume.ijk_to_lps @ [*middle, 1])[:3], CENTRE, atol=1e-6)


def test_parents_of_parents_count_too(a_scene, a_volume_node, a_transform_to_world):
    from scene.conftest import add_transform

    before = volume_from_node(a_volume_node).ijk_to_lps
    inner = add_transform(a_scene, a_transform_to_world)
    outer = add_transform(a_scene, np.linalg.inv(a_transform_to_world))
    inner.SetAndObserveTransformNodeID(outer.GetID())
    a_volume_node.SetAndObserveTransformNodeID(inner.GetID())

    np.testing.assert_allclose(volume_from_node(a_volume_node).ijk_to_lps, before, atol=1e-9)


def test_the_volume_shares_nothing_with_the_scene(a_volume_node):
    volume = volume_from_node(a_volume_node)
    before = volume.voxels.copy()

    a_volume_node.GetImageData().GetPointData().GetScalars().Fill(7)

    np.testing.assert_array_equal(volume.voxels, before)


def test_no_node_is_refused():
    with pytest.raises(NotAVolumeError, match="No volume was chosen"):
        volume_from_node(None)


def test_another_kind_of_node_is_refused(a_scene):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Bones")

    with pytest.raises(NotAVolumeError, match="'Bones' is not a scalar volume"):
        volume_from_node(node)


@pytest.mark.parametrize("image", [None, vtkImageData()], ids=["no image", "empty image"])
def test_a_node_without_voxels_is_refused(a_scene, image):
    node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty")
    node.SetAndObserveImageData(image)

    with pytest.raises(EmptyVolumeNodeError, match="'Empty' holds no image"):
        volume_from_node(node)


def test_a_node_whose_voxels_are_being_replaced_counts_as_empty(a_volume_node):
    a_volume_node.GetImageData().SetDimensions(3, 4, 5)
    with pytest.raises(EmptyVolumeNodeError):
        volume_from_node(a_volume_node)


def test_a_colour_picture_is_refused(a_scene):
    image = vtkImageData()
    image.SetDimensions(20, 20, 20)
    image.AllocateScalars(3, 3)
    node = a_scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "Photo")
    node.SetAndObserveImageData(image)

    with pytest.raises(NotScalarError, match="3 values per voxel"):
        volume_from_node(node)


def test_a_warped_volume_is_refused(a_volume_node, a_warp):
    a_volume_node.SetAndObserveTransformNodeID(a_warp.GetID())

    with pytest.raises(NonLinearTransformError, match="'MR' .* Harden the transform first"):
        volume_from_node(a_volume_node)


def test_voxels_that_cannot_be_segmented_are_refused(a_volume_node):
    a_volume_node.SetAndObserveImageData(image_of(np.full((9, 30, 30), 5, np.int16)))

    with pytest.raises(ConstantImageError, match="same value"):
        volume_from_node(a_volume_node)
