"""What the sections that write files have in common: one job at a time, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from .background_work import BackgroundWork, was_cancelled
from .failure import explain
from .run.background_run import Timer


class FileController:
    """A state machine: idle, writing, stopping.

    Parameters
    ----------
    view
        The widgets.
    logic
        PelvicBoneSegLogic.
    segmentation
        Returns the chosen segmentation, or None.
    timer
        Calls `poll` while files are written.
    """

    def __init__(
        self, view: Any, logic: Any, segmentation: Callable[[], Any | None], timer: Timer
    ) -> None:
        self._view = view
        self._logic = logic
        self._segmentation = segmentation
        self._work = BackgroundWork(timer, view.show_progress, self._end)
        self.poll = self._work.poll
        self.shut_down = self._work.shut_down

    @property
    def running(self) -> bool:
        """Whether files are being written."""
        return self._work.is_on

    def refresh(self) -> None:
        """Bring the widgets in line with the choices and with what is going on."""
        raise NotImplementedError

    def _start(self, job: Any) -> None:
        self._view.show_progress(0.0, _("Starting"))
        self._work.start(job)

    def _end(self, outcome: Any) -> None:
        self._view.show_progress(None)
        if was_cancelled(outcome):
            self._view.show_status(_("Cancelled. Nothing was written."))
        elif isinstance(outcome, Exception):
            self._view.show_status(explain(outcome), "error")
        else:
            self._tell(outcome)
        self.refresh()

    def _tell(self, result: Any) -> None:
        """Say what was written."""
        raise NotImplementedError
