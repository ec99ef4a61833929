"""The section *Review*."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ...errors import PelvicBoneSegError
from ...scene.review.bone_row import BoneRow, bone_rows, next_doubtful
from ...scene.review.editor_node import find_editor_node, select_segment, selected_segment
from ...scene.review.slice_jump import bone_centre, jump_to
from ...scene.review.status import mark_completed
from ..chosen_node import ChosenNode
from ..failure import explain
from ..section import Section
from ..session import Session
from .view import ReviewView


class ReviewSection(Section):
    """From doubt to doubt through the slices, and the status of each bone."""

    UI_FILE = "Review.ui"
    PAGE = "correctPage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self._view = ReviewView(ui)
        self._chosen = ChosenNode(session, "segmentation")
        self._observations = VTKObservationMixin()
        self._node: Any = None
        self._rows: tuple[BoneRow, ...] = ()
        self._here: tuple[str, int] | None = None
        ui.reviewTableWidget.connect("currentCellChanged(int,int,int,int)", self._on_cell)
        # The current cell again, when the slice views have gone elsewhere.
        ui.reviewTableWidget.connect("cellClicked(int,int)", self._on_cell)
        ui.nextDoubtfulButton.connect("clicked()", self.go_to_next)
        ui.previousDoubtfulButton.connect("clicked()", self.go_to_previous)
        ui.completeSegmentButton.connect("clicked()", self.complete)
        ui.reviewSegmentsTableView.connect(
            "selectionChanged(QItemSelection,QItemSelection)", self._on_segment
        )

    def refresh(self) -> None:
        """Follow a choice, or what a run wrote."""
        self._observe(self._chosen.get())
        self._show()

    def exit(self) -> None:
        """Let the segmentation go: another module may edit it stroke by stroke."""
        self._observe(None)

    def scene_closing(self) -> None:
        """Let go of all nodes."""
        self._observe(None)
        self._show()

    def node_removed(self, node: Any) -> None:
        """Let go of a segmentation that is leaving the scene."""
        if self._chosen.is_leaving(node):
            self.refresh()

    def shut_down(self) -> None:
        """Let go of everything for good."""
        self._observe(None)
        self._ui.reviewSegmentsTableView.setSegmentationNode(None)
        self._ui.reviewSegmentsTableView.setMRMLScene(None)

    def go_to_next(self) -> None:
        """Go to the next doubtful slice."""
        self._go_to_doubtful(1)

    def go_to_previous(self) -> None:
        """Go back to the doubtful slice before this one."""
        self._go_to_doubtful(-1)

    def complete(self) -> None:
        """Mark the chosen bone as completed and go to the next doubtful slice."""
        segment_id = self._selected()
        if segment_id is not None:
            mark_completed(self._node, segment_id)
            self._go_to_doubtful(1)

    # --- going there ---------------------------------------------------------------------------

    def _on_cell(self, place: int, index: int) -> None:
        cell = self._view.strip.cell(place, index)
        if cell is not None:
            self._go_to(*cell)

    def _go_to_doubtful(self, step: int) -> None:
        found = next_doubtful(self._rows, self._here, step)
        if found is None:
            self._view.show_doubt(self._rows)
        else:
            self._go_to(*found)

    def _go_to(self, segment_id: str, index: int) -> None:
        self._here = segment_id, index
        self._view.strip.set_current(segment_id, index)
        select_segment(slicer.mrmlScene, segment_id)
        self._observe(self._node)
        self._show_selected()
        text = self._view.strip.describe(segment_id, index)
        try:
            centre = bone_centre(self._node, segment_id, index)
        except PelvicBoneSegError as error:  # shown: the slice views stay where they are
            self._view.show_slice(explain(error))
            return
        if centre is None:
            text = _("{slice}. Nothing of it is left there.").format(slice=text)
        else:
            jump_to(slicer.mrmlScene, centre)
        self._view.show_slice(text)

    # --- the scene -----------------------------------------------------------------------------

    def _observe(self, node: Any | None) -> None:
        """Follow a segmentation, and the choice of one of its segments."""
        scene = slicer.mrmlScene if node is not None else None
        editor = find_editor_node(scene) if scene is not None else None
        events = slicer.vtkSegmentation
        wanted = [
            (scene, slicer.vtkMRMLScene.NodeAddedEvent, self._on_node_added),
            (node, vtk.vtkCommand.ModifiedEvent, self._on_segmentation),
            (node, events.SegmentAdded, self._on_segmentation),
            (node, events.SegmentRemoved, self._on_segmentation),
            (node, events.SegmentModified, self._on_segmentation),
            (editor, vtk.vtkCommand.ModifiedEvent, self._on_selected),
        ]
        if node is not self._node:
            self._observations.removeObservers()
            self._here = None
        self._node = node
        for observed, event, method in wanted:
            if observed is not None and not self._observations.hasObserver(observed, event, method):
                self._observations.addObserver(observed, event, method)

    def _show(self) -> None:
        self._rows = bone_rows(self._node) if self._node is not None else ()
        self._view.show_segmentation(self._node, self._rows, not self._session.editor_is_open)
        if self._here is None:
            self._view.show_doubt(self._rows)
        self._show_selected()

    def _show_selected(self) -> None:
        self._view.show_selected(self._selected())

    def _selected(self) -> str | None:
        return None if self._node is None else selected_segment(slicer.mrmlScene, self._node)

    def _on_segmentation(self, caller: Any, event: str) -> None:
        self._show()

    def _on_node_added(self, caller: Any, event: str) -> None:
        # It may be the node that keeps the choice.
        self._observe(self._node)

    def _on_selected(self, caller: Any, event: str) -> None:
        self._show_selected()

    def _on_segment(self) -> None:
        selected = self._ui.reviewSegmentsTableView.selectedSegmentIDs()
        if selected and self._node is not None and selected[0] != self._selected():
            select_segment(slicer.mrmlScene, selected[0])
            self._observe(self._node)
            self._show_selected()
