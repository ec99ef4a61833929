"""What the section *Compare with…* does: one comparison at a time, MRML in the main thread only."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

from slicer.i18n import tr as _

from ...errors import PelvicBoneSegError
from ..background_work import BackgroundWork
from ..failure import explain
from ..run.background_run import Timer
from ..run.readiness import Readiness
from .readiness import comparison_readiness
from .view import ComparisonView


class Logic(Protocol):
    """What a comparison needs of the module's logic."""

    def prepareComparison(self, segmentationNode: Any, referenceNode: Any) -> Any:  # noqa: N802, N803, D102
        ...

    def applyComparison(self, job: Any, result: Any) -> tuple[Any, list[Any]]:  # noqa: N802, D102
        ...

    def findComparison(self) -> Any | None:  # noqa: N802, D102
        ...

    def clearComparison(self, keepTable: bool = False) -> None:  # noqa: N802, N803, D102
        ...


NAMES_SHOWN = 6
"""Other tools segment the whole body."""


class ComparisonController:
    """The section's state machine: idle, running, stopping.

    Parameters
    ----------
    view
        The widgets.
    logic
        Compares in three phases, of which the job's `run` is done in a thread of its own.
    timer
        Calls `poll` while a run is on.
    """

    def __init__(self, view: ComparisonView, logic: Logic, timer: Timer) -> None:
        self._view = view
        self._logic = logic
        self._parameters: Any = None
        self._table: Any = None
        self._job: Any = None
        self._started = 0.0
        self._why_stopped = ""
        self._work = BackgroundWork(timer, view.show_progress, self._end)
        self.poll = self._work.poll
        self.refresh()

    @property
    def running(self) -> bool:
        """Whether a comparison is on, or its thread is still stopping."""
        return self._work.is_on

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""
        self._parameters = parameters
        self._show_table(self._logic.findComparison() if parameters else None)
        self.refresh()

    def refresh(self) -> None:
        """Bring the widgets in line with the parameters and with what is going on."""
        state = self._readiness()
        self._view.set_ready(state.ready, state.tip)
        self._view.set_running(self.running, self._work.is_stopping)

    def compare(self) -> None:
        """Start a comparison: *Compare* was clicked."""
        if not self._readiness().ready:
            return
        try:
            self._job = self._logic.prepareComparison(
                self._parameters.segmentation, self._parameters.reference
            )
        except PelvicBoneSegError as error:
            self._view.show_status(explain(error), "error")
            return
        self._why_stopped = ""
        self._started = time.perf_counter()
        self._view.show_progress(0.0, _("Starting"))
        self._view.show_status("")
        self._work.start(self._job)
        self.refresh()

    def cancel(self) -> None:
        """Stop the comparison: *Cancel* was clicked."""
        self._stop(_("Cancelled. Nothing was changed."))

    def clear(self) -> None:
        """Take the comparison away: *Clear* was clicked."""
        self._show_table(None)
        self._logic.clearComparison()
        self._view.show_status("")

    def scene_closing(self) -> None:
        """Drop the comparison and the parameters: the scene's nodes are about to go."""
        self._stop(_("The scene was closed, so the comparison was stopped."))
        self.set_parameters(None)
        if not self.running:
            self._view.show_status("")

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        if node is self._table:
            self._show_table(None)
            self._logic.clearComparison(keepTable=True)
        if self._job and node in (self._job.segmentation_node, self._job.reference_node):
            self._stop(
                _("A segmentation was removed, so the comparison was stopped. Nothing was changed.")
            )

    def shut_down(self) -> None:
        """Stop for good: the module is closed or reloaded."""
        self._work.shut_down()
        self._job = self._parameters = None
        self._show_table(None)

    def _stop(self, why: str) -> None:
        if not self.running or self._work.is_stopping:
            return
        self._why_stopped = why
        self._work.cancel()
        self._view.show_status(_("Stopping…"))
        self.refresh()

    def _end(self, outcome: Any) -> None:
        job, self._job = self._job, None
        self._view.show_progress(None)
        # A comparison that was told to stop may have been done at that moment.
        if self._why_stopped:
            self._view.show_status(self._why_stopped)
        elif isinstance(outcome, Exception):
            self._view.show_status(explain(outcome), "error")
        else:
            self._apply(job, outcome)
        self.refresh()

    def _apply(self, job: Any, result: Any) -> None:
        # So that its removal, in favour of the new one, is not taken for the user's.
        self._show_table(None)
        try:
            self._logic.applyComparison(job, result)
        except Exception as error:  # shown and logged, as from the run itself
            self._view.show_status(explain(error), "error")
            return
        finally:
            self._show_table(self._logic.findComparison())
        self._view.show_status(self._summary(job, result), "done")

    def _show_table(self, table: Any | None) -> None:
        self._table = table
        self._view.set_table(table)

    def _summary(self, job: Any, result: Any) -> str:
        segmentation, reference = job.segmentation_node.GetName(), job.reference_node.GetName()
        lines = [
            _("Done in {seconds:.1f} s. Red lies outside '{reference}', blue inside.").format(
                seconds=time.perf_counter() - self._started, reference=reference
            )
        ]
        if result.resampled:
            lines.append(
                _(
                    "The voxels of the two differ: compared on those of '{segmentation}' "
                    "(nearest neighbour)."
                ).format(segmentation=segmentation)
            )
        if result.unmatched:
            lines.append(_("Without counterpart: {names}.").format(names=_some(result.unmatched)))
        return "\n".join(lines)

    def _readiness(self) -> Readiness:
        if self._work.is_stopping:
            return Readiness(False, _("The last comparison is still stopping."))
        if self.running:
            return Readiness(False, _("A comparison is on. Cancel it, or wait for its end."))
        return comparison_readiness(self._parameters)


def _some(names: Sequence[str]) -> str:
    text = ", ".join(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return _("{names} and {more} more").format(names=text, more=more) if more > 0 else text
