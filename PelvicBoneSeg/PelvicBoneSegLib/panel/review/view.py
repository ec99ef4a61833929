"""What the section *Review* shows."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ...scene.review.bone_row import BoneRow
from ...segmentation.result import LOW_CONFIDENCE
from .strip import Strip


class ReviewView:
    """Shows things. Knows nothing of the scene but the nodes that widgets ask for.

    Parameters
    ----------
    ui
        The named widgets of Review.ui.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self.strip = Strip(ui.reviewTableWidget)
        ui.reviewLegendLabel.text = _(
            "Each bar is a slice: the higher, the surer the network. Orange: doubtful, below "
            "{limit:g}."
        ).format(limit=LOW_CONFIDENCE)

    def show_segmentation(
        self, node: Any | None, rows: tuple[BoneRow, ...], with_table: bool
    ) -> None:
        """Show the bones of a vtkMRMLSegmentationNode, or say why there is nothing to show.

        The table of segments is left out where the editor below shows the same.
        """
        ui = self._ui
        ui.reviewSegmentsTableView.setSegmentationNode(node)
        ui.reviewSegmentsTableView.visible = node is not None and with_table
        ui.completeSegmentButton.visible = node is not None
        self.strip.show(rows)
        ui.reviewStripFrame.visible = bool(rows)
        ui.reviewEmptyLabel.text = _reason(node)
        ui.reviewEmptyLabel.visible = not rows

    def show_selected(self, segment_id: str | None) -> None:
        """Mark the bone that is looked at in the table of segments."""
        if segment_id is not None:
            self._ui.reviewSegmentsTableView.setSelectedSegmentIDs([segment_id])
        button = self._ui.completeSegmentButton
        button.enabled = segment_id is not None
        button.toolTip = (
            _("Choose a bone first: in the strip or in the table.")
            if segment_id is None
            else _("Set the status of the chosen bone to Completed and go to the next doubt.")
        )

    def show_slice(self, text: str) -> None:
        """Say in words what is looked at."""
        self._ui.reviewSliceLabel.text = text

    def show_doubt(self, rows: tuple[BoneRow, ...]) -> None:
        """Say how much there is to look at."""
        counts = [len(row.doubtful) for row in rows if row.doubtful and not row.completed]
        if not counts:
            self.show_slice(_("No doubtful slice."))
            return
        self.show_slice(
            _("Doubtful slices: {slices}, in bones: {bones}.").format(
                slices=sum(counts), bones=len(counts)
            )
        )


def _reason(node: Any | None) -> str:
    if node is None:
        return _("Choose a segmentation under Result, or segment a scan first.")
    return _(
        "'{name}' has no confidence by slice: it was not found by Segment, was made isotropic, or "
        "was loaded without its scene. Look through it slice by slice."
    ).format(name=node.GetName())
