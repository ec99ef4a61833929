"""Work in a thread of its own, one job at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ..errors import Cancelled
from ..worker.messages import Failed, Finished, Progress
from .run.background_run import (
    POLL_INTERVAL_MS,
    POLL_WAIT_S,
    SHUT_DOWN_WAIT_S,
    BackgroundRun,
    Timer,
)


class BackgroundWork:
    """Runs a prepared job and says how it ended.

    A job has copies of all that it needs: its nodes may leave the scene meanwhile.

    Parameters
    ----------
    timer
        Calls `poll` while a job is on.
    on_progress
        Called with the fraction, 0–1, and the stage.
    on_end
        Called with the result, or with the exception; `Cancelled` where the user stopped it.
    """

    def __init__(
        self,
        timer: Timer,
        on_progress: Callable[[float, str], None],
        on_end: Callable[[Any], None],
    ) -> None:
        self._timer = timer
        self._on_progress = on_progress
        self._on_end = on_end
        self._run: BackgroundRun | None = None

    @property
    def is_on(self) -> bool:
        """Whether a job is on, or its thread is still stopping."""
        return self._run is not None

    @property
    def is_stopping(self) -> bool:
        """Whether the job was told to stop."""
        return self._run is not None and self._run.cancelled

    def start(self, job: Any) -> None:
        """Start a job: its `run` is called with `progress` and `cancel`."""
        self._run = BackgroundRun(job.run)
        self._timer.start(POLL_INTERVAL_MS)

    def cancel(self) -> None:
        """Stop the job as soon as it asks."""
        if self._run is not None:
            self._run.cancel()

    def poll(self) -> None:
        """Hear of the job: the timer's slot."""
        if self._run is None:
            return
        for message in self._run.receive(POLL_WAIT_S):
            if isinstance(message, Progress):
                if not self.is_stopping:
                    self._on_progress(message.fraction, message.stage)
            elif isinstance(message, (Finished, Failed)):
                self._end(message)

    def shut_down(self) -> None:
        """Stop for good."""
        self._timer.stop()
        if self._run is not None:
            self._run.cancel()
            if not self._run.wait(SHUT_DOWN_WAIT_S):
                logging.warning("PelvicBoneSeg: a job did not stop in %g s", SHUT_DOWN_WAIT_S)
                return
        self._run = None

    def _end(self, message: Finished | Failed) -> None:
        self._timer.stop()
        self._run = None
        # What was told to stop but was done at that moment has its result, such as files: say so.
        self._on_end(message.result if isinstance(message, Finished) else message.error)


def was_cancelled(outcome: Any) -> bool:
    """Return whether the user stopped the job."""
    return isinstance(outcome, Cancelled)
