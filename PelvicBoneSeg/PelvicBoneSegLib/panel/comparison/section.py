"""The section *Compare with…*."""

from __future__ import annotations

from typing import Any

import qt

from ..controlled_section import ControlledSection
from ..session import Session
from .controller import ComparisonController
from .view import ComparisonView


class ComparisonSection(ControlledSection):
    """The chosen segmentation set beside another."""

    UI_FILE = "Comparison.ui"
    PAGE = "measurePage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._timer = qt.QTimer()
        self.controller: ComparisonController = ComparisonController(
            ComparisonView(ui), session.logic, self._timer
        )
        self._timer.connect("timeout()", self.controller.poll)
        ui.compareButton.connect("clicked()", self.controller.compare)
        ui.cancelComparisonButton.connect("clicked()", self.controller.cancel)
        ui.clearComparisonButton.connect("clicked()", self.controller.clear)

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""
        self.controller.set_parameters(parameters)
