"""The section *Edit* on the page: the parts of trame-slicer's editor, in our order."""

from __future__ import annotations

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
    SegmentationEffectDraw,
    SegmentationEffectErase,
    SegmentationEffectIslands,
    SegmentationEffectLogicalOperators,
    SegmentationEffectPaint,
    SegmentationEffectScissors,
    SegmentationEffectSmoothing,
    SegmentationEffectThreshold,
)

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
                self._create_segment_list()
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
