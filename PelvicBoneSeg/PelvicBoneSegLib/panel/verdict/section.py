"""The section *Verdict*."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from ...segmentation.suitability import Verdict
from ..choices import chosen_bones
from ..models.device import remembered_device
from ..section import Section
from ..session import Session
from .timing import expected_time
from .view import VerdictView


class VerdictSection(Section):
    """Says what to expect of a run as soon as its scan is chosen.

    It follows the scan's node, its image and its transforms, and leaves the verdict in the session.
    """

    UI_FILE = "Verdict.ui"
    PAGE = "segmentPage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._view = VerdictView(ui)
        self._volume: Any = None
        self._tags: list[int] = []
        self._view.show(None, None, None)

    def refresh(self) -> None:
        """Judge anew: the scan, the bundle or the bones may be others."""
        parameters = self._session.parameters
        self._follow(parameters.inputVolume if parameters else None)
        self._judge()

    def exit(self) -> None:
        """Leave the scan alone while another module is shown."""
        self._follow(None)

    def scene_closing(self) -> None:
        """Let go of the scan."""
        self._follow(None)

    def node_removed(self, node: Any) -> None:
        """Let go of the scan where it is this node."""
        if node is self._volume:
            self._follow(None)
            self._show(None, "")

    def shut_down(self) -> None:
        """Let go of the scan for good."""
        self._follow(None)

    def _follow(self, volume: Any) -> None:
        if volume is self._volume:
            return
        for tag in self._tags:
            self._volume.RemoveObserver(tag)
        self._volume = volume
        self._tags = []
        if volume is not None:
            events = (
                vtk.vtkCommand.ModifiedEvent,
                slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent,
                slicer.vtkMRMLTransformableNode.TransformModifiedEvent,
            )
            self._tags = [volume.AddObserver(event, self._on_volume_changed) for event in events]

    def _on_volume_changed(self, caller: Any, event: str) -> None:
        before = self._session.verdict
        self._judge()
        after = self._session.verdict
        # A transform that is dragged changes the scan many times a second.
        if before is None or after is None or before.reasons != after.reasons:
            self._session.notify()

    def _judge(self) -> None:
        parameters = self._session.parameters
        if parameters is None or self._volume is None:
            self._show(None, "")
            return
        verdict = self._session.logic.judge(
            self._volume, parameters.bundle, chosen_bones(parameters)
        )
        self._show(verdict, parameters.bundle)

    def _show(self, verdict: Verdict | None, bundle: str) -> None:
        self._session.verdict = verdict
        settings = self._session.settings
        expected = expected_time(settings, verdict.facts, bundle) if verdict else None
        self._view.show(verdict, expected, remembered_device(settings))
