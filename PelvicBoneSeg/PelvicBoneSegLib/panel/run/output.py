"""Where the bones go."""

from __future__ import annotations

from typing import Any

from ..session import Session
from .view import RunView


class RunOutput:
    """Forgets the output when another volume is chosen: its bones are another patient's.

    Parameters
    ----------
    view
        The widgets.
    session
        Has the parameter node with volume and output.
    """

    def __init__(self, view: RunView, session: Session) -> None:
        self._view = view
        self._session = session
        self._volume: Any = None

    def take_volume(self) -> None:
        """Take the volume of another parameter node, whose output goes with it."""
        parameters = self._session.parameters
        self._volume = parameters.inputVolume if parameters else None

    def refresh(self) -> None:
        """Follow the choice."""
        parameters = self._session.parameters
        if parameters is not None and not self._session.run_is_on:
            self._follow_volume(parameters)
        self._view.set_segmentation(parameters.segmentation if parameters else None)

    def shut_down(self) -> None:
        """Let go of the nodes."""
        self._volume = None
        self._view.set_segmentation(None)

    def _follow_volume(self, parameters: Any) -> None:
        volume, before = parameters.inputVolume, self._volume
        self._volume = volume
        if volume is before:
            return
        self._view.show_warnings(())
        self._view.show_device("")
        segmentation = parameters.segmentation
        if volume is None or segmentation is None:
            return
        role = segmentation.GetReferenceImageGeometryReferenceRole()
        if segmentation.GetNodeReference(role) not in (None, volume):
            parameters.segmentation = None
