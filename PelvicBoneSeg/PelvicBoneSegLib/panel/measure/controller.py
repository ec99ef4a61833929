"""What the section *Measure* does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...scene.measure.logic import find_measurements, write_csv
from ...scene.measure.table import table_text
from ..chosen_node import ChosenNode
from ..failure import explain
from ..run.readiness import Readiness
from ..run.steps import Steps
from ..session import Session
from ..surface.edit_watch import EditWatch
from .view import MeasureView

_LAST_FOLDER = "measurementsFolder"


class MeasureController:
    """The section's state machine: idle, measuring.

    Parameters
    ----------
    view
        The widgets.
    session
        Its logic measures; its parameters have the segmentation.
    """

    def __init__(self, view: MeasureView, session: Session) -> None:
        self._view = view
        self._session = session
        self._chosen = ChosenNode(session, "segmentation")
        self._node: Any = None
        self._table: Any = None
        self._steps = Steps()
        self._edits = EditWatch(self._edited)
        self._is_outdated = False

    @property
    def running(self) -> bool:
        """Whether a segmentation is being measured."""
        return self._steps.busy

    # --- what the user does --------------------------------------------------------------------

    def measure(self) -> None:
        """Start: *Measure* was clicked."""
        if not self._readiness().ready:
            return
        self._is_outdated = False
        self._view.show_status(_("Measuring…"))
        self._steps.start(
            self._session.logic.measureSteps(self._node), self._measured, self._failed
        )
        self.refresh()

    def copy(self) -> None:
        """Put the table onto the clipboard: *Copy* was clicked."""
        slicer.app.clipboard().setText(table_text(self._table, "\t"))
        self._tell(_("The table is on the clipboard. Paste it into a spreadsheet."))

    def export(self) -> None:
        """Write the table to a file that the user picks: *Export CSV…* was clicked."""
        folder = self._session.settings.get(_LAST_FOLDER)
        # Asks by itself whether a file may be replaced.
        file = qt.QFileDialog.getSaveFileName(
            None,
            _("Export measurements"),
            str(Path(folder, f"{self._table.GetName()}.csv")),
            _("Comma-separated values (*.csv)"),
        )
        if not file:
            return
        self._session.settings.set(_LAST_FOLDER, str(Path(file).parent))
        try:
            path = write_csv(self._table, file)
        except Exception as error:  # shown and logged: a click must never fail unseen
            self._view.show_status(explain(error), "error")
            return
        self._tell(_("Written: {name}").format(name=path.name), "done", str(path))

    # --- what happens around -------------------------------------------------------------------

    def refresh(self) -> None:
        """Follow the choices."""
        node = self._chosen.get()
        if node is not self._node:
            self._let_go()
            self._node = node
            self._edits.follow(node)
            self._show_table(find_measurements(node) if node is not None else None)
        state = self._readiness()
        self._view.set_ready(state.ready, state.tip)

    def scene_closing(self) -> None:
        """Let go of all nodes."""
        self._let_go()

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        if self._chosen.is_leaving(node):
            self._let_go()
        elif node is self._table:
            self._is_outdated = False
            self._show_table(None)
            self._view.show_status("")

    def shut_down(self) -> None:
        """Stop for good."""
        self._let_go()
        self._steps.shut_down()
        self._edits.shut_down()

    # --- how it goes ---------------------------------------------------------------------------

    def _measured(self, table: Any) -> None:
        self._show_table(table)
        self._view.show_status("")
        self.refresh()

    def _edited(self) -> None:
        if self._table is not None and not self._steps.busy:
            self._is_outdated = True
            self._tell("")

    def _tell(self, text: str, kind: str = "info", tip: str = "") -> None:
        """Show a message, under a warning while the table is not that of the present bones."""
        if self._is_outdated:
            warning = _("⚠ The segmentation was changed since. Measure it again.")
            text, kind = f"{warning}\n{text}".strip(), "warning"
        self._view.show_status(text, kind, tip)

    def _failed(self, error: Exception) -> None:
        self._view.show_status(explain(error), "error")
        self.refresh()

    def _show_table(self, table: Any | None) -> None:
        self._table = table
        self._view.set_table(table)

    def _let_go(self) -> None:
        self._steps.stop()
        self._edits.follow(None)
        self._is_outdated = False
        self._node = None
        self._show_table(None)
        self._view.show_status("")

    def _readiness(self) -> Readiness:
        if self._node is None:
            return Readiness(
                False, _("Choose a segmentation under Result, or segment a scan first.")
            )
        if self._steps.busy:
            return Readiness(False, _("The segmentation is being measured."))
        if self._session.run_is_on:
            return Readiness(False, _("A run is on. Wait for its end."))
        return Readiness(
            True,
            _(
                "Measure all segments of '{name}' into a table, in place of an earlier one. "
                "Lengths are along the patient's axes."
            ).format(name=self._node.GetName()),
        )
