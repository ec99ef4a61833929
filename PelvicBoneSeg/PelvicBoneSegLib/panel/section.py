"""What every part of the panel is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .session import Session


class Section:
    """A part of the panel: the widgets of one .ui file and what they do.

    Every method does nothing here; a section overrides those that concern it.

    Parameters
    ----------
    ui
        The named widgets of the .ui file, as `slicer.util.childWidgetVariables` gives them.
    session
        What all sections share.

    Attributes
    ----------
    UI_FILE
        Name of the file in Resources/UI. Its root is a qMRMLWidget, which is given the scene.
    PAGE
        Name of the page of PelvicBoneSeg.ui that the section stands on.
    """

    UI_FILE: str
    PAGE: str

    def __init__(self, ui: Any, session: Session) -> None:
        self._ui = ui
        self._session = session

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""

    def refresh(self) -> None:
        """Bring the widgets in line: a choice or the state of a run has changed."""

    def enter(self) -> None:
        """Come into view: the user opens the module."""

    def exit(self) -> None:
        """Go out of view: the user opens another module."""

    def page_shown(self, shown: bool) -> None:
        """Come to the front with the section's page, or go behind another page."""

    def scene_closing(self) -> None:
        """Let go of all nodes: they are about to go."""

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""

    def shut_down(self) -> None:
        """Stop for good: the module is closed or reloaded."""
