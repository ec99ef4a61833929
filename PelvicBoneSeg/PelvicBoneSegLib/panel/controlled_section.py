"""A section whose controller does it all."""

from __future__ import annotations

from typing import Any, Protocol

from .section import Section


class Controller(Protocol):
    """What a section passes its events on to: see `Section`."""

    def refresh(self) -> None:  # noqa: D102
        ...

    def scene_closing(self) -> None:  # noqa: D102
        ...

    def node_removed(self, node: Any) -> None:  # noqa: D102
        ...

    def shut_down(self) -> None:  # noqa: D102
        ...


class ControlledSection(Section):
    """Passes events on to its controller.

    Attributes
    ----------
    controller
        Set by the section when it is made.
    """

    controller: Controller

    def refresh(self) -> None:
        """Follow a choice."""
        self.controller.refresh()

    def scene_closing(self) -> None:
        """Let go of all nodes: they are about to go."""
        self.controller.scene_closing()

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        self.controller.node_removed(node)

    def shut_down(self) -> None:
        """Stop for good."""
        self.controller.shut_down()
