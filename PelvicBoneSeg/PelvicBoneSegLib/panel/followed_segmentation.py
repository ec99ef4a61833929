"""The chosen segmentation, heard of while a section is in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.util import VTKObservationMixin

from .chosen_node import ChosenNode
from .session import Session


class FollowedSegmentation:
    """Tells of changes to the chosen segmentation's list of segments, their status and display.

    Parameters
    ----------
    session
        Has the parameters.
    changed
        Called without arguments.
    """

    def __init__(self, session: Session, changed: Callable[[], None]) -> None:
        self._chosen = ChosenNode(session, "segmentation")
        self._changed = changed
        self._observations = VTKObservationMixin()
        self._node: Any = None
        self._shown = False
        self.get = self._chosen.get

    def follow(self, shown: bool | None = None) -> None:
        """Follow the node that is chosen now; none while the section is not shown."""
        self._shown = self._shown if shown is None else shown
        self._observe(self._chosen.get() if self._shown else None)

    def let_go(self) -> None:
        """Follow nothing until `follow` is called again."""
        self._observe(None)

    def is_leaving(self, node: Any) -> bool:
        """Hear of a node that is about to be removed; return whether it was this one."""
        return self._chosen.is_leaving(node)

    def _observe(self, node: Any | None) -> None:
        if node is self._node:
            return
        self._observations.removeObservers()
        self._node = node
        if node is None:
            return
        kinds = slicer.vtkSegmentation
        for event in (
            kinds.SegmentAdded,
            kinds.SegmentRemoved,
            kinds.SegmentModified,
            slicer.vtkMRMLDisplayableNode.DisplayModifiedEvent,
        ):
            self._observations.addObserver(node, event, self._on_change)

    def _on_change(self, caller: Any, event: Any) -> None:
        self._changed()
