"""The section *Measure*."""

from __future__ import annotations

from typing import Any

from ..controlled_section import ControlledSection
from ..session import Session
from .controller import MeasureController
from .view import MeasureView


class MeasureSection(ControlledSection):
    """A table of the bones, to copy and to export."""

    UI_FILE = "Measure.ui"
    PAGE = "measurePage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self.controller: MeasureController = MeasureController(MeasureView(ui), session)
        ui.measureButton.connect("clicked()", self.controller.measure)
        ui.copyMeasurementsButton.connect("clicked()", self.controller.copy)
        ui.exportMeasurementsButton.connect("clicked()", self.controller.export)
