"""The section *Download* on the page."""

from __future__ import annotations

from trame.widgets import html
from trame.widgets.vuetify3 import VList, VListItem

from ..measure.logic import MeasureLogic
from ..segment.logic import SegmentLogic
from .files import FORMATS


class DownloadPanel:
    """A link for each format."""

    def __init__(self, segment: SegmentLogic, measure: MeasureLogic) -> None:
        html.Div(
            "There is nothing to download yet. Segment a bone first.",
            v_if=("!has_segmentation",),
            classes="text-medium-emphasis",
        )
        with html.Div(v_if=("has_segmentation",)):
            html.Div(
                "Visible segments. Surfaces are in LPS, in mm.",
                classes="text-medium-emphasis text-body-2",
            )
            with VList(density="compact"):
                for file_format, title in FORMATS.items():
                    _link(title, file_format)
                _link(
                    "Table of measurements, CSV",
                    "table",
                    disabled=(f"!{measure.name.rows}.length",),
                )
                _link(
                    "Report of the run, JSON", "report", disabled=(f"!{segment.name.has_report}",)
                )


def _link(title: str, what: str, **kwargs: object) -> None:
    VListItem(
        title=title,
        href=f"download/{what}",
        prepend_icon="mdi-download",
        # Else it would be a way out of the page, and trame's client would close its connection.
        raw_attrs=["download"],
        **kwargs,
    )
