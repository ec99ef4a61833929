"""The section *3D*."""

from __future__ import annotations

from typing import Any

from ..controlled_section import ControlledSection
from ..session import Session
from .controller import SurfaceController
from .view import SurfaceView


class SurfaceSection(ControlledSection):
    """Smoothing, thin slices, and the bone in the middle of the view."""

    UI_FILE = "Surface.ui"
    PAGE = "measurePage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self.controller: SurfaceController = SurfaceController(SurfaceView(ui), session)
        session.write_listeners.append(self)
        ui.isotropicButton.connect("clicked()", self.controller.make_isotropic)
        ui.cancelIsotropicButton.connect("clicked()", self.controller.cancel)
        ui.centreButton.connect("clicked()", self.controller.centre)

    def before_run_writes(self) -> None:
        """Nothing is held on to that a run could write."""

    def after_run_writes(self) -> None:
        """Measure again."""
        self.controller.look_again()

    def page_shown(self, shown: bool) -> None:
        """Measure again what may have been edited on another page."""
        self.controller.page_shown(shown)
