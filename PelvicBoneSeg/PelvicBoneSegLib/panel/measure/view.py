"""The widgets of the section *Measure*: what each state looks like."""

from __future__ import annotations

from typing import Any

from ..run.view import show_message


class MeasureView:
    """Shows things. Knows nothing of measuring.

    Parameters
    ----------
    ui
        The named widgets of Measure.ui, as `slicer.util.childWidgetVariables` gives them.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self.show_status("")
        self.set_table(None)

    def set_ready(self, ready: bool, tip: str) -> None:
        """Enable *Measure* or not; the tip says what it will do, or why it cannot."""
        self._ui.measureButton.enabled = ready
        self._ui.measureButton.toolTip = tip

    def set_table(self, node: Any | None) -> None:
        """Show a vtkMRMLTableNode, or hide the place for it; without one, nothing can be copied.

        The table view is given no scene: see `ComparisonView.set_table`.
        """
        self._ui.measurementsTableView.setMRMLTableNode(node)
        self._ui.measurementsTableView.visible = node is not None
        self._ui.copyMeasurementsButton.enabled = node is not None
        self._ui.exportMeasurementsButton.enabled = node is not None

    def show_status(self, text: str, kind: str = "info", tip: str = "") -> None:
        """Show one message: kind is as in `show_message`; the tip has what is too long for it."""
        show_message(self._ui.measureStatusLabel, text, kind, tip)
