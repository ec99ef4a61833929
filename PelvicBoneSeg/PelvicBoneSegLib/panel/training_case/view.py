"""The widgets of the section *Save as training case*: what each state looks like."""

from __future__ import annotations

from typing import Any

from ..run.view import show_fraction, show_message


class TrainingCaseView:
    """Shows things. Knows nothing of training.

    Parameters
    ----------
    ui
        The named widgets of TrainingCase.ui, as `slicer.util.childWidgetVariables` gives them.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self.show_progress(None)
        self.show_status("")

    @property
    def folder(self) -> str:
        """The dataset folder."""
        return self._ui.trainingFolderButton.directory

    def set_folder(self, path: str) -> None:
        """Show a dataset folder."""
        self._ui.trainingFolderButton.directory = path

    @property
    def name(self) -> str:
        """The case's name, as it stands in the field."""
        return self._ui.caseNameLineEdit.text.strip()

    def set_name(self, name: str) -> None:
        """Offer a name."""
        self._ui.caseNameLineEdit.text = name

    def set_ready(self, ready: bool, tip: str) -> None:
        """Enable *Save training case* or not; the tip says what it will do, or why it cannot."""
        self._ui.saveCaseButton.enabled = ready
        self._ui.saveCaseButton.toolTip = tip

    def set_running(self, running: bool) -> None:
        """Lock the choices while files are written."""
        self._ui.trainingFrame.enabled = not running

    def show_bones(self, text: str) -> None:
        """Show which bones would be saved, or why none can be."""
        self._ui.trainingBonesLabel.text = text

    def show_progress(self, fraction: float | None, stage: str = "") -> None:
        """Show the fraction done, 0–1; None hides the bar."""
        show_fraction(self._ui.trainingProgressBar, fraction, stage)

    def show_status(self, text: str, kind: str = "info", tip: str = "") -> None:
        """Show one message: kind is as in `show_message`; the tip has what is too long for it."""
        show_message(self._ui.trainingStatusLabel, text, kind, tip)
