"""Surfaces made anew by the worker, one after the other, and put into the scene together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...scene.surface_settings import SmoothingJob, apply_smoothing, prepare_smoothing
from ...segmentation.result import BoneSurface
from ...worker.messages import Failed, Finished, Message
from ...worker.surface import surface_request
from ..run.worker_process import WorkerProcess


class SmoothingRun:
    """Makes the surfaces of some segmentations, each of them whole or not at all.

    Parameters
    ----------
    worker
        Makes the surfaces. It must be idle.
    nodes
        vtkMRMLSegmentationNodes with binary labelmaps.
    smoothing
        0–1.
    ended
        Called once, with None or with what went wrong, but not after `stop`.
    """

    def __init__(
        self,
        worker: WorkerProcess,
        nodes: list[Any],
        smoothing: float,
        ended: Callable[[Exception | None], None],
    ) -> None:
        self._worker = worker
        self._jobs: Iterator[SmoothingJob] = (prepare_smoothing(one, smoothing) for one in nodes)
        self._job: SmoothingJob | None = None
        self._waiting: list[str] = []
        self._made: dict[str, BoneSurface] = {}
        self._ended = ended
        self._stopped = False
        self.smoothing = smoothing

    def start(self) -> None:
        """Begin.

        Raises
        ------
        PelvicBoneSegError
            The first segmentation cannot be smoothed.
        """
        self._next_job()

    def stop(self) -> None:
        """Give it up. The segmentation that it is at stays as it is."""
        self._stopped = True
        self._worker.cancel()

    def _next_job(self) -> None:
        self._job = next(self._jobs, None)
        if self._job is None:
            self._end(None)
            return
        self._waiting, self._made = list(self._job.segment_ids), {}
        self._next_surface()

    def _next_surface(self) -> None:
        assert self._job is not None
        while self._waiting:
            mask = self._job.mask(self._waiting[0])
            if mask is not None:
                request = surface_request(mask.voxels, mask.ijk_to_ras, self.smoothing)
                self._worker.start(request, self._receive)
                return
            self._waiting.pop(0)
        apply_smoothing(self._job, self._made)
        self._next_job()

    def _receive(self, message: Message) -> None:
        if self._stopped:
            return
        if isinstance(message, Failed):
            self._end(message.error)
        elif isinstance(message, Finished):
            self._made[self._waiting.pop(0)] = message.result
            try:
                self._next_surface()
            except Exception as error:  # handed over whole: it is shown and logged
                self._end(error)

    def _end(self, error: Exception | None) -> None:
        if not self._stopped:
            self._stopped = True
            self._ended(error)
