"""The section *View* on the page."""

from __future__ import annotations

from typing import Any

from trame.widgets import html
from trame.widgets.vuetify3 import VBtn, VRangeSlider, VSlider, VSwitch, VTextField
from trame_slicer.segmentation import SegmentationOpacityEnum

from ..edit.logic import EditLogic
from .logic import DisplayLogic


class DisplayPanel:
    """Window, opacities, crosshair, oblique slice."""

    def __init__(self, logic: DisplayLogic, edit: EditLogic) -> None:
        name = logic.name
        _title("Window")
        VRangeSlider(
            v_model=(name.window,),
            min=(name.lowest,),
            max=(name.highest,),
            step=(name.step,),
            hide_details=True,
            strict=True,
            name="Window",
        )
        with html.Div(classes="d-flex my-1", style="gap: 8px"):
            for place, label in enumerate(("Black at", "White at")):
                values = [f"{name.window}[0]", f"{name.window}[1]"]
                values[place] = "Number($event.target.value)"
                VTextField(
                    model_value=(f"{name.window}[{place}]",),
                    change=f"{name.window} = [{', '.join(values)}]",
                    label=label,
                    type="number",
                    hide_details=True,
                    density="compact",
                )
        VBtn("Reset the window", size="small", variant="text", click=logic.reset_window)
        self._overlay(edit)
        _title("Crosshair")
        VSwitch(v_model=(name.has_crosshair,), label="Show where the slices cross", **_COMPACT)
        VSwitch(
            v_model=(name.moves_slices,),
            disabled=(f"!{name.has_crosshair}",),
            label="Drag and turn the slices",
            **_COMPACT,
        )
        _title("Oblique slice")
        _slider("Tilt", name.tilt, min=-90, max=90, step=1, thumb_label=True)
        _slider("Turn", name.turn, min=-90, max=90, step=1, thumb_label=True)

    def _overlay(self, edit: EditLogic) -> None:
        display = edit.name.segment_display
        _title("Bones")
        _slider("In slices", display.opacity_2d.value, min=0, max=1, step=0.01)
        _slider("In 3D", display.opacity_3d.value, min=0, max=1, step=0.01)
        encode = edit._typed_state.encode
        both, outline = map(encode, (SegmentationOpacityEnum.BOTH, SegmentationOpacityEnum.OUTLINE))
        VSwitch(
            v_model=(display.opacity_mode,),
            true_value=(repr(outline),),
            false_value=(repr(both),),
            label="Outlines only",
            **_COMPACT,
        )


_COMPACT: dict[str, Any] = {"density": "compact", "hide_details": True, "color": "primary"}


def _title(text: str) -> None:
    html.Div(text, classes="text-subtitle-2 mt-2")


def _slider(label: str, name: Any, **kwargs: Any) -> None:
    # Its thumb is called by the name, not by the label.
    VSlider(
        v_model=(name,), label=label, name=label, hide_details=True, density="compact", **kwargs
    )
