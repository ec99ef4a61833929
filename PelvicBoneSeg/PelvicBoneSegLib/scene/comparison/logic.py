"""Two segmentations in the scene compared: a table, and bones painted with their distance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ComparisonOutdatedError, NothingToCompareError
from ..job import CancelCallback, ProgressCallback
from .job import ComparisonJob, ComparisonResult
from .match import match_segments
from .scene import add_comparison
from .segments import check_segmentation, copy_segments, grid_of, stamp


class ComparisonLogic:
    """Compares in three phases, as `SegmentationLogic` segments: prepare, run, apply.

    Parameters
    ----------
    titles, descriptions
        What the user reads of the table's columns, and of `DISTANCE_ARRAY` as the legend's title,
        by name; names stand for themselves.
    """

    def __init__(
        self,
        titles: Mapping[str, str] | None = None,
        descriptions: Mapping[str, str] | None = None,
    ) -> None:
        self._titles = titles or {}
        self._descriptions = descriptions or {}

    def compare(
        self,
        segmentationNode: Any,  # noqa: N803 - Slicer's spelling, as scripts use it by name
        referenceNode: Any,  # noqa: N803
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> tuple[Any, list[Any]]:
        """Compare a segmentation with a reference.

        Both are compared in the world, on the voxels of the segmentation's reference geometry, to
        which other labelmaps are resampled (nearest neighbour). An earlier comparison in the scene
        is replaced.

        Parameters
        ----------
        segmentationNode, referenceNode
            vtkMRMLSegmentationNodes of one scene with binary labelmaps, under any linear
            transforms.
        progress, cancel
            See `ComparisonJob.run`.

        Returns
        -------
        The vtkMRMLTableNode, a row for each pair of matching segments, and the vtkMRMLModelNodes
        with the signed distance in mm at each point (positive outside the reference). The
        compared segments are hidden in the 3D views until `clear_comparison`.

        Raises
        ------
        PelvicBoneSegError
            Anything that went wrong. The scene is as it was before.
        """
        job = self.prepare(segmentationNode, referenceNode)
        return self.apply(job, job.run(progress, cancel))

    def prepare(self, segmentationNode: Any, referenceNode: Any) -> ComparisonJob:  # noqa: N803
        """Copy what a comparison needs out of the scene.

        Raises
        ------
        NotASegmentationError, NotALabelmapSegmentationError
            One of the nodes has no voxels to compare.
        NothingToCompareError
            No segment of one matches one of the other.
        NonLinearTransformError, AbsurdGeometryError
            A parent transform leaves no straight grid of voxels.
        """
        for node in (segmentationNode, referenceNode):
            check_segmentation(node)
        matches = match_segments(segmentationNode, referenceNode)
        if not matches.pairs:
            raise NothingToCompareError(segmentationNode.GetName(), referenceNode.GetName())
        segment_ids = [one for pair in matches.pairs for one in pair.segment_ids]
        reference_ids = [one for pair in matches.pairs for one in pair.reference_ids]
        return ComparisonJob(
            matches=matches,
            segments=copy_segments(segmentationNode, segment_ids),
            references=copy_segments(referenceNode, reference_ids),
            grid=grid_of(segmentationNode),
            segmentation_node=segmentationNode,
            reference_node=referenceNode,
            stamps=(stamp(segmentationNode, segment_ids), stamp(referenceNode, reference_ids)),
        )

    def apply(self, job: ComparisonJob, result: ComparisonResult) -> tuple[Any, list[Any]]:
        """Write a comparison into the scene: all of it or, on any error, nothing.

        Returns as `compare`.

        Raises
        ------
        ComparisonOutdatedError
            A segmentation was edited, moved or deleted since `prepare`.
        """
        _check_scene(job)
        scene = job.segmentation_node.GetScene()
        if scene.GetUndoFlag():
            scene.SaveStateForUndo()
        return add_comparison(job, result, self._titles, self._descriptions)


def _check_scene(job: ComparisonJob) -> None:
    nodes = (job.segmentation_node, job.reference_node)
    compared = (
        [one for pair in job.matches.pairs for one in pair.segment_ids],
        [one for pair in job.matches.pairs for one in pair.reference_ids],
    )
    for node, ids, before in zip(nodes, compared, job.stamps, strict=True):
        if node.GetScene() is None or stamp(node, ids) != before:
            raise ComparisonOutdatedError(node.GetName())
