"""What the section *Segment* does: one run at a time, MRML in the main thread only."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ...scene.rerun import RerunMode
from ..choices import DeviceChoice
from ..dependencies import Dependencies
from ..models.device import remembered_device
from ..session import Session
from ..verdict.timing import remember_run
from .readiness import Readiness, readiness
from .run import Outcome, Run, Stopped, Written
from .run_choices import RunChoices, run_choices
from .status import RunStatus
from .steps import Steps
from .time_left import TimeLeft, time_left_text
from .view import RunView
from .wording import ran_on, rerun_question, running_on, summary


class RunController:
    """The section's state machine: idle, installing, asking, running, stopping.

    Parameters
    ----------
    view, status
        The widgets, and what is said.
    session
        Its logic reads and writes the scene, its worker finds the bones. It is told when a run
        begins and ends.
    dependencies
        Asked before each run whether all packages are there.
    """

    def __init__(
        self, view: RunView, status: RunStatus, session: Session, dependencies: Dependencies
    ) -> None:
        self._view = view
        self._status = status
        self._session = session
        self._dependencies = dependencies
        self._steps = Steps()
        self._time_left = TimeLeft()
        self._in_view = False
        self._installing = False
        self._asked: RunChoices | None = None
        self._run: Run | None = None

    @property
    def running(self) -> bool:
        """Whether a run is on, or its worker is still stopping."""
        return self._run is not None

    # --- what the user does --------------------------------------------------------------------

    def segment(self) -> None:
        """Start a run, or ask first what becomes of edits: *Segment* was clicked."""
        if not self._readiness().ready:
            return
        self._view.show_warnings(())
        try:
            if not self._install():
                self._status.tell(_("Nothing was installed, so nothing was segmented."))
                return
            # Dialogs let events through: the volume may be gone by now.
            if self._readiness().ready:
                self._ask_or_start(run_choices(self._session))
        except Exception as error:  # shown and logged: a click must never fail unseen
            self._status.fail(error)
        finally:
            self._session.notify()

    def answer(self, rerun: RerunMode) -> None:
        """Start the run: what becomes of edits was said."""
        asked = self._asked
        if asked is None:
            return
        self._withdraw_question()
        try:
            self._start(asked, rerun)
        except Exception as error:  # shown and logged, as above
            self._status.fail(error, asked)
        finally:
            self._session.notify()

    def cancel(self) -> None:
        """Stop the run, or do not even start it: *Cancel* was clicked."""
        if self._asked is not None:
            self._withdraw_question()
            self._status.tell(_("Cancelled. Nothing was changed."))
            self.refresh()
        self._stop(_("Cancelled. Nothing was changed."))

    # --- what happens around -------------------------------------------------------------------

    def set_in_view(self, in_view: bool) -> None:
        """Come into view or go out of it. A run goes on, its preview does not."""
        self._in_view = in_view
        if self._run is not None:
            self._run.in_view = in_view
            self._run.update_preview()

    def refresh(self) -> None:
        """Bring the widgets in line with the parameters and with what is going on."""
        parameters = self._session.parameters
        if self._asked and (parameters is None or run_choices(self._session) != self._asked):
            self._withdraw_question()
        if self._run is not None:
            self._run.update_preview()
        state = self._readiness()
        busy = self._installing or self.running
        self._view.set_ready(state.ready, state.tip)
        self._view.set_running(busy)
        self._view.set_cancel(
            self._asked is not None or (self._run is not None and not self._run.stopping)
        )
        if not busy and self._asked is None and parameters is not None:
            self._status.follow(state)

    def scene_closing(self) -> None:
        """Drop the run: the scene's nodes are about to go."""
        if self._run is None:
            return
        why = _("The scene was closed, so the run was stopped.")
        self._stop(why)
        if not self.running:
            # It was writing and ended at once, while the choices were still there.
            self._status.tell(why)

    def node_removed(self, node: Any) -> None:
        """Stop the run where it needs a node that has left the scene."""
        if self._run is None:
            return
        if node is self._run.choices.volume:
            self._stop(_("The volume was removed, so the run was stopped. Nothing was changed."))
        elif node is self._run.choices.segmentation:
            self._stop(
                _("The segmentation was removed, so the run was stopped. Nothing was changed.")
            )

    def shut_down(self) -> None:
        """Stop for good: the module is closed or reloaded."""
        if self._run is not None:
            self._run.drop()
            self._run = None
        self._asked = None
        self._steps.shut_down()
        self._session.worker.shut_down()

    # --- how a run goes ------------------------------------------------------------------------

    def run_progressed(self, fraction: float, stage: str) -> None:
        """Show how far the run is."""
        seconds = self._time_left.update(fraction)
        left = "" if seconds is None or fraction == 1 else time_left_text(seconds)
        self._view.show_progress(fraction, stage, left)

    def run_is_on(self, device: str) -> None:
        """Show where the run computes."""
        self._view.show_device(running_on(DeviceChoice(device)))

    def run_ended(self, run: Run, outcome: Outcome) -> None:
        """Show what came of the run."""
        self._run = None
        self._session.run_is_on = False
        self._view.show_progress(None)
        if isinstance(outcome, Written):
            self._show_result(run, outcome)
        else:
            self._view.show_device("")
            if isinstance(outcome, Stopped):
                self._status.tell(outcome.why)
            else:
                self._status.fail(outcome.error, run.choices, self._session.worker.log)
        self._session.notify()

    def _install(self) -> bool:
        self._installing = True
        self.refresh()
        try:
            return self._dependencies.ensure()
        finally:
            self._installing = False

    def _ask_or_start(self, choices: RunChoices) -> None:
        edited = (
            self._session.logic.editedSegments(choices.segmentation, choices.bones, choices.side)
            if choices.segmentation
            else ()
        )
        if edited:
            self._asked = choices
            self._view.show_status("")
            self._view.ask(rerun_question(edited))
        else:
            self._start(choices, RerunMode.REPLACE)

    def _start(self, choices: RunChoices, rerun: RerunMode) -> None:
        run = Run(self._session, choices, rerun, self._steps, self)
        run.in_view = self._in_view
        run.start()
        self._run = run
        self._session.run_is_on = True
        self._time_left = TimeLeft()
        self._view.show_progress(0.0, _("Starting"))
        self._view.show_status("")
        device = remembered_device(self._session.settings)
        self._view.show_device(running_on(device or DeviceChoice.AUTO))

    def _stop(self, why: str) -> None:
        if self._run is None or self._run.stopping:
            return
        self._view.show_status(_("Stopping after the current batch of slices…"))
        self._run.stop(why)
        self.refresh()

    def _show_result(self, run: Run, outcome: Written) -> None:
        remember_run(self._session.settings, run.job.volume, outcome.result)
        self._status.note_run(run.choices, run.job.volume, outcome.result, outcome.seconds)
        self._view.show_device(ran_on(DeviceChoice(outcome.result.device)))
        self._view.show_warnings(self._session.logic.warnings)
        if self._session.parameters is not None and outcome.node is not None:
            self._session.parameters.segmentation = outcome.node
        self._status.tell(summary(outcome.result, outcome.seconds), "done")

    def _withdraw_question(self) -> None:
        self._asked = None
        self._view.ask("")

    def _readiness(self) -> Readiness:
        if self._run is not None and self._run.stopping:
            return Readiness(False, _("The last run is still stopping."))
        if self._run is not None:
            return Readiness(False, _("A run is on. Cancel it, or wait for its end."))
        if self._session.run_is_on or self._session.worker.running:
            return Readiness(False, _("Something else is being computed. Wait for its end."))
        if self._installing:
            return Readiness(False, _("Python packages are being installed."))
        if self._asked is not None:
            return Readiness(False, _("Say first what is to become of the edits."))
        return readiness(self._session.parameters, self._session.verdict)
