"""The section *Measure* on the page."""

from __future__ import annotations

from trame.widgets import html
from trame.widgets.vuetify3 import VAlert, VBtn, VProgressLinear

from .logic import MeasureLogic


class MeasurePanel:
    """A button and the table."""

    def __init__(self, logic: MeasureLogic) -> None:
        name = logic.name
        html.Div(
            "Volumes, surfaces, extents and the heads of the femurs.",
            classes="text-medium-emphasis text-body-2 mb-2",
        )
        VBtn(
            "Measure",
            color="primary",
            disabled=(f"!has_segmentation || {name.fraction} >= 0",),
            click=logic.measure,
            classes="mb-2",
        )
        VProgressLinear(
            v_if=(f"{name.fraction} >= 0",), model_value=(name.fraction,), height=6, rounded=True
        )
        html.Div(
            "There is nothing to measure yet. Segment a bone first.",
            v_if=("!has_segmentation",),
            classes="text-medium-emphasis",
        )
        VAlert(
            f"{{{{ {name.problem} }}}}",
            v_if=(name.problem,),
            type="error",
            variant="tonal",
            density="compact",
        )
        VAlert(
            "Segments were changed since. Measure again.",
            v_if=(name.is_outdated,),
            type="warning",
            variant="tonal",
            density="compact",
            classes="mb-2",
        )
        with html.Div(v_if=(f"{name.rows}.length",), classes="pbs-table"), html.Table():
            with html.Thead(), html.Tr():
                html.Th("{{ title }}", v_for=f"title in {name.titles}", key="title")
            with (
                html.Tbody(),
                html.Tr(v_for=f"(row, place) in {name.rows}", key="place"),
            ):
                html.Td("{{ cell }}", v_for="(cell, column) in row", key="column")
        html.Div(
            "{{ note }}", v_for=f"note in {name.notes}", key="note", classes="text-caption mt-1"
        )
