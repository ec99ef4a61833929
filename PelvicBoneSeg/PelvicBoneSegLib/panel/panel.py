"""All sections of the panel, spoken to as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

from .comparison.section import ComparisonSection
from .edit.section import EditSection
from .export.section import ExportSection
from .measure.section import MeasureSection
from .models.section import ModelsSection
from .review.section import ReviewSection
from .run.section import RunSection
from .section import Section
from .session import Session
from .surface.section import SurfaceSection
from .training_case.section import TrainingCaseSection
from .verdict.section import VerdictSection

SECTIONS: tuple[type[Section], ...] = (
    VerdictSection,
    RunSection,
    ModelsSection,
    ReviewSection,
    EditSection,
    SurfaceSection,
    MeasureSection,
    ComparisonSection,
    ExportSection,
    TrainingCaseSection,
)
"""In the order in which they stand on their pages."""


class Panel:
    """Builds the sections into their pages and passes on what happens.

    Parameters
    ----------
    ui
        The named widgets of PelvicBoneSeg.ui.
    logic
        PelvicBoneSegLogic.
    resources
        The module's Resources folder.
    """

    def __init__(self, ui: Any, logic: Any, resources: Path | str) -> None:
        self.ui = ui
        self.session = Session(logic, Path(resources), self.refresh)
        self._is_shown = False
        self.sections: list[Section] = []
        self._widgets: list[Any] = []
        for kind in SECTIONS:
            widget = slicer.util.loadUI(str(self.session.resources / "UI" / kind.UI_FILE))
            getattr(ui, kind.PAGE).layout().addWidget(widget)
            widget.setMRMLScene(slicer.mrmlScene)
            section_ui = slicer.util.childWidgetVariables(widget)
            self._widgets.append(section_ui)
            self.sections.append(kind(section_ui, self.session))
        for page in {kind.PAGE for kind in SECTIONS}:
            getattr(ui, page).layout().addStretch(1)
        ui.stepsTabWidget.connect("currentChanged(int)", self._on_page_changed)
        self._on_page_changed()

    def widgets(self) -> list[Any]:
        """Return the named widgets of every .ui file, one object a file."""
        return [self.ui, *self._widgets]

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""
        self.session.parameters = parameters
        self._tell(lambda section: section.set_parameters(parameters))
        self.refresh()

    def refresh(self) -> None:
        """Bring all widgets in line. Volume and segmentation stay as they are during a run."""
        self.ui.headerFrame.enabled = not self.session.run_is_on
        self._tell(lambda section: section.refresh())
        if not self._is_shown:
            # A run ended meanwhile: what sections follow again is another module's now.
            self._tell(lambda section: section.exit())

    def enter(self) -> None:
        """Come into view: the user opens the module."""
        self._is_shown = True
        self._tell(lambda section: section.enter())
        self.refresh()

    def exit(self) -> None:
        """Go out of view: the user opens another module."""
        self._is_shown = False
        self._tell(lambda section: section.exit())

    def scene_closing(self) -> None:
        """Let go of all nodes: they are about to go."""
        self._tell(lambda section: section.scene_closing())
        self.set_parameters(None)

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        self._tell(lambda section: section.node_removed(node))

    def shut_down(self) -> None:
        """Stop for good: the module is closed or reloaded."""
        self._tell(lambda section: section.shut_down())

    def _on_page_changed(self) -> None:
        page = self.ui.stepsTabWidget.currentWidget().objectName
        self._tell(lambda section: section.page_shown(page == section.PAGE))

    def _tell(self, event: Callable[[Section], None]) -> None:
        for section in self.sections:
            event(section)
