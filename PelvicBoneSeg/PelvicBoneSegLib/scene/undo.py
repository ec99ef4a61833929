"""The last run taken back whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

from ..errors import NothingToUndoError
from .prepared_segment import BINARY_LABELMAP
from .segment_writer import segment_tag
from .transaction import SceneTransaction


class UndoStep:
    """What it takes to undo one run. It is good for one time.

    Parameters
    ----------
    transaction
        That of the run, which has ended well.
    scene, segmentation_node
        Where the run has written.
    names
        Of the segments that it wrote.
    made_node
        Whether the run has added the segmentation node.

    Attributes
    ----------
    node
        The segmentation node.
    """

    def __init__(
        self,
        transaction: SceneTransaction,
        scene: Any,
        segmentation_node: Any,
        names: Iterable[str],
        made_node: bool,
    ) -> None:
        self._transaction = transaction
        self._scene = scene
        self.node = segmentation_node
        self._names = ", ".join(names)
        self._made_node = made_node
        self._state = _state(segmentation_node)

    @property
    def possible(self) -> bool:
        """Whether the segmentation is still there."""
        return self.node.GetScene() is self._scene

    @property
    def description(self) -> str:
        """What would be undone."""
        return f"{self._names} in '{self.node.GetName()}'"

    @property
    def loses_edits(self) -> bool:
        """Whether anything in the segmentation was changed since the run ended."""
        return self.possible and _state(self.node) != self._state

    def undo(self) -> Any | None:
        """Put the segmentation back, whole or not at all.

        Returns
        -------
        The segmentation node; None where the run had added it.

        Raises
        ------
        NothingToUndoError
            The segmentation is no longer in the scene.
        """
        if not self.possible:
            raise NothingToUndoError(self.node.GetName())
        with SceneTransaction(self._scene, self.node):
            self._transaction.take_back()
        return None if self._made_node else self.node


def _state(segmentation_node: Any) -> list[Any]:
    """Return what a user can change in segments, with a checksum in the place of voxels."""
    import slicer

    terminology = slicer.vtkSegment.GetTerminologyEntryTagName()
    segmentation = segmentation_node.GetSegmentation()
    images: list[Any] = []
    state: list[Any] = []
    for segment_id in segmentation.GetSegmentIDs():
        segment = segmentation.GetSegment(segment_id)
        image = segment.GetRepresentation(BINARY_LABELMAP)
        if image not in images:
            images.append(image)
            state.append(_voxels(image))
        status = slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentStatus(segment)
        named = segment.GetName(), segment.GetColor(), segment_tag(segment, terminology), status
        state.append((segment_id, images.index(image), segment.GetLabelValue(), *named))
    return state


def _voxels(image: Any) -> Any:
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    scalars = image.GetPointData().GetScalars() if image else None
    if scalars is None:
        return None
    matrix = vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    place = [matrix.GetElement(row, column) for row in range(4) for column in range(4)]
    return image.GetExtent(), place, zlib.crc32(vtk_to_numpy(scalars))
