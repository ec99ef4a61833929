"""The section *Save as training case*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt

from ..chosen_node import ChosenNode
from ..followed_segmentation import FollowedSegmentation
from ..section import Section
from ..session import Session
from .controller import TrainingCaseController
from .view import TrainingCaseView

FOLDER_SETTING = "trainingFolder"
DEFAULT_FOLDER = "PelvicBoneSeg cases"
"""In the home folder; made when the first case is saved."""


class TrainingCaseSection(Section):
    """The scan and its corrected bones into a dataset to train with."""

    UI_FILE = "TrainingCase.ui"
    PAGE = "exportPage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._volume = ChosenNode(session, "inputVolume")
        self._segmentation = FollowedSegmentation(session, self._show)
        view = TrainingCaseView(ui)
        default = str(Path(qt.QDir.homePath()) / DEFAULT_FOLDER)
        view.set_folder(session.settings.get(FOLDER_SETTING, default))
        self._timer = qt.QTimer()
        self.controller = TrainingCaseController(
            view, session.logic, self._volume.get, self._segmentation.get, self._timer
        )
        self._timer.connect("timeout()", self.controller.poll)
        ui.saveCaseButton.connect("clicked()", self.controller.save)
        ui.newCaseNameButton.connect("clicked()", self.controller.offer_name)
        ui.caseNameLineEdit.connect("textChanged(QString)", self._on_name)
        ui.trainingFolderButton.connect("directoryChanged(QString)", self._on_folder)

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
        """Let go of all nodes. A case that is being written has copies of them."""
        self._segmentation.let_go()

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        leaving = (self._segmentation.is_leaving(node), self._volume.is_leaving(node))
        if any(leaving):
            self.refresh()

    def shut_down(self) -> None:
        """Wait for the case that is being written, and let go."""
        self._segmentation.let_go()
        self.controller.shut_down()

    def _show(self) -> None:
        self.controller.refresh()

    def _on_name(self, text: str) -> None:
        self._show()

    def _on_folder(self, path: str) -> None:
        self._session.settings.set(FOLDER_SETTING, path)
        self._show()
