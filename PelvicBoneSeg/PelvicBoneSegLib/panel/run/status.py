"""The message of the section *Segment*, and the log behind it."""

from __future__ import annotations

from typing import Any

from ...segmentation.volume import Volume
from ..failure import explain
from .readiness import Readiness
from .run_choices import RunChoices
from .run_log import RunLog
from .view import RunView


class RunStatus:
    """Says whether a run can start; what came of the last one stays until the choices change.

    Parameters
    ----------
    view
        The widgets.
    """

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._log = RunLog()
        self._is_told = False
        self._told_in: Readiness | None = None
        self._view.show_log(self._log.text)

    def follow(self, state: Readiness) -> None:
        """Show the state, unless something was told in it."""
        if self._is_told and self._told_in is None:
            self._told_in = state
        if not self._is_told or state != self._told_in:
            self._is_told = False
            self._view.show_status(state.tip)

    def tell(self, text: str, kind: str = "info") -> None:
        """Show a message: kind is ``"info"``, ``"done"`` or ``"error"``."""
        self._is_told, self._told_in = True, None
        self._view.show_status(text, kind)

    def fail(
        self, error: Exception, choices: RunChoices | None = None, worker_log: str = ""
    ) -> None:
        """Say what went wrong and what to do next; parameters as of `RunLog.add_failure`."""
        self._log.add_failure(error, choices, worker_log)
        self._view.show_log(self._log.text)
        self.tell(explain(error), "error")

    def note_run(self, choices: RunChoices, volume: Volume, result: Any, seconds: float) -> None:
        """Put a run that ended well into the log; parameters as of `RunLog.add_run`."""
        self._log.add_run(choices, volume, result, seconds)
        self._view.show_log(self._log.text)
