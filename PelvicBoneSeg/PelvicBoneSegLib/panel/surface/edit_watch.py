"""Edits of a segmentation, heard of when they have come to rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer
from slicer.util import VTKObservationMixin

REST_MS = 250
"""A stroke follows the other faster than this."""


class EditWatch:
    """Tells that voxels of a segmentation were changed, or that segments were added or removed.

    Parameters
    ----------
    edited
        Called once for any number of edits that follow each other.
    """

    def __init__(self, edited: Callable[[], None]) -> None:
        self._edited = edited
        self._observations = VTKObservationMixin()
        self._rest = qt.QTimer()
        self._rest.setSingleShot(True)
        self._rest.connect("timeout()", edited)

    def follow(self, node: Any | None) -> None:
        """Follow this segmentation from now on, and no other; None follows nothing."""
        self._rest.stop()
        self._observations.removeObservers()
        if node is None:
            return
        events = slicer.vtkSegmentation
        for event in (
            events.SourceRepresentationModified,
            events.SegmentAdded,
            events.SegmentRemoved,
        ):
            self._observations.addObserver(node, event, self._on_edit)

    def expect(self) -> None:
        """Call back in a moment, as if there had been an edit."""
        self._rest.start(REST_MS)

    def shut_down(self) -> None:
        """Stop for good."""
        self.follow(None)
        self._rest.disconnect("timeout()", self._edited)

    def _on_edit(self, caller: Any, event: Any) -> None:
        self.expect()
