"""One run, from the request to the last segment in the scene."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PelvicBoneSegLib.scene.job import SegmentationJob
from PelvicBoneSegLib.scene.preview import LivePreview
from PelvicBoneSegLib.scene.rerun import RerunMode
from PelvicBoneSegLib.worker.messages import Failed, Finished, Preview
from PelvicBoneSegLib.worker.segmentation import segment_request

from ..session import Session
from ..worker_client import Said


@dataclass(frozen=True)
class Choices:
    """All that a run depends on, as for `scene.logic.SegmentationLogic.prepare`."""

    bones: tuple[str, ...]
    side: str
    bundle: str
    device: str


@dataclass(frozen=True, eq=False)
class Written:
    """The run's segments are in the scene.

    Attributes
    ----------
    job
        What was asked for, with the scan.
    node
        The segmentation; None where no bone was found and there was none.
    result
        The `SegmentationResult`.
    seconds
        From the start on.
    """

    job: SegmentationJob
    node: Any | None
    result: Any
    seconds: float


Outcome = Written | Failed


class Run:
    """The worker finds the bones, then they are written in steps between which the views live.

    Parameters
    ----------
    session
        Scan, segmentation, logic and worker.
    choices
        What is wanted.
    rerun
        What becomes of segments that the user has edited.
    heard
        Told all messages but the last.
    ended
        Told the end.

    Raises
    ------
    PelvicBoneSegError
        The choices cannot be segmented.
    """

    def __init__(
        self,
        session: Session,
        choices: Choices,
        rerun: RerunMode,
        heard: Callable[[Said], None],
        ended: Callable[[Outcome], None],
    ) -> None:
        self._session = session
        self._segmentation = session.segmentation
        self._rerun = rerun
        self._heard = heard
        self._ended = ended
        self._started = time.perf_counter()
        self._preview = LivePreview(session.volume)
        self.job: SegmentationJob = session.logic.prepare(
            session.volume,
            choices.bones,
            choices.side,
            choices.device,
            choices.bundle,
            self._segmentation,
        )

    def start(self) -> None:
        """Hand the scan to the worker."""
        job = self.job
        request = segment_request(
            job.volume, job.bones, job.side, job.bundle, job.device, job.surface_smoothing
        )
        self._session.worker.start(request, self._receive)

    def cancel(self) -> None:
        """Stop it. What is being written already is written to its end: it takes moments."""
        self._session.worker.cancel()

    def _receive(self, message: Said) -> None:
        if isinstance(message, Finished):
            self._preview.remove()
            self._session.writing = asyncio.create_task(self._write(message.result))
        elif isinstance(message, Failed):
            self._preview.remove()
            self._ended(message)
        else:
            if isinstance(message, Preview):
                self._show(message)
            self._heard(message)

    def _show(self, preview: Preview) -> None:
        try:
            self._preview.show(preview)
        except Exception:  # a run is worth more than its preview
            logging.exception("The run goes on without its preview")

    async def _write(self, result: Any) -> None:
        steps = self._session.logic.apply_steps(self.job, result, self._segmentation, self._rerun)
        try:
            while True:
                try:
                    next(steps)
                except StopIteration as end:
                    node = end.value
                    break
                await asyncio.sleep(0)
        except Exception as error:  # handed on: it is shown and logged
            self._ended(Failed(error))
        else:
            seconds = time.perf_counter() - self._started
            self._ended(Written(self.job, node, result, seconds))
