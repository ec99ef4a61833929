"""New segmentations stand beside their scan in the subject hierarchy."""

from __future__ import annotations

import pytest
import slicer

from PelvicBoneSegLib.scene.segmentation_node import add_segmentation_node


@pytest.fixture
def a_hierarchy(a_scene):
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)


def test_a_new_segmentation_is_in_the_scans_study(a_hierarchy, a_volume_node):
    patient = a_hierarchy.CreateSubjectItem(a_hierarchy.GetSceneItemID(), "a patient")
    study = a_hierarchy.CreateStudyItem(patient, "a study")
    a_hierarchy.CreateItem(study, a_volume_node)
    item = a_hierarchy.GetItemByDataNode(add_segmentation_node(a_volume_node))
    assert a_hierarchy.GetItemParent(item) == study


def test_a_scan_outside_the_hierarchy_leaves_it_alone(a_hierarchy, a_volume_node):
    before = a_hierarchy.GetNumberOfItems()
    node = add_segmentation_node(a_volume_node)
    assert a_hierarchy.GetItemByDataNode(node) == 0
    assert a_hierarchy.GetNumberOfItems() == before


def test_a_scene_without_a_hierarchy_gets_none():
    scene = slicer.vtkMRMLScene()
    node = add_segmentation_node(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR"))
    assert node.GetScene() is scene
    assert scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode") is None
