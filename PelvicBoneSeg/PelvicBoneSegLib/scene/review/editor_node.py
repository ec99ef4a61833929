"""The parameter node of the segment editor that is embedded in the panel."""

from __future__ import annotations

from typing import Any

SINGLETON_TAG = "PelvicBoneSeg"
"""Not the Segment Editor module's "SegmentEditor": each editor keeps its own choices."""

BRUSH_DIAMETER_MM = 5
"""Five to six pixels of a scan of 0.9 mm: the cortex of a bone, where corrections are made."""

_PREPARED = "PelvicBoneSeg.Prepared"


def find_editor_node(scene: Any) -> Any | None:
    """Return the scene's vtkMRMLSegmentEditorNode of this panel, or None."""
    return scene.GetSingletonNode(SINGLETON_TAG, "vtkMRMLSegmentEditorNode")


def editor_node(scene: Any) -> Any:
    """Return the scene's vtkMRMLSegmentEditorNode of this panel; add one where there is none.

    A node that is new, or was reset with its scene, gets a mask and a brush. What the user changes
    after that is kept, and saved with the scene.
    """
    import slicer

    node = find_editor_node(scene)
    if node is None:
        node = slicer.vtkMRMLSegmentEditorNode()
        node.SetSingletonTag(SINGLETON_TAG)
        node = scene.AddNode(node)
    if node.GetAttribute(_PREPARED) is None:
        _prepare(node)
    return node


def select_segment(scene: Any, segment_id: str) -> None:
    """Make a segment the one that is looked at and edited."""
    editor_node(scene).SetSelectedSegmentID(segment_id)


def selected_segment(scene: Any, segmentation_node: Any) -> str | None:
    """Return the identifier of the segment that was looked at or edited last.

    None where the segmentation has no segment of that name.
    """
    node = find_editor_node(scene)
    segment_id = node.GetSelectedSegmentID() if node else None
    segmentation = segmentation_node.GetSegmentation()
    if segment_id and segmentation.GetSegmentIndex(segment_id) >= 0:
        return str(segment_id)
    return None


def _prepare(node: Any) -> None:
    """Set the mask and the brush.

    Outside all segments: `vtkMRMLSegmentationNode::GenerateEditMask` lets the edited segment itself
    be changed too, so that painting stops at its neighbours, shown or hidden, and erasing works.
    Nothing is left to overwrite then, and the segments go on sharing one labelmap, which *Allow
    overlap* would split.

    The brush is flat: across slices of 4 to 6 mm a sphere would paint the next ones unseen. The
    names of its parameters are from `qSlicerSegmentEditorPaintEffect::setMRMLDefaults`, which keeps
    what is set.
    """
    import slicer

    was_modifying = node.StartModify()
    node.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments)
    node.SetOverwriteMode(slicer.vtkMRMLSegmentEditorNode.OverwriteAllSegments)
    node.SetAttribute("BrushSphere", "0")
    node.SetAttribute("BrushDiameterIsRelative", "0")
    node.SetAttribute("BrushAbsoluteDiameter", str(BRUSH_DIAMETER_MM))
    node.SetAttribute(_PREPARED, "1")
    node.EndModify(was_modifying)
