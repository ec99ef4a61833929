"""The widgets of the section *Export*: what each state looks like."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ...scene.export.formats import MERGEABLE, WITH_COORDINATES
from ..choices import ExportFormat
from ..run.view import show_fraction, show_message


class ExportView:
    """Shows things. Knows nothing of files.

    Parameters
    ----------
    ui
        The named widgets of Export.ui, as `slicer.util.childWidgetVariables` gives them.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self.show_progress(None)
        self.show_status("")
        self.show_checks("")

    @property
    def folder(self) -> str:
        """The chosen folder."""
        return self._ui.exportFolderButton.directory

    def set_folder(self, path: str) -> None:
        """Show a folder."""
        self._ui.exportFolderButton.directory = path

    def set_ready(self, ready: bool, tip: str) -> None:
        """Enable *Export* or not; the tip says what it will do, or why it cannot."""
        self._ui.exportButton.enabled = ready
        self._ui.exportButton.toolTip = tip

    def set_running(self, running: bool, stopping: bool = False) -> None:
        """Lock the choices while files are written."""
        self._ui.exportFrame.enabled = not running
        self._ui.cancelExportButton.visible = running
        self._ui.cancelExportButton.enabled = running and not stopping

    def set_format(self, file_format: ExportFormat) -> None:
        """Offer the choices that the format has."""
        mergeable = file_format.value in MERGEABLE
        self._ui.exportMergedCheckBox.enabled = mergeable
        self._ui.exportMergedCheckBox.toolTip = (
            _("One file for all bones instead of one for each.")
            if mergeable
            else _("This format always holds all bones in one file.")
        )
        with_coordinates = file_format.value in WITH_COORDINATES
        for widget in (self._ui.exportCoordinatesComboBox, self._ui.exportCoordinatesLabel):
            widget.enabled = with_coordinates
            widget.toolTip = (
                _("Which way the axes in the file point. Most programs expect LPS.")
                if with_coordinates
                else _("This format lays down which way its axes point.")
            )

    def show_segments(self, text: str) -> None:
        """Say what would be exported, or why nothing can be."""
        self._ui.exportSegmentsLabel.text = text

    def show_progress(self, fraction: float | None, stage: str = "") -> None:
        """Show the fraction done, 0–1, and the bone; None hides the bar."""
        show_fraction(self._ui.exportProgressBar, fraction, stage)

    def show_status(self, text: str, kind: str = "info", tip: str = "") -> None:
        """Show one message: kind is as in `show_message`; the tip has what is too long for it."""
        show_message(self._ui.exportStatusLabel, text, kind, tip)

    def show_checks(self, text: str) -> None:
        """Show what was found in the files, or hide the place for it."""
        self._ui.exportChecksLabel.text = text
        self._ui.exportChecksLabel.visible = bool(text)
