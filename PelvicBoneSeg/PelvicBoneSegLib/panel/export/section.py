"""The section *Export*."""

from __future__ import annotations

from typing import Any

import qt

from ..followed_segmentation import FollowedSegmentation
from ..section import Section
from ..session import Session
from .controller import ExportController
from .view import ExportView

FOLDER_SETTING = "exportFolder"


class ExportSection(Section):
    """The visible segments of the chosen segmentation as files."""

    UI_FILE = "Export.ui"
    PAGE = "exportPage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._view = ExportView(ui)
        self._view.set_folder(session.settings.get(FOLDER_SETTING, qt.QDir.homePath()))
        self._segmentation = FollowedSegmentation(session, self._show)
        self._timer = qt.QTimer()
        self.controller = ExportController(
            self._view, session.logic, self._segmentation.get, self._timer
        )
        self._timer.connect("timeout()", self.controller.poll)
        ui.exportButton.connect("clicked()", self.controller.export)
        ui.cancelExportButton.connect("clicked()", self.controller.cancel)
        ui.exportFolderButton.connect("directoryChanged(QString)", self._on_folder)

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""
        self.controller.set_parameters(parameters)

    def refresh(self) -> None:
        """Follow a choice."""
        self._segmentation.follow()
        self._show()

    def page_shown(self, shown: bool) -> None:
        """Follow the segmentation while the section can be seen."""
        self._segmentation.follow(shown)
        self._show()

    def exit(self) -> None:
        """Let the segmentation go: another module may edit it stroke by stroke."""
        self._segmentation.let_go()

    def scene_closing(self) -> None:
        """Let go of all nodes. Files that are being written have copies of them."""
        self._segmentation.let_go()

    def node_removed(self, node: Any) -> None:
        """Let go of a segmentation that is leaving the scene."""
        if self._segmentation.is_leaving(node):
            self.refresh()

    def shut_down(self) -> None:
        """Stop an export for good."""
        self._segmentation.let_go()
        self.controller.shut_down()

    def _show(self) -> None:
        self.controller.refresh()

    def _on_folder(self, path: str) -> None:
        self._session.settings.set(FOLDER_SETTING, path)
        self.controller.refresh()
