"""Segmenting a volume node, for any host: Slicer, a browser, a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from ..anatomy import BOTH, segments_for
from ..errors import DependencyMissingError, NotALabelmapSegmentationError, SceneChangedError
from ..segmentation.bundle import DEFAULT_BUNDLE
from ..segmentation.result import CancelCallback, ProgressCallback, SegmentationResult
from .job import SegmentationJob, SegmenterLike
from .prepared_segment import BINARY_LABELMAP, prepare_segments
from .segment_writer import find_segment, write_segments
from .segmentation_node import (
    add_segmentation_node,
    set_reference_geometry,
    show_closed_surface,
)
from .transaction import SceneTransaction
from .volume_node import volume_from_node

_INSTALL = "pip install pelvicboneseg (in Slicer: press Segment in the PelvicBoneSeg module)"

SegmenterFactory = Callable[[str], SegmenterLike]
"""Makes a segmenter for a device."""


class SegmentationLogic:
    """Segments of bones from a volume node.

    `segment` does everything. A host with a window calls the three phases itself: `prepare` and
    `apply` in the thread that owns the scene, `SegmentationJob.run` in another.

    Parameters
    ----------
    bundle
        Name of an installed model bundle, or the path of another.
    segmenter_factory
        Takes the place of the bundle's own segmenter.

    Attributes
    ----------
    warnings
        What the user should read after the last `apply`, one line each.
    """

    def __init__(
        self,
        bundle: str | Path = DEFAULT_BUNDLE,
        segmenter_factory: SegmenterFactory | None = None,
    ) -> None:
        self.warnings: tuple[str, ...] = ()
        self._factory = segmenter_factory or partial(_load_segmenter, bundle)
        self._warm: dict[str, SegmenterLike] = {}
        self._lock = Lock()

    def segment(
        self,
        volumeNode: Any,  # noqa: N803 - Slicer's spelling, as scripts use it by name
        bones: Iterable[str],
        side: str = BOTH,
        segmentationNode: Any | None = None,  # noqa: N803
        device: str = "auto",
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> Any | None:
        """Segment bones of a volume node.

        Parameters
        ----------
        volumeNode
            A vtkMRMLScalarVolumeNode in a scene, under any linear transforms.
        bones
            Names out of `anatomy.BONES`.
        side
            One of `anatomy.SIDES`.
        segmentationNode
            Where the segments go; None for a new node under the scan's transform. Segments that an
            earlier run wrote for the same bones are replaced, all others are left alone.
        device
            ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
        progress, cancel
            See `SegmentationJob.run`.

        Returns
        -------
        The vtkMRMLSegmentationNode, with closed surfaces shown; None where no bone was found and
        no node was given. `warnings` says why.

        Raises
        ------
        PelvicBoneSegError
            Anything that went wrong. The scene is as it was before.
        """
        job = self.prepare(volumeNode, bones, side, device)
        return self.apply(job, job.run(progress, cancel), segmentationNode)

    def prepare(
        self,
        volumeNode: Any,  # noqa: N803
        bones: Iterable[str],
        side: str = BOTH,
        device: str = "auto",
    ) -> SegmentationJob:
        """Copy what a run needs out of the scene. Parameters as in `segment`.

        Raises
        ------
        UnknownBoneError, UnknownSideError, InputError
            The choice or the scan is not usable.
        """
        bones = tuple(bones)
        segments_for(bones, side)
        volume = volume_from_node(volumeNode)
        return SegmentationJob(volume, bones, side, volumeNode, partial(self._segmenter, device))

    def apply(
        self,
        job: SegmentationJob,
        result: SegmentationResult,
        segmentationNode: Any | None = None,  # noqa: N803
    ) -> Any | None:
        """Write a run's segments into the scene: all of them or, on any error, none.

        They follow the scan where it has been moved since `prepare`. Where the scene has undo
        enabled, its state is saved first. A chosen bone that was not found leaves an earlier run's
        segment of it as it is, with a warning.

        Parameters
        ----------
        job, result
            From `prepare` and `SegmentationJob.run`.
        segmentationNode
            As in `segment`.

        Returns
        -------
        As in `segment`.

        Raises
        ------
        SceneChangedError
            A node was deleted, or the scan's voxels were replaced by another grid.
        NotALabelmapSegmentationError, NonLinearTransformError
            The segmentation node cannot take the segments.
        SurfaceConversionError, SceneWriteError
            MRML failed.
        """
        _check_scene(job, segmentationNode)
        prepared = prepare_segments(result, job.volume_node, segmentationNode)
        self.warnings = result.warnings + _kept_warnings(result, segmentationNode)
        if not prepared:
            return segmentationNode
        scene = job.volume_node.GetScene()
        if scene.GetUndoFlag():
            scene.SaveStateForUndo()
        with SceneTransaction(scene, segmentationNode):
            node = segmentationNode or add_segmentation_node(job.volume_node)
            set_reference_geometry(node, job.volume_node)
            write_segments(node, prepared)
            show_closed_surface(node)
        return node

    def _segmenter(self, device: str) -> SegmenterLike:
        with self._lock:
            if device not in self._warm:
                self._warm[device] = self._factory(device)
            return self._warm[device]


def _load_segmenter(bundle: str | Path, device: str) -> SegmenterLike:
    try:
        from ..segmentation.bundle import Bundle
        from ..segmentation.segmenter import Segmenter
    except ModuleNotFoundError as error:
        raise DependencyMissingError(error.name or "torch", _INSTALL) from error
    return Segmenter(Bundle.load(bundle), device)


def _check_scene(job: SegmentationJob, segmentation_node: Any | None) -> None:
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


def _kept_warnings(result: SegmentationResult, segmentation_node: Any | None) -> tuple[str, ...]:
    if segmentation_node is None:
        return ()
    return tuple(
        f"{segment.definition.name}: none was found this time, so the one of an earlier run was "
        "kept. Delete it by hand if it is wrong."
        for segment in result.segments
        if not segment.voxels and find_segment(segmentation_node, segment.definition)
    )
