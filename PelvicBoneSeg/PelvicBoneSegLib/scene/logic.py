"""Segmenting a volume node, for any host: Slicer, a browser, a script."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from ..anatomy import BOTH, segments_for
from ..errors import NothingToUndoError
from ..segmentation.bundle import DEFAULT_BUNDLE
from ..segmentation.result import CancelCallback, ProgressCallback, SegmentationResult
from ..worker.segmenters import Segmenters
from .bone_surface import surface_smoothing
from .isotropic import apply_isotropic, prepare_isotropic
from .isotropic_copy import settle_3d
from .job import SegmentationJob, SegmenterLike
from .labelmap import to_segmentation
from .matrices import ijk_to_ras
from .preparation import prepare_segments
from .prepared_segment import PreparedSegment
from .rerun import RerunMode
from .run_record import record_run
from .run_warnings import run_warnings
from .scene_check import SceneWatch, check_scene
from .segment_writer import write_segments
from .segmentation_node import (
    add_segmentation_node,
    set_reference_geometry,
    show_closed_surface,
)
from .steps import all_steps
from .transaction import SceneTransaction
from .undo import UndoStep
from .volume_node import volume_from_node

SegmenterFactory = Callable[[str], SegmenterLike]
"""Makes a segmenter for a device."""


class SegmentationLogic:
    """Segments of bones from a volume node.

    `segment` does everything. A host with a window calls the three phases itself: `prepare` and
    `apply` (or `apply_steps`) in the thread that owns the scene, `SegmentationJob.run` in another.

    Parameters
    ----------
    bundle
        Name of an installed model bundle, or the path of another.
    segmenter_factory
        Takes the place of the bundles' own segmenters.

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
        self._bundle = bundle
        self._factory = segmenter_factory
        self._made: dict[str, SegmenterLike] = {}
        self._segmenters = Segmenters()
        self._lock = Lock()
        self._undo: UndoStep | None = None

    def segment(
        self,
        volumeNode: Any,  # noqa: N803 - Slicer's spelling, as scripts use it by name
        bones: Iterable[str],
        side: str = BOTH,
        segmentationNode: Any | None = None,  # noqa: N803
        device: str = "auto",
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
        bundle: str | Path | None = None,
        rerun: RerunMode = RerunMode.REPLACE,
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
            Where the segments go; None for a new node under the scan's transform.
        device
            ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
        progress, cancel
            See `SegmentationJob.run`.
        bundle
            Another than that of the constructor.
        rerun
            What becomes of segments that an earlier run wrote for the same bones. All others are
            left alone.

        Returns
        -------
        The vtkMRMLSegmentationNode, with closed surfaces shown; None where no bone was found and
        no node was given. `warnings` says why.

        Raises
        ------
        PelvicBoneSegError
            Anything that went wrong. The scene is as it was before.
        """
        job = self.prepare(volumeNode, bones, side, device, bundle, segmentationNode)
        return self.apply(job, job.run(progress, cancel), segmentationNode, rerun)

    def prepare(
        self,
        volumeNode: Any,  # noqa: N803
        bones: Iterable[str],
        side: str = BOTH,
        device: str = "auto",
        bundle: str | Path | None = None,
        segmentationNode: Any | None = None,  # noqa: N803
    ) -> SegmentationJob:
        """Copy what a run needs out of the scene. Parameters as in `segment`.

        Raises
        ------
        UnknownBoneError, UnknownSideError, InputError
            The choice or the scan is not usable.
        """
        bones = tuple(bones)
        segments_for(bones, side)
        name = str(self._bundle if bundle is None else bundle)
        return SegmentationJob(
            volume=volume_from_node(volumeNode),
            bones=bones,
            side=side,
            volume_node=volumeNode,
            segmenter=partial(self._segmenter, name, device),
            device=device,
            bundle=name,
            surface_smoothing=surface_smoothing(segmentationNode),
        )

    def apply(
        self,
        job: SegmentationJob,
        result: SegmentationResult,
        segmentationNode: Any | None = None,  # noqa: N803
        rerun: RerunMode = RerunMode.REPLACE,
    ) -> Any | None:
        """Write a run's segments into the scene: all of them or, on any error, none.

        They follow the scan where it has been moved since `prepare`. Where the scene has undo
        enabled, its state is saved first. A chosen bone that was not found leaves an earlier run's
        segment of it as it is, with a warning.

        Parameters
        ----------
        job, result
            From `prepare` and `SegmentationJob.run`.
        segmentationNode, rerun
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
        return all_steps(self.apply_steps(job, result, segmentationNode, rerun))

    def apply_steps(
        self,
        job: SegmentationJob,
        result: SegmentationResult,
        segmentationNode: Any | None = None,  # noqa: N803
        rerun: RerunMode = RerunMode.REPLACE,
    ) -> Generator[None, None, Any | None]:
        """Do what `apply` does, yielding between short steps so that a window stays alive.

        Nothing is written before the last step, and all is written in it, so that nobody ever sees
        half of a run; closing the generator gives the run up. The generator returns what `apply`
        does. Errors as there, and a `SceneChangedError` also where the segmentation was edited or
        a node was moved between two steps.
        """
        check_scene(job, segmentationNode)
        watch = SceneWatch(job, segmentationNode)
        prepared = yield from prepare_segments(job, result, segmentationNode, rerun)
        watch.check()
        written = {one.definition for one in prepared}
        self.warnings = run_warnings(result, segmentationNode, rerun, written)
        if not prepared:
            return segmentationNode
        return self._write(job, result, prepared, segmentationNode)

    @property
    def undo_node(self) -> Any | None:
        """The segmentation node that `undo` would change or remove; None where there is none."""
        if self._undo is not None and not self._undo.possible:
            self._undo = None
        return None if self._undo is None else self._undo.node

    @property
    def undo_description(self) -> str | None:
        """What `undo` would take back; None where there is nothing."""
        return None if self.undo_node is None or self._undo is None else self._undo.description

    @property
    def undo_loses_edits(self) -> bool:
        """Whether `undo` would also take back what the user has changed since the run."""
        return self._undo is not None and self._undo.loses_edits

    def undo(self) -> Any | None:
        """Take the last run back, whole or not at all: segments, display, record and status.

        Returns
        -------
        The segmentation node as it was before the run; None where the run had made the node.

        Raises
        ------
        NothingToUndoError
            There was no run, it is undone already, or its segmentation is gone.
        """
        if self._undo is None:
            raise NothingToUndoError
        node = self._undo.undo()
        self._undo = None
        if node is not None:
            settle_3d(node, after_run=True)
        return node

    def _write(
        self,
        job: SegmentationJob,
        result: SegmentationResult,
        prepared: tuple[PreparedSegment, ...],
        segmentation_node: Any | None,
    ) -> Any:
        scene = job.volume_node.GetScene()
        if scene.GetUndoFlag():
            scene.SaveStateForUndo()
        with SceneTransaction(scene, segmentation_node) as transaction:
            node = segmentation_node or add_segmentation_node(job.volume_node)
            set_reference_geometry(node, job.volume_node)
            written = write_segments(node, prepared, result.bundle)
            to_ras = to_segmentation(job.volume_node, node) @ ijk_to_ras(job.volume_node)
            record_run(node, result, written, to_ras)
            show_closed_surface(node)
            names = [node.GetSegmentation().GetSegment(one).GetName() for one in written.values()]
            undo = UndoStep(transaction, scene, node, names, segmentation_node is None)
            settle_3d(node, after_run=True)
        self._undo = undo
        return node

    def make_isotropic(
        self,
        segmentationNode: Any,  # noqa: N803
        bundle: str | Path | None = None,
        device: str = "auto",
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> Any:
        """Interpolate a segmentation between its slices, into a second one beside it.

        Parameters
        ----------
        segmentationNode
            A vtkMRMLSegmentationNode with bones that a run wrote, edited or not.
        bundle, device, progress, cancel
            As in `segment`: the network is asked for its probabilities again.

        Returns
        -------
        The new vtkMRMLSegmentationNode: see `isotropic.apply_isotropic`.

        Raises
        ------
        PelvicBoneSegError
            Anything that went wrong. The scene is as it was before.
        """
        job = all_steps(prepare_isotropic(segmentationNode))
        segmenter: Any = self._segmenter(str(self._bundle if bundle is None else bundle), device)
        return apply_isotropic(job, job.run(segmenter, progress, cancel))

    def _segmenter(self, bundle: str, device: str) -> SegmenterLike:
        with self._lock:
            if self._factory is None:
                return self._segmenters.get(bundle, device)
            if device not in self._made:
                self._made[device] = self._factory(device)
            return self._made[device]
