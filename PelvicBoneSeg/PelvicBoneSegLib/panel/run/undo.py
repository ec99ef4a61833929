"""Taking the last run back."""

from __future__ import annotations

import slicer.util
from slicer.i18n import tr as _

from ..session import Session
from .status import RunStatus
from .view import RunView


class RunUndo:
    """*Undo run*.

    Parameters
    ----------
    view, status
        Where it is shown.
    session
        Its logic knows the last run.
    """

    def __init__(self, view: RunView, session: Session, status: RunStatus) -> None:
        self._view = view
        self._session = session
        self._status = status

    def refresh(self) -> None:
        """Offer it where there is a run to undo and none is on."""
        segments = None if self._session.run_is_on else self._session.logic.undoDescription
        self._view.set_undo(
            segments is not None,
            _("No run can be undone now.")
            if segments is None
            else _("Take back the last run: {segments}.").format(segments=segments),
        )

    def undo(self) -> None:
        """Take it back: *Undo run* was clicked."""
        logic = self._session.logic
        segments = logic.undoDescription
        if self._session.run_is_on or segments is None or not self._may_lose_edits(segments):
            return
        try:
            with self._session.writing():
                logic.undo()
        except Exception as error:  # shown and logged: a click must never fail unseen
            self._status.fail(error)
        else:
            self._view.show_warnings(())
            self._view.show_device("")
            self._status.tell(_("The run was undone: {segments}.").format(segments=segments))
        finally:
            self._session.notify()

    def _may_lose_edits(self, segments: str) -> bool:
        if not self._session.logic.undoLosesEdits:
            return True
        return slicer.util.confirmOkCancelDisplay(
            _(
                "{segments}: changed since the run. Undoing the run takes these changes back too."
            ).format(segments=segments),
            _("Pelvic Bone Segmentation: undo the run"),
        )
