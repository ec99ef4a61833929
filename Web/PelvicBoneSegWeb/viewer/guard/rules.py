"""Which variables of the page a browser may set, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from trame_server.state import State
from trame_slicer.app.ui.segmentation import LogicalOperatorsSegmentationMode, SmoothingEffectMode
from trame_slicer.segmentation import (
    SegmentationIslandsMode,
    SegmentationOpacityEnum,
    SegmentationOverwriteMode,
)
from trame_slicer.segmentation.scissors_effect_parameters import (
    BrushInteractionMode,
    ScissorsEffectFillMode,
    ScissorsEffectRangeMode,
)

from PelvicBoneSegLib.anatomy import BONES

from ..display.logic import DisplayLogic
from ..layouts import LAYOUTS
from ..saving.logic import SaveLogic
from ..sections import SECTIONS
from ..segment.choices import DEVICE_TITLES, SIDE_TITLES
from ..segment.logic import SegmentLogic
from .values import Check, is_colour, is_flag, is_number, is_range, number, one_of, some_of, text

MOST_NAME = 64
"""Letters of a segment's name."""

_SLIDER, _RANGE_SLIDER = "SliderState__", "RangeSliderState__"


def page_rules(display: DisplayLogic, segment: SegmentLogic, saving: SaveLogic) -> dict[str, Check]:
    """Return the rules of our own controls."""
    shown, chosen = display.name, segment.name
    return {
        "section": one_of(SECTIONS),
        shown.window: lambda value: is_range(value, display.data.lowest, display.data.highest),
        shown.has_crosshair: is_flag,
        shown.moves_slices: is_flag,
        shown.adjusts_window: is_flag,
        shown.tilt: number(-90, 90),
        shown.turn: number(-90, 90),
        shown.layout: one_of(LAYOUTS),
        shown.is_dark: is_flag,
        chosen.bones: some_of(BONES),
        chosen.side: one_of(SIDE_TITLES),
        chosen.bundle: one_of(segment.bundles),
        chosen.device: one_of(DEVICE_TITLES),
        saving.name.problem: one_of([""]),
    }


def editor_rules(state: State) -> dict[str, Check]:
    """Return the rules of trame-slicer's segment editor."""
    area = "SegmentEditorState__segment_edit_area__SegmentEditAreaState__"
    mask = f"{area}mask_select__DynamicSelectState__"
    others = "LogicalOperatorsState__available_segments"
    return {
        "SegmentEditorState__segment_display__SegmentDisplayState__opacity_mode": _member(
            SegmentationOpacityEnum
        ),
        f"{area}overwrite_mode": _member(SegmentationOverwriteMode),
        f"{area}is_extended": is_flag,
        f"{mask}current_id": lambda value: (
            type(value) is int and value in [one["id"] for one in state[f"{mask}items"]]
        ),
        "VolumeIntensityRangeMaskState__is_visible": is_flag,
        "VolumeIntensityRangeMaskState__is_enabled": is_flag,
        "PaintEffectState__use_sphere_brush": is_flag,
        "DrawEffectState__brush_interaction_mode": _member(BrushInteractionMode),
        "ScissorsEffectState__brush_interaction_mode": _member(BrushInteractionMode),
        "ScissorsEffectState__fill_mode": _member(ScissorsEffectFillMode),
        "ScissorsEffectState__range_mode": _member(ScissorsEffectRangeMode),
        "ScissorsEffectState__symmetric_distance": number(0, 9999),
        "IslandsState__mode": _member(SegmentationIslandsMode),
        "IslandsState__minimum_size": lambda value: type(value) is int and 0 <= value < 2**31,
        "LogicalOperatorsState__logical_operator": _member(LogicalOperatorsSegmentationMode),
        "LogicalOperatorsState__reference_segment_id": lambda value: (
            value in [one["segment_id"] for one in state[others]]
        ),
        "SmoothingState__mode": _member(SmoothingEffectMode),
        # Wider ones would keep the process busy for minutes.
        "SmoothingState__kernel_size": number(0, 30),
        "SmoothingState__standard_deviation": number(0, 30),
        "SmoothingState__smoothing_factor": number(0, 1),
        "SmoothingState__brush__BrushParametersState__use_sphere_brush": is_flag,
        "SegmentEditState__segment_state__SegmentState__name": text(MOST_NAME),
        "SegmentEditState__segment_state__SegmentState__color": is_colour,
        "SegmentEditState__is_color_dialog_visible": is_flag,
    }


class StateRules:
    """Rules of all variables; those of sliders are their own ends.

    Parameters
    ----------
    state
        Of the page, as the server knows it.
    rules
        By variable. What is in none of them cannot be set.
    """

    def __init__(self, state: State, rules: Mapping[str, Check]) -> None:
        self._state = state
        self._rules = rules

    def allow(self, key: str, value: object) -> bool:
        """Return whether a browser may set a variable to a value."""
        if not self._state.has(key):
            return False
        if key.endswith(f"__{_SLIDER}value"):
            return is_number(value, *self._ends(key))
        if key.endswith(f"__{_RANGE_SLIDER}value"):
            return is_range(value, *self._ends(key))
        return key in self._rules and self._rules[key](value)

    def _ends(self, key: str) -> tuple[float, float]:
        stem = key.removesuffix("value")
        return self._state[f"{stem}min_value"], self._state[f"{stem}max_value"]


def _member(enumeration: type[Enum]) -> Check:
    # Not by going through it, which leaves the combinations of flags out.
    return one_of([one.value for one in enumeration.__members__.values()])
