"""The section *Save as training case*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt

from ..chosen_node import ChosenNode
from ..file_section import FileSection
from ..session import Session
from .controller import TrainingCaseController
from .view import TrainingCaseView

DEFAULT_FOLDER = "PelvicBoneSeg cases"
"""In the home folder; made when the first case is saved."""


class TrainingCaseSection(FileSection):
    """The scan and its corrected bones into a dataset to train with."""

    UI_FILE = "TrainingCase.ui"
    PAGE = "exportPage"
    FOLDER_SETTING = "trainingFolder"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._volume = ChosenNode(session, "inputVolume")
        view = TrainingCaseView(ui)
        default = str(Path(qt.QDir.homePath()) / DEFAULT_FOLDER)
        view.set_folder(session.settings.get(self.FOLDER_SETTING, default))
        self.controller: TrainingCaseController = TrainingCaseController(
            view, session.logic, self._volume.get, self._segmentation.get, self._timer
        )
        self._connect(ui.trainingFolderButton)
        ui.saveCaseButton.connect("clicked()", self.controller.save)
        ui.newCaseNameButton.connect("clicked()", self.controller.offer_name)
        ui.caseNameLineEdit.connect("textChanged(QString)", self._on_name)

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        super().node_removed(node)
        if self._volume.is_leaving(node):
            self.refresh()

    def _on_name(self, text: str) -> None:
        self._show()
