"""What a run has found so far, over the scan in the slice views."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from ..anatomy import BONES, SEGMENTS
from .labelmap import oriented_image
from .matrices import ijk_to_ras
from .prepared_segment import BINARY_LABELMAP
from .transaction import SceneTransaction, remove_node

PREVIEW_OPACITY = 0.5


class PreviewBlock(Protocol):
    """Some slices of a run, see `segmentation.result.PreviewCallback`."""

    @property
    def axis(self) -> int: ...  # noqa: D102

    @property
    def start(self) -> int: ...  # noqa: D102

    @property
    def block(self) -> np.ndarray: ...  # noqa: D102


class LivePreview:
    """The bones that a run finds, by their colours, while it is on.

    They are in a segmentation node that no selector or tree shows and that is neither saved nor
    part of Slicer's undo. Nothing is in the scene before the first `show`.

    Parameters
    ----------
    volume_node
        The scan, under any linear transforms.
    """

    def __init__(self, volume_node: Any) -> None:
        self._volume_node = volume_node
        self._node: Any = None
        self._voxels: np.ndarray = np.empty((0, 0, 0), np.uint8)

    def show(self, preview: PreviewBlock) -> None:
        """Show a block in the place of what was shown of these slices before.

        Without the scan in the scene, or with another image in it, nothing happens.
        """
        if self._node is None:
            self._add()
        if self._node is None or self._node.GetScene() is None:
            return
        place = [slice(None)] * 3
        place[preview.axis] = slice(
            preview.start, preview.start + preview.block.shape[preview.axis]
        )
        part = self._voxels[tuple(place)]
        if part.shape == preview.block.shape:
            part[...] = preview.block
            self._tell()

    def remove(self) -> None:
        """Take the preview out of the scene. Nothing happens where it has gone already."""
        node, self._node = self._node, None
        self._voxels = np.empty((0, 0, 0), np.uint8)
        if node is not None and node.GetScene() is not None:
            remove_node(node)

    def _add(self) -> None:
        scene, image = self._volume_node.GetScene(), self._volume_node.GetImageData()
        if scene is None or image is None:
            return
        import slicer
        from vtkmodules.util.numpy_support import vtk_to_numpy

        shape = image.GetDimensions()[::-1]
        labelmap = oriented_image(np.zeros(shape, np.uint8), ijk_to_ras(self._volume_node))
        node = slicer.vtkMRMLSegmentationNode()
        node.SetName(scene.GenerateUniqueName("PelvicBoneSeg preview"))
        _keep_out_of_sight(node)
        constants = slicer.vtkMRMLSubjectHierarchyConstants
        node.SetAttribute(constants.GetSubjectHierarchyExcludeFromTreeAttributeName(), "1")
        for label, bone in enumerate(BONES, start=1):
            definition = next(one for one in SEGMENTS if one.bone == bone)
            segment = slicer.vtkSegment()
            segment.SetName(bone)
            segment.SetColor(*definition.colour)
            segment.AddRepresentation(BINARY_LABELMAP, labelmap)
            segment.SetLabelValue(label)
            node.GetSegmentation().AddSegment(segment, bone)
        with SceneTransaction(scene):
            self._add_to(scene, node)
        self._node = node
        scalars = labelmap.GetPointData().GetScalars()
        self._voxels = vtk_to_numpy(scalars).reshape(shape)

    def _add_to(self, scene: Any, node: Any) -> None:
        import slicer

        display = slicer.vtkMRMLSegmentationDisplayNode()
        _keep_out_of_sight(display)
        display.SetVisibility3D(False)
        display.SetVisibility2DOutline(False)
        display.SetVisibility2DFill(True)
        display.SetOpacity2DFill(PREVIEW_OPACITY)
        scene.AddNode(display)
        scene.AddNode(node)
        node.SetAndObserveTransformNodeID(self._volume_node.GetTransformNodeID())
        node.SetAndObserveDisplayNodeID(display.GetID())

    def _tell(self) -> None:
        """Let the slice views draw again: the voxels were changed behind VTK's back."""
        segmentation = self._node.GetSegmentation()
        labelmap = segmentation.GetNthSegment(0).GetRepresentation(BINARY_LABELMAP)
        labelmap.GetPointData().GetScalars().Modified()
        labelmap.Modified()


def _keep_out_of_sight(node: Any) -> None:
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    node.SetUndoEnabled(False)
