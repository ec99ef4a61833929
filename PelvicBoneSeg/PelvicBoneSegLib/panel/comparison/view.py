"""The widgets of the section *Compare with…*: what each state looks like."""

from __future__ import annotations

from typing import Any

from ..run.view import show_fraction, show_message


class ComparisonView:
    """Shows things. Knows nothing of comparing.

    Parameters
    ----------
    ui
        The named widgets of PelvicBoneSeg.ui, as `slicer.util.childWidgetVariables` gives them.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self.show_progress(None)
        self.show_status("")
        self.set_table(None)

    def set_ready(self, ready: bool, tip: str) -> None:
        """Enable *Compare* or not; the tip says what it will do, or why it cannot."""
        self._ui.compareButton.enabled = ready
        self._ui.compareButton.toolTip = tip

    def set_running(self, running: bool, stopping: bool = False) -> None:
        """Lock the choice during a run, and offer *Cancel* in place of *Clear*."""
        self._ui.comparisonFrame.enabled = not running
        self._ui.clearComparisonButton.visible = not running
        self._ui.cancelComparisonButton.visible = running
        self._ui.cancelComparisonButton.enabled = running and not stopping

    def set_table(self, node: Any | None) -> None:
        """Show a vtkMRMLTableNode, or hide the place for it; without one, nothing can be cleared.

        The table view is given no scene: with one, but without a view node, Slicer's widget would
        drop the table at the end of each batch process (qMRMLTableView.cxx,
        updateWidgetFromViewNode).
        """
        self._ui.comparisonTableView.setMRMLTableNode(node)
        self._ui.comparisonTableView.visible = node is not None
        self._ui.clearComparisonButton.enabled = node is not None

    def show_progress(self, fraction: float | None, stage: str = "") -> None:
        """Show the fraction done, 0–1, and what is compared; None hides the bar."""
        show_fraction(self._ui.comparisonProgressBar, fraction, stage)

    def show_status(self, text: str, kind: str = "info") -> None:
        """Show one message: kind is ``"info"``, ``"done"`` or ``"error"``."""
        show_message(self._ui.comparisonStatusLabel, text, kind)
