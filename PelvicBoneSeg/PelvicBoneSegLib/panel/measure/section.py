"""The section *Measure*."""

from __future__ import annotations

from typing import Any

from ..section import Section
from ..session import Session
from .controller import MeasureController
from .view import MeasureView


class MeasureSection(Section):
    """A table of the bones, to copy and to export."""

    UI_FILE = "Measure.ui"
    PAGE = "measurePage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self.controller = MeasureController(MeasureView(ui), session)
        ui.measureButton.connect("clicked()", self.controller.measure)
        ui.copyMeasurementsButton.connect("clicked()", self.controller.copy)
        ui.exportMeasurementsButton.connect("clicked()", self.controller.export)

    def refresh(self) -> None:
        """Follow a choice."""
        self.controller.refresh()

    def scene_closing(self) -> None:
        """Let go: the nodes are about to go."""
        self.controller.scene_closing()

    def node_removed(self, node: Any) -> None:
        """Let go of the node."""
        self.controller.node_removed(node)

    def shut_down(self) -> None:
        """Stop for good."""
        self.controller.shut_down()
