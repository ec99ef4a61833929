"""The section *Edit* on the page: the parts of trame-slicer's editor, in our order."""

from __future__ import annotations

from typing import Any

from trame.widgets import html
from trame.widgets.vuetify3 import VBtn, VDivider
from trame_slicer.app.ui.segmentation import (
    DrawEffectUI,
    IslandsEffectUI,
    LogicalOperatorsEffectUI,
    PaintEffectUI,
    ScissorsEffectUI,
    SegmentEditAreaUI,
    SegmentEditorUI,
    SmoothingEffectUI,
    ThresholdEffectUI,
)
from trame_slicer.segmentation import (
    SegmentationEffect,
    SegmentationEffectDraw,
    SegmentationEffectErase,
    SegmentationEffectIslands,
    SegmentationEffectLogicalOperators,
    SegmentationEffectNoTool,
    SegmentationEffectPaint,
    SegmentationEffectScissors,
    SegmentationEffectSmoothing,
    SegmentationEffectThreshold,
)

from ..buttons import icon_button
from .segment_list import SegmentList

_EFFECT_UIS = {
    SegmentationEffectPaint: PaintEffectUI,
    SegmentationEffectErase: PaintEffectUI,
    SegmentationEffectScissors: ScissorsEffectUI,
    SegmentationEffectDraw: DrawEffectUI,
    SegmentationEffectLogicalOperators: LogicalOperatorsEffectUI,
    SegmentationEffectThreshold: ThresholdEffectUI,
    SegmentationEffectIslands: IslandsEffectUI,
    SegmentationEffectSmoothing: SmoothingEffectUI,
}


_TITLES = {
    SegmentationEffectNoTool: "No tool (Esc)",
    SegmentationEffectPaint: "Paint (P)",
    SegmentationEffectErase: "Erase (E)",
    SegmentationEffectScissors: "Scissors (S)",
}
"""Those with keys: see `keys`."""

_FLAT: dict[str, Any] = {"variant": "text", "density": "comfortable", "rounded": 0}


class EditPanel(SegmentEditorUI):
    """List of segments, tools, the tool's settings, and where may be edited."""

    def _build_ui(self) -> None:
        has_segments = f"{self._typed_state.name.segment_list.segments}.length > 0"
        with self:
            self.edit_ui._build_color_dialog()
            html.Div(
                "There is nothing to edit yet. Segment a bone first.",
                v_if=(f"!({has_segments})",),
                classes="text-medium-emphasis pa-2",
            )
            with html.Div(v_if=(has_segments,)):
                with html.Div(classes="d-flex align-center flex-wrap pbs-tools"):
                    self.build_effect_buttons()
                    self.build_undo_redo_buttons()
                VDivider(classes="my-1")
                for effect, ui in _EFFECT_UIS.items():
                    self._register_effect_ui(effect, ui)
                SegmentList(
                    self.server,
                    self._typed_state.name.segment_list,
                    self.edit_ui._build_name_textfield,
                    choose=self.select_segment_clicked,
                    colour=self.edit_segment_color_clicked,
                    show=self.toggle_segment_visibility_clicked,
                    delete=self.delete_segment_clicked,
                )
                VBtn(
                    "Add segment",
                    prepend_icon="mdi-plus",
                    variant="text",
                    size="small",
                    click=self.add_segment_clicked,
                )
                VDivider(classes="my-1")
                SegmentEditAreaUI(
                    segment_edit_area_typed_state=self.sub_state(
                        self._typed_state.name.segment_edit_area
                    ),
                    variant="flat",
                )

    def build_undo_redo_buttons(self) -> None:
        """Add two buttons."""
        name = self._typed_state.name
        for icon, title, click, is_possible in (
            ("mdi-undo", "Undo (Ctrl+Z)", self.undo_clicked, name.can_undo),
            ("mdi-redo", "Redo (Ctrl+Y)", self.redo_clicked, name.can_redo),
        ):
            icon_button(icon, title, click=click, disabled=(f"!{is_possible}",), **_FLAT)

    def _create_effect_button(
        self, name: str, icon: str, effect_type: type[SegmentationEffect], **kwargs: Any
    ) -> None:
        title = _TITLES.get(effect_type, name)
        active = self.is_active_effect(effect_type)
        icon_button(
            icon,
            title,
            click=lambda: self.effect_button_clicked(effect_type),
            active=active,
            raw_attrs=[f':aria-pressed="{active[0]}"'],
            **_FLAT,
        )
