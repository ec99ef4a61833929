"""What the section *3D* does: one thing at a time, with the worker that all sections share."""

from __future__ import annotations

import time
from typing import Any

import slicer.util
from slicer.i18n import tr as _

from ...errors import Cancelled, PelvicBoneSegError
from ...scene.isotropic_copy import find_isotropic, settle_3d, show_in_3d
from ...scene.prepared_segment import BINARY_LABELMAP
from ..chosen_node import ChosenNode
from ..failure import explain
from ..models.device import chosen_device
from ..run.readiness import Readiness
from ..run.steps import Steps
from ..session import Session
from .edit_watch import EditWatch
from .isotropic_run import IsotropicRun
from .smoothing import Smoothing
from .view import SurfaceView
from .volumes import BoneVolumes, volume_steps
from .wording import outdated_text, volume_warning, volumes_text


class SurfaceController:
    """The section's state machine: idle, smoothing, interpolating, stopping.

    Parameters
    ----------
    view
        The widgets.
    session
        Its worker makes surfaces; its parameters have the segmentation and the smoothing.
    """

    def __init__(self, view: SurfaceView, session: Session) -> None:
        self._view = view
        self._session = session
        self._chosen = ChosenNode(session, "segmentation")
        self._node: Any = None
        self._smoothing = Smoothing(view, session, self.look_again)
        self._isotropic: IsotropicRun | None = None
        self._started = 0.0
        self._why_stopped = ""
        self._volumes = Steps()
        self._edits = EditWatch(self.look_again)
        self._shown = False

    @property
    def running(self) -> bool:
        """Whether surfaces are being made, or will be in a moment."""
        return self._smoothing.running or self._isotropic is not None

    # --- what the user does --------------------------------------------------------------------

    def make_isotropic(self) -> None:
        """Start: *Make isotropic* was clicked."""
        if not self._readiness().ready or not self._may_replace(find_isotropic(self._node)):
            return
        session = self._session
        self._why_stopped = ""
        self._started = time.perf_counter()
        self._isotropic = IsotropicRun(
            session.worker,
            self._node,
            session.parameters.bundle,
            chosen_device(session.settings).value,
            self._view.show_progress,
            self._isotropic_ended,
        )
        self._view.show_progress(0.0, _("Starting"))
        self._view.show_status("")
        self._isotropic.start()
        session.run_is_on = True
        session.notify()

    def _may_replace(self, isotropic: Any | None) -> bool:
        """Ask where an earlier one would go, which may have been corrected by hand."""
        if isotropic is None:
            return True
        question = _("Make '{name}' anew? Corrections that were made in it will be lost.")
        return slicer.util.confirmOkCancelDisplay(
            question.format(name=isotropic.GetName()), _("Make isotropic")
        )

    def cancel(self) -> None:
        """Stop: *Cancel* was clicked."""
        self._stop(_("Cancelled. Nothing was changed."))

    def centre(self) -> None:
        """Put a bone into the middle of the 3D views: *Centre* was clicked."""
        if self._node is None:
            return
        ids = list(self._node.GetSegmentation().GetSegmentIDs())
        number = self._view.bone
        try:
            self._session.logic.centreOn(self._node, ids if number is None else [ids[number]])
        except PelvicBoneSegError as error:
            self._view.show_status(explain(error), "error")

    # --- what happens around -------------------------------------------------------------------

    def refresh(self) -> None:
        """Follow the choices."""
        node = self._chosen.get()
        if node is not self._node:
            self._take(node)
        elif self._has_voxels() and self._isotropic is None:
            self._smoothing.follow()
        self._view.set_segmentation(self._has_voxels())
        self._view.set_bones(_segment_names(node) if self._has_voxels() else [])
        state = self._readiness()
        self._view.set_ready(state.ready, state.tip)
        self._view.set_running(
            self._isotropic is not None, bool(self._isotropic and self._isotropic.stopping)
        )

    def page_shown(self, shown: bool) -> None:
        """Come into view or go out of it."""
        self._shown = shown
        self.look_again()

    def look_again(self) -> None:
        """Show the bones as they are now: which are outdated and, in view, their volumes."""
        self._volumes.stop()
        if not self._has_voxels():
            return
        outdated = settle_3d(self._node)
        isotropic = find_isotropic(self._node)
        name = isotropic.GetName() if isotropic else ""
        self._view.show_standing(outdated_text(name, outdated.values()))
        if self._shown:
            steps = volume_steps(self._node, outdated)
            self._volumes.start(steps, self._show_volumes, self._no_volumes)

    def scene_closing(self) -> None:
        """Let go of all nodes."""
        self._let_go()
        self._stop(_("The scene was closed, so nothing was made."))

    def node_removed(self, node: Any) -> None:
        """Stop what needs a node that is leaving the scene."""
        if self._chosen.is_leaving(node):
            self._let_go()
            self._stop(_("The segmentation was removed. Nothing else was changed."))
        elif self._node is not None and node is find_isotropic(self._node):
            show_in_3d(self._node, instead_of=node)
            self._volumes.stop()
            self._smoothing.stop()
            self._edits.expect()

    def shut_down(self) -> None:
        """Stop for good."""
        self._let_go()
        if self._isotropic is not None:
            self._isotropic.drop()
            self._isotropic = None
            self._session.run_is_on = False
        self._volumes.shut_down()
        self._edits.shut_down()
        self._smoothing.shut_down()

    # --- how it goes ---------------------------------------------------------------------------

    def _take(self, node: Any | None) -> None:
        """Work with another segmentation. Its smoothing is shown, and not changed."""
        self._let_go()
        self._node = node
        self._smoothing.take(node)
        self._edits.follow(node)
        self.look_again()

    def _let_go(self) -> None:
        self._volumes.stop()
        self._edits.follow(None)
        self._smoothing.stop()
        self._smoothing.take(None)
        self._node = None
        self._view.show_volumes("", "")
        self._view.show_standing("")

    def _isotropic_ended(self, outcome: Any) -> None:
        self._isotropic = None
        self._session.run_is_on = False
        self._view.show_progress(None)
        if isinstance(outcome, Cancelled):
            self._view.show_status(self._why_stopped or str(outcome))
        elif isinstance(outcome, Exception):
            self._view.show_status(explain(outcome), "error")
        else:
            self.look_again()
            text = _(
                "'{name}' is ready ({seconds:.1f} s) and shown in 3D in place of the thick slices. "
                "Choose it under Result to measure or export it."
            ).format(name=outcome.GetName(), seconds=time.perf_counter() - self._started)
            self._view.show_status(text, "done")
        self._session.notify()

    def _stop(self, why: str) -> None:
        if self._isotropic is not None and not self._isotropic.stopping:
            self._why_stopped = why
            self._view.show_status(_("Stopping…"))
            self._isotropic.stop()
            self.refresh()

    def _show_volumes(self, bones: tuple[BoneVolumes, ...]) -> None:
        self._view.show_volumes(volumes_text(bones), volume_warning(bones))

    def _no_volumes(self, error: Exception) -> None:
        self._view.show_volumes("", explain(error))

    def _has_voxels(self) -> bool:
        return self._node is not None and self._node.GetSegmentation().ContainsRepresentation(
            BINARY_LABELMAP
        )

    def _readiness(self) -> Readiness:
        if self._node is None:
            return Readiness(
                False, _("Choose a segmentation under Result, or segment a scan first.")
            )
        if self._isotropic is not None:
            return Readiness(False, _("Slices are being interpolated. Cancel it, or wait."))
        if self._session.run_is_on or self._session.worker.running:
            return Readiness(False, _("Something else is being computed. Wait for its end."))
        return Readiness(
            True,
            _(
                "Make a second segmentation on thin slices: the network's probabilities are "
                "interpolated between the slices. The first one stays."
            ),
        )


def _segment_names(node: Any) -> list[str]:
    segmentation = node.GetSegmentation()
    return [segmentation.GetSegment(one).GetName() for one in segmentation.GetSegmentIDs()]
