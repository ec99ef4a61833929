"""The section *Export*."""

from __future__ import annotations

from typing import Any

import qt

from ..file_section import FileSection
from ..session import Session
from .controller import ExportController
from .view import ExportView


class ExportSection(FileSection):
    """The visible segments of the chosen segmentation as files."""

    UI_FILE = "Export.ui"
    PAGE = "exportPage"
    FOLDER_SETTING = "exportFolder"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        view = ExportView(ui)
        view.set_folder(session.settings.get(self.FOLDER_SETTING, qt.QDir.homePath()))
        self.controller: ExportController = ExportController(
            view, session.logic, self._segmentation.get, self._timer
        )
        self._connect(ui.exportFolderButton)
        ui.exportButton.connect("clicked()", self.controller.export)
        ui.cancelExportButton.connect("clicked()", self.controller.cancel)

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""
        self.controller.set_parameters(parameters)
