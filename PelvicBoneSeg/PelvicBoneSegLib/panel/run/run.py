"""One run, from the worker's start to the last segment in the scene."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from slicer.i18n import tr as _

from ...errors import Cancelled
from ...scene.preview import LivePreview
from ...scene.rerun import RerunMode
from ...worker.messages import Failed, Finished, Message, Preview, Progress, RunningOn
from ...worker.segmentation import segment_request
from ..session import Session
from .run_choices import RunChoices
from .steps import Steps


@dataclass(frozen=True, eq=False)
class Written:
    """The run's segments are in the scene.

    Attributes
    ----------
    node
        The segmentation; None where no bone was found and none was given.
    result
        The `SegmentationResult`.
    seconds
        From the start on.
    """

    node: Any | None
    result: Any
    seconds: float


@dataclass(frozen=True)
class Stopped:
    """The run was stopped; the scene is as it was."""

    why: str


Outcome = Written | Stopped | Failed


class RunListener(Protocol):
    """Who follows a run."""

    def run_progressed(self, fraction: float, stage: str) -> None:
        """Hear of the fraction done, 0–1, and the stage."""

    def run_is_on(self, device: str) -> None:
        """Hear of where it is computed: ``"cpu"``, ``"cuda"`` or ``"mps"``."""

    def run_ended(self, run: Run, outcome: Outcome) -> None:
        """Hear of the end. The run does nothing more."""


class Run:
    """The worker finds the bones, then they are written into the scene step by step.

    Parameters
    ----------
    session
        Its worker finds, its logic writes.
    choices
        What is wanted.
    rerun
        What becomes of segments that the user has edited.
    steps
        Does the writing.
    listener
        Is told how it goes.

    Attributes
    ----------
    in_view
        Whether the module is open, so that a preview is of use.

    Raises
    ------
    PelvicBoneSegError
        The choices cannot be segmented.
    """

    def __init__(
        self,
        session: Session,
        choices: RunChoices,
        rerun: RerunMode,
        steps: Steps,
        listener: RunListener,
    ) -> None:
        self.choices = choices
        self.in_view = True
        self._session = session
        self._rerun = rerun
        self._steps = steps
        self._listener = listener
        self._why_stopped = ""
        self._started = time.perf_counter()
        self.job = session.logic.prepare(
            choices.volume,
            choices.bones,
            choices.side,
            choices.device,
            choices.bundle,
            choices.segmentation,
        )
        self._preview: LivePreview | None = None
        self._can_preview = True
        self._writing = ExitStack()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return bool(self._why_stopped)

    def start(self) -> None:
        """Hand the scan to the worker."""
        job = self.job
        request = segment_request(
            job.volume, job.bones, job.side, job.bundle, job.device, job.surface_smoothing
        )
        self._session.worker.start(request, self._receive)

    def stop(self, why: str) -> None:
        """Stop it: at once where it is writing, else with the batch that the worker is at."""
        if self.stopping:
            return
        self._why_stopped = why
        self._hide_preview()
        if self._steps.busy:
            self._steps.stop()
            self._end(Stopped(why))
        else:
            self._session.worker.cancel()

    def drop(self) -> None:
        """Forget it, with no word to anyone: the module is closed."""
        self._hide_preview()
        self._steps.stop()
        self._writing.close()

    def update_preview(self) -> None:
        """Take the preview out of the slice views where it is no longer wanted."""
        if self._preview is not None and not self._wants_preview():
            self._hide_preview()

    def _receive(self, message: Message) -> None:
        if isinstance(message, Progress):
            self._listener.run_progressed(message.fraction, message.stage)
        elif isinstance(message, RunningOn):
            self._listener.run_is_on(message.device)
        elif isinstance(message, Preview):
            self._show(message)
        elif isinstance(message, Finished):
            self._write(message.result)
        elif self.stopping and isinstance(message.error, Cancelled):
            self._end(Stopped(self._why_stopped))
        else:
            self._end(message)

    def _show(self, message: Preview) -> None:
        if not self._wants_preview():
            return
        if self._preview is None:
            self._preview = LivePreview(self.choices.volume)
        try:
            self._preview.show(message)
        except Exception:  # a run is worth more than its preview
            logging.exception("PelvicBoneSeg: the run goes on without its preview")
            self._can_preview = False
            self._hide_preview()

    def _wants_preview(self) -> bool:
        parameters = self._session.parameters
        wanted = parameters is not None and parameters.livePreview
        return wanted and self.in_view and self._can_preview

    def _hide_preview(self) -> None:
        if self._preview is not None:
            self._preview.remove()
            self._preview = None

    def _write(self, result: Any) -> None:
        self._hide_preview()
        self._listener.run_progressed(1.0, _("Writing segments"))
        try:
            self._writing.enter_context(self._session.writing())
        except Exception as error:  # handed on: nobody above could show it
            self._end(Failed(error))
            return
        self._steps.start(
            self._session.logic.applySteps(
                self.job, result, self.choices.segmentation, self._rerun
            ),
            lambda node: self._end(Written(node, result, time.perf_counter() - self._started)),
            lambda error: self._end(Failed(error)),
        )

    def _end(self, outcome: Outcome) -> None:
        self._hide_preview()
        self._writing.close()
        self._listener.run_ended(self, outcome)
