from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.errors import NoBoneError
from PelvicBoneSegLib.scene.view_centre import centre_on
from scene.conftest import add_transform
from scene.phantom import ELLIPSOIDS
from scene.reading import node_classes
from scene.segmentations import add_segmentation, box

BONES = ["femur", "hip_bone", "sacrum", "lumbar_spine"]
LPS_TO_RAS = np.array([-1, -1, 1])


@pytest.fixture
def add_camera(a_scene):
    def add(position, focal_point=(0, 0, 0)):
        camera = a_scene.AddNewNodeByClass("vtkMRMLCameraNode")
        camera.SetPosition(*position)
        camera.SetFocalPoint(*focal_point)
        return camera

    return add


@pytest.fixture
def a_segmentation(a_logic, a_volume_node):
    return a_logic.segment(a_volume_node, BONES)


def direction(camera):
    away = np.subtract(camera.GetPosition(), camera.GetFocalPoint())
    return away / np.linalg.norm(away)


def distance(camera):
    return np.linalg.norm(np.subtract(camera.GetPosition(), camera.GetFocalPoint()))


@pytest.mark.parametrize("bone", ["left_femur", "sacrum"])
def test_every_camera_looks_at_the_bone_from_where_it_looked(a_segmentation, add_camera, bone):
    cameras = [add_camera((0, 500, 0)), add_camera((300, 300, 200), (5, 5, 5))]
    before = [direction(camera) for camera in cameras]
    centre_on(a_segmentation, [bone])
    for camera, looked in zip(cameras, before, strict=True):
        centre = np.array(ELLIPSOIDS[bone][0]) * LPS_TO_RAS
        assert camera.GetFocalPoint() == pytest.approx(centre, abs=3)
        assert direction(camera) == pytest.approx(looked)


def test_a_sensible_distance_is_kept(a_segmentation, add_camera):
    camera = add_camera((0, 300, 0))
    centre_on(a_segmentation, ["left_femur"])
    assert distance(camera) == pytest.approx(300)


@pytest.mark.parametrize("far", [30, 3000])
def test_a_bone_that_does_not_fit_or_is_tiny_is_brought_to_size(a_segmentation, add_camera, far):
    camera = add_camera((0, far, 0))
    centre_on(a_segmentation, ["left_femur"])
    radius = np.linalg.norm(ELLIPSOIDS["left_femur"][1])
    assert distance(camera) == pytest.approx(radius / np.sin(np.deg2rad(15)), rel=0.1)


def test_all_bones_are_the_middle_of_all(a_segmentation, add_camera):
    camera = add_camera((0, 500, 0))
    centre_on(a_segmentation)
    ends = [
        (np.array(centre) * LPS_TO_RAS + sign * np.array(radii))
        for centre, radii in ELLIPSOIDS.values()
        for sign in (-1, 1)
    ]
    middle = (np.min(ends, axis=0) + np.max(ends, axis=0)) / 2
    assert camera.GetFocalPoint() == pytest.approx(middle, abs=3)


def test_parent_transforms_count(a_scene, add_camera, a_transform_to_world):
    camera = add_camera((0, 500, 0))
    node = add_segmentation(a_scene, "S", {"Sacrum": box((3, 4, 5), (13, 14, 15))})
    node.SetAndObserveTransformNodeID(add_transform(a_scene, a_transform_to_world).GetID())
    centre_on(node, ["Sacrum"])
    expected = a_transform_to_world @ [7.5, 8.5, 9.5, 1]
    assert camera.GetFocalPoint() == pytest.approx(expected[:3], abs=1e-3)


def test_views_layout_and_slices_stay_as_they_are(a_scene, a_segmentation, add_camera):
    add_camera((0, 500, 0))
    others = [
        a_scene.AddNewNodeByClass(name)
        for name in (
            "vtkMRMLViewNode",
            "vtkMRMLLayoutNode",
            "vtkMRMLSliceNode",
            "vtkMRMLSliceCompositeNode",
            "vtkMRMLSelectionNode",
        )
    ]
    before = [node.GetMTime() for node in others], node_classes(a_scene), a_segmentation.GetMTime()
    centre_on(a_segmentation, ["sacrum"])
    after = [node.GetMTime() for node in others], node_classes(a_scene), a_segmentation.GetMTime()
    assert after == before


def test_empty_segments_are_refused(a_scene, add_camera):
    camera = add_camera((0, 500, 0))
    node = add_segmentation(a_scene, "S", {"Sacrum": box((0, 0, 0), (0, 0, 0))})
    with pytest.raises(NoBoneError):
        centre_on(node)
    assert camera.GetFocalPoint() == (0, 0, 0)
