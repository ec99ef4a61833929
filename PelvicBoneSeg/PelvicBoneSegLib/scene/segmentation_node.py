"""A segmentation node of ours: where it comes from and how it is shown."""

from __future__ import annotations

from typing import Any

from .prepared_segment import CLOSED_SURFACE


def add_segmentation_node(volume_node: Any) -> Any:
    """Add an empty vtkMRMLSegmentationNode beside a scan.

    It is under the same transform and, where the scan has a place in the subject hierarchy, in
    the same study.
    """
    scene = volume_node.GetScene()
    name = scene.GenerateUniqueName(f"{volume_node.GetName()} segmentation")
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    place_in_study(node, volume_node)
    return node


def set_reference_geometry(segmentation_node: Any, volume_node: Any) -> None:
    """Let later editing happen on the scan's voxels, unless the node has another scan already."""
    role = segmentation_node.GetReferenceImageGeometryReferenceRole()
    if segmentation_node.GetNodeReferenceID(role) is None:
        segmentation_node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)


def show_closed_surface(segmentation_node: Any) -> None:
    """Show the closed surfaces in the 3D views."""
    segmentation_node.CreateDefaultDisplayNodes()
    display = segmentation_node.GetDisplayNode()
    display.SetPreferredDisplayRepresentationName3D(CLOSED_SURFACE)
    display.SetVisibility3D(True)
    display.SetVisibility(True)


def place_in_study(segmentation_node: Any, volume_node: Any) -> None:
    """Put a segmentation beside another node, where that has a place in the subject hierarchy."""
    # Not GetSubjectHierarchyNode, which adds one to a scene that has none.
    hierarchy = volume_node.GetScene().GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    item = hierarchy.GetItemByDataNode(volume_node) if hierarchy else 0
    if item:
        study = hierarchy.GetItemParent(item)
        # In Slicer the new node has an item already; elsewhere it gets one now.
        own = hierarchy.GetItemByDataNode(segmentation_node)
        own = own or hierarchy.CreateItem(study, segmentation_node)
        hierarchy.SetItemParent(own, study)
