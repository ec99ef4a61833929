"""A segmentation node of ours: where it comes from and how it is shown."""

from __future__ import annotations

from typing import Any

from .prepared_segment import CLOSED_SURFACE


def add_segmentation_node(volume_node: Any) -> Any:
    """Add an empty vtkMRMLSegmentationNode beside a scan, under the same transform."""
    scene = volume_node.GetScene()
    name = scene.GenerateUniqueName(f"{volume_node.GetName()} segmentation")
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
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
