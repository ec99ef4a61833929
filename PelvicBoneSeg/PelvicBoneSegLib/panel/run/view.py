"""The widgets of the panel: what each state looks like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_STATUS_COLOURS = {"info": "#6b7280", "done": "#2e8b57", "error": "#c0392b"}
_STATUS_STYLE = (
    "QLabel {{ border: 0px solid {colour}; border-left-width: 3px; padding: 2px 0 2px 7px; }}"
)


def show_message(label: Any, text: str, kind: str = "info") -> None:
    """Show a message in a label, or hide it: kind is ``"info"``, ``"done"`` or ``"error"``."""
    label.text = text
    label.visible = bool(text)
    label.styleSheet = _STATUS_STYLE.format(colour=_STATUS_COLOURS[kind])


def show_fraction(bar: Any, fraction: float | None, stage: str) -> None:
    """Show the fraction done, 0–1, and the stage; None hides the bar."""
    bar.visible = fraction is not None
    if fraction is not None:
        bar.value = round(100 * fraction)
        bar.format = f"{stage} · %p%"


class PanelView:
    """Shows things. Knows nothing of segmentation.

    Parameters
    ----------
    ui
        The named widgets of PelvicBoneSeg.ui, as `slicer.util.childWidgetVariables` gives them.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self.show_progress(None)
        self.show_warnings(())

    def set_ready(self, ready: bool, tip: str) -> None:
        """Enable *Segment* or not; the tip says what it will do, or why it cannot."""
        self._ui.segmentButton.enabled = ready
        self._ui.segmentButton.toolTip = tip

    def set_running(self, running: bool) -> None:
        """Lock the choices during a run."""
        for widget in (self._ui.inputFrame, self._ui.outputFrame, self._ui.advancedFrame):
            widget.enabled = not running

    def set_cancel(self, possible: bool) -> None:
        """Enable *Cancel* or not."""
        self._ui.cancelButton.enabled = possible

    def set_side_enabled(self, enabled: bool, tip: str) -> None:
        """Enable the side or not, as a bone in the midline has none; the tip says so."""
        for widget in (self._ui.sideComboBox, self._ui.sideLabel):
            widget.enabled = enabled
            widget.toolTip = tip

    def set_segmentation(self, node: Any | None) -> None:
        """Let *Show 3D* act on a vtkMRMLSegmentationNode."""
        self._ui.show3DButton.setSegmentationNode(node)

    def show_progress(self, fraction: float | None, stage: str = "") -> None:
        """Show the fraction done, 0–1, and the stage; None hides the bar."""
        show_fraction(self._ui.progressBar, fraction, stage)

    def show_status(self, text: str, kind: str = "info") -> None:
        """Show one message: kind is ``"info"``, ``"done"`` or ``"error"``."""
        show_message(self._ui.statusLabel, text, kind)

    def show_warnings(self, warnings: Iterable[str]) -> None:
        """Show warnings, a line each, or hide the place for them."""
        label = self._ui.warningsLabel
        label.text = "\n".join(f"⚠ {warning}" for warning in warnings)
        label.visible = bool(label.text)
