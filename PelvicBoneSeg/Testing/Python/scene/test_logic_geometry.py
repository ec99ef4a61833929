"""The same bones at the same place, however the scan is stored."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from scene.conftest import DIRECTIONS, add_transform
from scene.phantom import ELLIPSOIDS
from scene.reading import (
    array_of,
    dice_in_world,
    image_to_world_ras,
    labelmap,
    mask,
    open_edges,
    segment_ids,
    signed_volume,
    surface_in_world,
    volume_mm3,
)

EVERY_ID = [segment.id for segment in SEGMENTS]


def assert_bones_in_place(node):
    assert segment_ids(node) == EVERY_ID
    for segment_id in EVERY_ID:
        assert dice_in_world(node, segment_id) >= 0.99, segment_id
        centre, _ = ELLIPSOIDS[segment_id]
        np.testing.assert_allclose(centroid_lps(node, segment_id), centre, atol=1.0)


def centroid_lps(node, segment_id):
    k, j, i = np.nonzero(mask(node, segment_id))
    matrix = image_to_world_ras(node, labelmap(node, segment_id))
    return (matrix @ [i.mean(), j.mean(), k.mean(), 1])[:3] * [-1, -1, 1]


def assert_surfaces_sound(node):
    for segment_id in EVERY_ID:
        surface = surface_in_world(node, segment_id)
        assert open_edges(surface) == 0, segment_id
        volume = volume_mm3(node, segment_id)
        assert signed_volume(surface) == pytest.approx(volume, rel=0.05), segment_id


@pytest.mark.parametrize("directions", DIRECTIONS)
def test_bones_are_in_place_and_surfaces_sound(add_volume, a_logic, directions):
    node = a_logic.segment(add_volume(directions), BONES)

    assert_bones_in_place(node)
    assert_surfaces_sound(node)


@pytest.mark.parametrize("directions", ["permuted", "left_handed", "rotated"])
def test_so_they_are_under_a_parent_transform(
    add_volume, a_logic, a_transform_to_world, directions
):
    volume_node = add_volume(directions, a_transform_to_world)

    node = a_logic.segment(volume_node, BONES)

    assert node.GetTransformNodeID() == volume_node.GetTransformNodeID()
    assert_bones_in_place(node)
    assert_surfaces_sound(node)


def test_so_they_are_under_a_mirroring_transform(a_mirrored_volume_node, a_logic):
    node = a_logic.segment(a_mirrored_volume_node, BONES)

    assert_bones_in_place(node)
    assert_surfaces_sound(node)


@pytest.mark.parametrize("directions", ["plain", "left_handed_and_rotated"])
def test_a_segmentation_under_another_transform_gets_them_at_the_same_place(
    a_scene, add_volume, a_logic, a_transform_to_world, another_transform_to_world, directions
):
    existing = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Elsewhere")
    transform = add_transform(a_scene, another_transform_to_world)
    existing.SetAndObserveTransformNodeID(transform.GetID())

    node = a_logic.segment(
        add_volume(directions, a_transform_to_world), BONES, segmentationNode=existing
    )

    assert node is existing
    assert node.GetTransformNodeID() == transform.GetID()
    assert_bones_in_place(node)
    assert_surfaces_sound(node)


def test_segments_beside_others_of_another_grid_keep_the_scans_voxels(
    a_hand_made_segmentation, add_volume, a_logic
):
    volume_node = add_volume("left_handed_and_rotated", name="Second MR")

    a_logic.segment(volume_node, ["femur"], segmentationNode=a_hand_made_segmentation)

    for segment_id in ("left_femur", "right_femur"):
        assert dice_in_world(a_hand_made_segmentation, segment_id) >= 0.99


def test_the_labels_keep_the_scans_matrix_to_the_last_bit(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])

    expected = vtkMatrix4x4()
    a_volume_node.GetIJKToRASMatrix(expected)
    found = image_to_world_ras(node, labelmap(node, "sacrum"))
    np.testing.assert_allclose(found, array_of(expected), rtol=0, atol=1e-12)


def test_segments_follow_a_scan_that_was_moved_during_the_run(
    a_scene, a_volume_node, a_logic, a_transform_to_world
):
    job = a_logic.prepare(a_volume_node, BONES)
    result = job.run()
    there = a_logic.apply(job, result)
    transform = add_transform(a_scene, a_transform_to_world)
    a_volume_node.SetAndObserveTransformNodeID(transform.GetID())

    moved = a_logic.apply(job, result)

    expected = a_transform_to_world @ image_to_world_ras(there, labelmap(there, "sacrum"))
    found = image_to_world_ras(moved, labelmap(moved, "sacrum"))
    np.testing.assert_allclose(found, expected, atol=1e-9)
