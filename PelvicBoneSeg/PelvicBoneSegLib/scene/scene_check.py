"""Whether the scene still is what a run began with."""

from __future__ import annotations

from typing import Any

from ..errors import NotALabelmapSegmentationError, SceneChangedError
from .comparison.segments import stamp
from .job import SegmentationJob
from .matrices import between_nodes, ijk_to_ras
from .prepared_segment import BINARY_LABELMAP


def check_scene(job: SegmentationJob, segmentation_node: Any | None) -> None:
    """Check that a run's segments can be written.

    Raises
    ------
    SceneChangedError
        A node was deleted, or the scan's voxels were replaced by another grid.
    NotALabelmapSegmentationError
        The segmentation node stores surfaces.
    """
    volume_node = job.volume_node
    scene = volume_node.GetScene()
    if scene is None:
        raise SceneChangedError(f"The volume '{volume_node.GetName()}' is no longer in the scene.")
    image = volume_node.GetImageData()
    if image is None or image.GetDimensions()[::-1] != job.volume.voxels.shape:
        raise SceneChangedError(f"The image of '{volume_node.GetName()}' was replaced.")
    if segmentation_node is None:
        return
    if segmentation_node.GetScene() is not scene:
        raise SceneChangedError(
            f"The segmentation '{segmentation_node.GetName()}' is no longer in the scene."
        )
    if segmentation_node.GetSegmentation().GetSourceRepresentationName() != BINARY_LABELMAP:
        raise NotALabelmapSegmentationError(segmentation_node.GetName())


class SceneWatch:
    """Notices what would make prepared segments wrong: edits, and nodes that were moved.

    Parameters
    ----------
    job, segmentation_node
        As checked by `check_scene`.
    """

    def __init__(self, job: SegmentationJob, segmentation_node: Any | None) -> None:
        self._job = job
        self._node = segmentation_node
        self._state = self._now()

    def check(self) -> None:
        """Raise a `SceneChangedError` where anything is not as it was; see also `check_scene`."""
        check_scene(self._job, self._node)
        if self._now() != self._state:
            name = (self._node or self._job.volume_node).GetName()
            raise SceneChangedError(f"'{name}' was changed while the segments were written.")

    def _now(self) -> tuple[Any, ...]:
        volume_node = self._job.volume_node
        place = between_nodes(volume_node, None).tobytes(), ijk_to_ras(volume_node).tobytes()
        if self._node is None:
            return place
        segment_ids = tuple(self._node.GetSegmentation().GetSegmentIDs())
        return place, segment_ids, stamp(self._node, segment_ids)
