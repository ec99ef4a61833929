"""The section *Segment*."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...scene.rerun import RerunMode
from ..dependencies import Dependencies
from ..section import Section
from ..session import Session
from .bone_choice import BoneChoice
from .controller import RunController
from .output import RunOutput
from .status import RunStatus
from .undo import RunUndo
from .view import RunView
from .warm_up import WarmUp


class RunSection(Section):
    """Bones, sides, *Segment*, progress and what came of it."""

    UI_FILE = "Run.ui"
    PAGE = "segmentPage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        dependencies = Dependencies(session.resources / "requirements.txt")
        view = RunView(ui)
        status = RunStatus(view)
        self.controller = RunController(view, status, session, dependencies)
        self._bones = BoneChoice(view, session)
        self._output = RunOutput(view, session)
        self._undo = RunUndo(view, session, status)
        self._warm_up = WarmUp(session, dependencies)
        ui.allBonesCheckBox.connect("clicked()", self._bones.tick_all)
        ui.segmentButton.connect("clicked()", self.controller.segment)
        ui.cancelButton.connect("clicked()", self.controller.cancel)
        for button, rerun in (
            (ui.replaceButton, RerunMode.REPLACE),
            (ui.keepBothButton, RerunMode.KEEP_BOTH),
            (ui.uneditedOnlyButton, RerunMode.UNEDITED_ONLY),
        ):
            button.connect("clicked()", partial(self.controller.answer, rerun))
        ui.undoRunButton.connect("clicked()", self._undo.undo)
        ui.copyLogButton.connect("clicked()", view.copy_log)

    def set_parameters(self, parameters: Any | None) -> None:
        """Take the volume of this parameter node, whose output goes with it."""
        self._output.take_volume()

    def refresh(self) -> None:
        """Follow a choice."""
        self._output.refresh()
        self._bones.refresh()
        self._undo.refresh()
        self.controller.refresh()
        self._warm_up.refresh()

    def enter(self) -> None:
        """Have the worker ready."""
        self._warm_up.set_in_view(True)
        self.controller.set_in_view(True)

    def exit(self) -> None:
        """Take the preview of a run out of the slice views. The run goes on."""
        self._warm_up.set_in_view(False)
        self.controller.set_in_view(False)

    def scene_closing(self) -> None:
        """Stop a run: its nodes are about to go."""
        self.controller.scene_closing()

    def node_removed(self, node: Any) -> None:
        """Stop a run that needs the node."""
        self.controller.node_removed(node)

    def shut_down(self) -> None:
        """Stop a run for good."""
        self.controller.shut_down()
        self._output.shut_down()
