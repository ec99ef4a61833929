"""A node of the scene's choices, until it leaves the scene."""

from __future__ import annotations

from typing import Any

from .session import Session


class ChosenNode:
    """What one parameter names.

    While a node is leaving the scene its parameter still names it; any refresh in that time would
    take it up again. So a node that is leaving counts as none.

    Parameters
    ----------
    session
        Has the parameters.
    name
        The parameter: ``"segmentation"`` or ``"inputVolume"``.
    """

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._leaving: Any = None

    def get(self) -> Any | None:
        """Return the node, or None."""
        parameters = self._session.parameters
        node = getattr(parameters, self._name) if parameters else None
        if node is not self._leaving:
            self._leaving = None
        return None if self._leaving is not None else node

    def is_leaving(self, node: Any) -> bool:
        """Hear of a node that is about to be removed; return whether it was this one."""
        if node is not self.get():
            return False
        self._leaving = node
        return True
