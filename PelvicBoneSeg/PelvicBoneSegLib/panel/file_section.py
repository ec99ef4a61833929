"""A section that writes the chosen segmentation into files."""

from __future__ import annotations

from typing import Any, Protocol

import qt

from .followed_segmentation import FollowedSegmentation
from .section import Section
from .session import Session


class Controller(Protocol):
    """What the section needs of its controller."""

    def refresh(self) -> None:  # noqa: D102
        ...

    def poll(self) -> None:  # noqa: D102
        ...

    def shut_down(self) -> None:  # noqa: D102
        ...


class FileSection(Section):
    """Follows the segmentation while it can be seen, and remembers the folder.

    Files that are being written have copies of all nodes: they are written to the end when the
    scene is closed.

    Attributes
    ----------
    FOLDER_SETTING
        Key of the user's settings.
    controller
        Set by the section when it is made.
    """

    FOLDER_SETTING: str
    controller: Controller

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._segmentation = FollowedSegmentation(session, self._show)
        self._timer = qt.QTimer()

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
        """Let go of all nodes."""
        self._segmentation.let_go()

    def node_removed(self, node: Any) -> None:
        """Let go of a segmentation that is leaving the scene."""
        if self._segmentation.is_leaving(node):
            self.refresh()

    def shut_down(self) -> None:
        """Stop for good."""
        self._segmentation.let_go()
        self.controller.shut_down()

    def _connect(self, folder_button: Any) -> None:
        """Hear of the timer and of the ctkDirectoryButton."""
        self._timer.connect("timeout()", self.controller.poll)
        folder_button.connect("directoryChanged(QString)", self._on_folder)

    def _show(self) -> None:
        self.controller.refresh()

    def _on_folder(self, path: str) -> None:
        self._session.settings.set(self.FOLDER_SETTING, path)
        self._show()
