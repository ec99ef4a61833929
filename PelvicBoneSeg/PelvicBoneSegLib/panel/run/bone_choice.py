"""Which bones, and of which side."""

from __future__ import annotations

from typing import Any

import slicer.util
from slicer.i18n import tr as _

from ..choices import BONE_PARAMETERS, chosen_bones, have_sides
from ..session import Session
from .view import RunView


class BoneChoice:
    """Keeps the box of all bones and the side in line with the bones' own boxes.

    Parameters
    ----------
    view
        The widgets.
    session
        Has the parameter node, which the bones' boxes are connected to.
    """

    def __init__(self, view: RunView, session: Session) -> None:
        self._view = view
        self._session = session

    def tick_all(self) -> None:
        """Tick every bone, or none where all are ticked: *All bones* was clicked."""
        parameters = self._session.parameters
        if parameters is None:
            return
        wanted = len(chosen_bones(parameters)) < len(BONE_PARAMETERS)
        with slicer.util.NodeModify(parameters):
            for field in BONE_PARAMETERS.values():
                setattr(parameters, field, wanted)

    def refresh(self) -> None:
        """Follow the choice."""
        parameters: Any = self._session.parameters
        bones = chosen_bones(parameters) if parameters else ()
        self._view.set_all_bones(len(bones), len(BONE_PARAMETERS))
        has_sides = not bones or have_sides(bones)
        self._view.set_side_enabled(
            has_sides,
            _("The patient's side, not the screen's.")
            if has_sides
            else _("The chosen bones lie in the midline and have no side."),
        )
