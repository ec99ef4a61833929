"""What the panel does: one run at a time, MRML in the main thread only."""

from __future__ import annotations

import logging
import time
from typing import Any, Protocol

from slicer.i18n import tr as _

from ...errors import Cancelled
from ..failure import explain
from .background_run import BackgroundRun, Failed, Finished, Message, Progress
from .readiness import Readiness, readiness
from .view import PanelView

POLL_INTERVAL_MS = 5
POLL_WAIT_S = 0.03
"""Together some thirty looks a second, nearly all of the time between them left to the run."""

SHUT_DOWN_WAIT_S = 10.0


class Logic(Protocol):
    """What a run needs of `scene.logic.SegmentationLogic`."""

    warnings: tuple[str, ...]

    def prepare(self, volumeNode: Any, bones: Any, side: str, device: str) -> Any:  # noqa: N803, D102
        ...

    def apply(self, job: Any, result: Any, segmentationNode: Any | None) -> Any | None:  # noqa: N803, D102
        ...


class Dependencies(Protocol):
    """What a run needs of `dependencies.Dependencies`."""

    def ensure(self) -> bool:  # noqa: D102
        ...


class Timer(Protocol):
    """A `qt.QTimer` whose timeout is connected to `Controller.poll`."""

    def start(self, milliseconds: int) -> None:  # noqa: D102
        ...

    def stop(self) -> None:  # noqa: D102
        ...


class Controller:
    """The panel's state machine: idle, installing, running, stopping.

    Parameters
    ----------
    view
        The widgets.
    logic
        Segments in three phases. `prepare` and `apply` are called here, in the main thread; the
        job's `run` in a thread of its own, where it touches neither MRML nor Qt.
    dependencies
        Asked before each run whether all packages are there.
    timer
        Calls `poll` while a run is on.
    """

    def __init__(
        self, view: PanelView, logic: Logic, dependencies: Dependencies, timer: Timer
    ) -> None:
        self._view = view
        self._logic = logic
        self._dependencies = dependencies
        self._timer = timer
        self._parameters: Any = None
        self._volume: Any = None
        self._installing = False
        self._run: BackgroundRun | None = None
        self._job: Any = None
        self._started = 0.0
        self._target: Any = None
        self._why_stopped = ""
        self._told: Readiness | None = None
        self.refresh()

    @property
    def running(self) -> bool:
        """Whether a run is on, or its thread is still stopping."""
        return self._run is not None

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""
        self._parameters = parameters
        self._volume = parameters.inputVolume if parameters else None
        self.refresh()

    def refresh(self) -> None:
        """Bring the widgets in line with the parameters and with what is going on."""
        self._follow_volume()
        state = self._readiness()
        busy = self._installing or self.running
        self._view.set_ready(state.ready, state.tip)
        self._view.set_running(busy)
        self._view.set_cancel(self._run is not None and not self._run.cancelled)
        parameters = self._parameters
        self._view.set_segmentation(parameters.segmentation if parameters else None)
        has_sides = parameters is None or parameters.bone.has_sides
        self._view.set_side_enabled(
            has_sides,
            _("The patient's side, not the screen's.")
            if has_sides
            else _("This bone lies in the midline and has no side."),
        )
        if not busy and state != self._told:
            self._told = None
            self._view.show_status(state.tip)

    def segment(self) -> None:
        """Start a run: *Segment* was clicked."""
        if not self._readiness().ready:
            return
        self._view.show_warnings(())
        try:
            if not self._install():
                self._tell(_("Nothing was installed, so nothing was segmented."))
                return
            # Dialogs let events through: the volume may be gone by now.
            if self._readiness().ready:
                self._start()
        except Exception as error:  # shown and logged: a click must never fail unseen
            self._fail(error)
        finally:
            self.refresh()

    def cancel(self) -> None:
        """Stop the run: *Cancel* was clicked."""
        self._stop(_("Cancelled. Nothing was changed."))

    def scene_closing(self) -> None:
        """Drop the run and the parameters: the scene's nodes are about to go."""
        self._stop(_("The scene was closed, so the run was stopped."))
        self.set_parameters(None)

    def node_removed(self, node: Any) -> None:
        """Stop the run where it needs a node that has left the scene."""
        if self._job is None:
            return
        if node is self._job.volume_node:
            self._stop(_("The volume was removed, so the run was stopped. Nothing was changed."))
        elif self._parameters is not None and node is self._target:
            self._stop(
                _("The segmentation was removed, so the run was stopped. Nothing was changed.")
            )

    def shut_down(self) -> None:
        """Stop for good: the module is closed or reloaded."""
        self._timer.stop()
        if self._run is not None:
            self._run.cancel()
            if not self._run.wait(SHUT_DOWN_WAIT_S):
                logging.warning("PelvicBoneSeg: a run did not stop in %g s", SHUT_DOWN_WAIT_S)
                return
        self._run = self._job = self._parameters = None

    def poll(self) -> None:
        """Hear of the run and, at its end, write what it found: the timer's slot."""
        if self._run is None:
            return
        for message in self._run.receive(POLL_WAIT_S):
            self._receive(message)

    # --- steps of a run ------------------------------------------------------------------------

    def _install(self) -> bool:
        self._installing = True
        self.refresh()
        try:
            return self._dependencies.ensure()
        finally:
            self._installing = False

    def _start(self) -> None:
        chosen = self._parameters
        self._job = self._logic.prepare(
            chosen.inputVolume, chosen.bone.bones, chosen.side.value, chosen.device.value
        )
        self._target = chosen.segmentation
        self._why_stopped = ""
        self._started = time.perf_counter()
        self._view.show_progress(0.0, _("Starting"))
        self._view.show_status("")
        self._run = BackgroundRun(self._job.run)
        self._timer.start(POLL_INTERVAL_MS)

    def _stop(self, why: str) -> None:
        if self._run is None or self._run.cancelled:
            return
        self._why_stopped = why
        self._run.cancel()
        self._view.show_status(_("Stopping after the current batch of slices…"))
        self.refresh()

    def _receive(self, message: Message) -> None:
        if isinstance(message, Progress):
            if self._run is not None and not self._run.cancelled:
                self._view.show_progress(message.fraction, message.stage)
            return
        job, stopped = self._job, self._run is not None and self._run.cancelled
        self._end()
        # A run that was told to stop may have been done at that moment: it counts as stopped.
        if stopped or (isinstance(message, Failed) and isinstance(message.error, Cancelled)):
            self._tell(self._why_stopped or _("Cancelled. Nothing was changed."))
        elif isinstance(message, Failed):
            self._fail(message.error)
        elif isinstance(message, Finished):
            self._apply(job, message.result)
        self.refresh()

    def _end(self) -> None:
        self._timer.stop()
        self._run = self._job = None
        self._view.show_progress(None)

    def _apply(self, job: Any, result: Any) -> None:
        try:
            node = self._logic.apply(job, result, self._target)
        except Exception as error:  # shown and logged, as from the run itself
            self._fail(error)
            return
        self._view.show_warnings(self._logic.warnings)
        if self._parameters is not None and node is not None:
            self._parameters.segmentation = node
        self._tell(self._summary(result), "done")

    # --- messages ------------------------------------------------------------------------------

    def _summary(self, result: Any) -> str:
        found = [one for one in result.segments if one.voxels]
        if not found:
            return _("No bone was found. Nothing was changed.")
        bones = " · ".join(f"{one.definition.name} {one.volume_ml:.0f} ml" for one in found)
        done = _("Done in {seconds:.1f} s on {device}.").format(
            seconds=time.perf_counter() - self._started, device=result.device
        )
        return f"{done}\n{bones}"

    def _fail(self, error: Exception) -> None:
        self._tell(explain(error), "error")

    def _tell(self, text: str, kind: str = "info") -> None:
        """Show a message that stays until the choices change."""
        self._told = self._readiness()
        self._view.show_status(text, kind)

    # --- state ---------------------------------------------------------------------------------

    def _readiness(self) -> Readiness:
        if self._run is not None and self._run.cancelled:
            return Readiness(False, _("The last run is still stopping."))
        if self._run is not None:
            return Readiness(False, _("A run is on. Cancel it, or wait for its end."))
        if self._installing:
            return Readiness(False, _("Python packages are being installed."))
        return readiness(self._parameters)

    def _follow_volume(self) -> None:
        """Forget the output when another volume is chosen: its bones are another patient's."""
        if self._parameters is None or self.running:
            return
        volume, before = self._parameters.inputVolume, self._volume
        self._volume = volume
        if volume is not before:
            self._view.show_warnings(())
        if volume is None or volume is before or self._parameters.segmentation is None:
            return
        segmentation = self._parameters.segmentation
        role = segmentation.GetReferenceImageGeometryReferenceRole()
        if segmentation.GetNodeReference(role) not in (None, volume):
            self._parameters.segmentation = None
