"""The widgets of the section *Segment*: what each state looks like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import qt
from slicer.i18n import translate

from ...message import in_words
from ..stages import stage_in_words

_STATUS_COLOURS = {
    "info": "#6b7280",
    "done": "#2e8b57",
    "warning": "#d29922",
    "error": "#c0392b",
}
_STATUS_STYLE = (
    "QLabel {{ border: 0px solid {colour}; border-left-width: 3px; padding: 2px 0 2px 7px; }}"
)


def show_message(label: Any, text: str, kind: str = "info", tip: str = "") -> None:
    """Show a message in a label, or hide it; kind is one of `_STATUS_COLOURS`."""
    label.text = text
    label.toolTip = tip
    label.visible = bool(text)
    label.styleSheet = _STATUS_STYLE.format(colour=_STATUS_COLOURS[kind])


def show_fraction(bar: Any, fraction: float | None, stage: str, left: str = "") -> None:
    """Show the fraction done, 0–1, the stage and the time left; None hides the bar."""
    bar.visible = fraction is not None
    if fraction is not None:
        bar.value = round(100 * fraction)
        bar.format = " · ".join(filter(None, (stage_in_words(stage), "%p%", left)))


class RunView:
    """Shows things. Knows nothing of segmentation.

    Parameters
    ----------
    ui
        The named widgets of Run.ui, as `slicer.util.childWidgetVariables` gives them.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self.show_progress(None)
        self.show_warnings(())
        self.show_device("")
        self.ask("")

    def set_ready(self, ready: bool, tip: str) -> None:
        """Enable *Segment* or not; the tip says what it will do, or why it cannot."""
        self._ui.segmentButton.enabled = ready
        self._ui.segmentButton.toolTip = tip

    def set_running(self, running: bool) -> None:
        """Lock the choices during a run."""
        self._ui.bonesFrame.enabled = not running

    def set_cancel(self, possible: bool) -> None:
        """Enable *Cancel* or not."""
        self._ui.cancelButton.enabled = possible

    def set_all_bones(self, ticked: int, count: int) -> None:
        """Show in the box of all bones how many of them are ticked."""
        states = {0: qt.Qt.Unchecked, count: qt.Qt.Checked}
        self._ui.allBonesCheckBox.setCheckState(states.get(ticked, qt.Qt.PartiallyChecked))

    def set_side_enabled(self, enabled: bool, tip: str) -> None:
        """Enable the side or not, as a bone in the midline has none; the tip says so."""
        for widget in (self._ui.sideComboBox, self._ui.sideLabel):
            widget.enabled = enabled
            widget.toolTip = tip

    def set_segmentation(self, node: Any | None) -> None:
        """Let *Show 3D* act on a vtkMRMLSegmentationNode."""
        self._ui.show3DButton.setSegmentationNode(node)

    def set_undo(self, possible: bool, tip: str) -> None:
        """Enable *Undo run* or not; the tip says what it will take back, or why it cannot."""
        self._ui.undoRunButton.enabled = possible
        self._ui.undoRunButton.toolTip = tip

    def ask(self, question: str) -> None:
        """Ask what becomes of edited bones; nothing hides the question."""
        self._ui.rerunLabel.text = question
        self._ui.rerunFrame.visible = bool(question)

    def show_progress(self, fraction: float | None, stage: str = "", left: str = "") -> None:
        """Show the fraction done, 0–1, the stage and the time left; None hides the bar."""
        show_fraction(self._ui.progressBar, fraction, stage, left)

    def show_device(self, text: str) -> None:
        """Say where it is computed; nothing hides the line."""
        self._ui.runDeviceLabel.text = text
        self._ui.runDeviceLabel.visible = bool(text)

    def show_log(self, text: str) -> None:
        """Show what can be copied into a report."""
        self._ui.logTextEdit.plainText = text

    def copy_log(self) -> None:
        """Put all of the log onto the clipboard, and mark what was copied."""
        self._ui.logTextEdit.selectAll()
        self._ui.logTextEdit.copy()

    def show_status(self, text: str, kind: str = "info") -> None:
        """Show one message: kind is ``"info"``, ``"done"`` or ``"error"``."""
        show_message(self._ui.statusLabel, text, kind)

    def show_warnings(self, warnings: Iterable[str]) -> None:
        """Show warnings, a line each, or hide the place for them."""
        label = self._ui.warningsLabel
        label.text = "\n".join(f"⚠ {in_words(one, translate)}" for one in warnings)
        label.visible = bool(label.text)
