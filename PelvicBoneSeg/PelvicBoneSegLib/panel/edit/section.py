"""The section *Edit*."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..chosen_node import ChosenNode
from ..section import Section
from ..session import Session
from .embedded_editor import EmbeddedEditor

PAINT = "Paint"
"""The effect that an annotator begins with. A network's bone is wrong by a few pixels along its
edge in a few slices: a brush adds them in one stroke, where Draw wants a closed outline."""

FILL = "Fill between slices"
"""Names of effects as in qMRMLSegmentEditorWidget.cxx, where they are not translated."""


class EditSection(Section):
    """Slicer's segment editor on the chosen segmentation and volume.

    The editor is made when it is first needed: it makes all its effects then.
    """

    UI_FILE = "Edit.ui"
    PAGE = "correctPage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._segmentation = ChosenNode(session, "segmentation")
        self._volume = ChosenNode(session, "inputVolume")
        self._entered = True
        self._page_is_shown = False
        self._editor: EmbeddedEditor | None = None
        self._observations = VTKObservationMixin()
        session.write_listeners.append(self)
        ui.editCollapsibleButton.connect("contentsCollapsed(bool)", self._on_collapsed)
        ui.paintButton.connect("clicked()", self.paint)
        ui.fillButton.connect("clicked()", self.fill)

    def refresh(self) -> None:
        """Follow a choice, a run, a page."""
        segmentation, volume = self._segmentation.get(), self._volume.get()
        message = self._message(segmentation, volume)
        self._ui.editMessageLabel.text = message
        self._ui.editMessageLabel.visible = bool(message)
        self._ui.editorPlace.visible = segmentation is not None
        for button in (self._ui.paintButton, self._ui.fillButton):
            button.enabled = not message
        if segmentation is not None and self._is_in_front():
            if self._editor is None:
                self._editor = EmbeddedEditor(self._ui.editorPlace.layout())
            self._observe(segmentation)
            self._editor.edit(segmentation, volume, self._session.run_is_on)
        elif self._editor is not None:
            self._observe(None)
            self._editor.rest()

    def enter(self) -> None:
        """Come into view."""
        self._entered = True
        self.refresh()

    def exit(self) -> None:
        """Go out of view: views and keys are another module's now."""
        self._entered = False
        self.refresh()

    def page_shown(self, shown: bool) -> None:
        """Take up the views, or let go of them."""
        self._page_is_shown = shown
        self.refresh()

    def scene_closing(self) -> None:
        """Let go of all nodes."""
        self._observe(None)
        if self._editor is not None:
            self._editor.scene_closing()

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        if self._editor is not None:
            self._editor.node_removed(node)
        if self._segmentation.is_leaving(node) or self._volume.is_leaving(node):
            self.refresh()

    def shut_down(self) -> None:
        """Let go of everything for good."""
        self._session.write_listeners.remove(self)
        self._observe(None)
        if self._editor is not None:
            self._editor.shut_down()
            self._editor = None

    def before_run_writes(self) -> None:
        """Keep what the editor's *Undo* leads back to: a run is about to write segments."""
        if self._editor is not None:
            self._editor.before_writing(self._segmentation.get())

    def after_run_writes(self) -> None:
        """Show what a run wrote."""
        if self._editor is not None:
            self._editor.after_writing()

    def paint(self) -> None:
        """Paint on the bone that was looked at last."""
        self._activate(PAINT)

    def fill(self) -> None:
        """Interpolate between slices."""
        self._activate(FILL)

    def _activate(self, effect: str) -> None:
        self.refresh()
        if self._editor is not None and self._ui.paintButton.enabled:
            self._editor.activate(effect)

    def _on_collapsed(self) -> None:
        self._session.editor_is_open = not self._ui.editCollapsibleButton.collapsed
        self._session.notify()

    def _observe(self, segmentation: Any | None) -> None:
        """Notice when the segment that is edited goes."""
        event = slicer.vtkSegmentation.SegmentRemoved
        if segmentation is None:
            self._observations.removeObservers()
        elif not self._observations.hasObserver(segmentation, event, self._on_segment_removed):
            self._observations.removeObservers()
            self._observations.addObserver(segmentation, event, self._on_segment_removed)

    def _on_segment_removed(self, caller: Any, event: str) -> None:
        self.refresh()

    def _is_in_front(self) -> bool:
        return (
            self._entered and self._page_is_shown and not self._ui.editCollapsibleButton.collapsed
        )

    def _message(self, segmentation: Any | None, volume: Any | None) -> str:
        if segmentation is None:
            return _("Choose a segmentation under Result, or segment a scan first.")
        if volume is None:
            return _("Choose the volume that the segmentation belongs to.")
        if self._session.run_is_on:
            return _("A run is on. Editing goes on when it has ended.")
        return ""
