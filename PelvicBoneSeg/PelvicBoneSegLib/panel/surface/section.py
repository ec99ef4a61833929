"""The section *3D*."""

from __future__ import annotations

from typing import Any

from ..section import Section
from ..session import Session
from .controller import SurfaceController
from .view import SurfaceView


class SurfaceSection(Section):
    """Smoothing, thin slices, and the bone in the middle of the view."""

    UI_FILE = "Surface.ui"
    PAGE = "measurePage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self.controller = SurfaceController(SurfaceView(ui), session)
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

    def refresh(self) -> None:
        """Follow a choice."""
        self.controller.refresh()

    def scene_closing(self) -> None:
        """Stop: the nodes are about to go."""
        self.controller.scene_closing()

    def node_removed(self, node: Any) -> None:
        """Stop what needs the node."""
        self.controller.node_removed(node)

    def shut_down(self) -> None:
        """Stop for good."""
        self.controller.shut_down()
