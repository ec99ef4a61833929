"""The section *Segment* on the page."""

from __future__ import annotations

from trame.widgets import html
from trame.widgets.vuetify3 import (
    VAlert,
    VBtn,
    VBtnToggle,
    VCheckbox,
    VProgressLinear,
    VSelect,
    VTooltip,
)

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.scene.rerun import RerunMode

from .choices import BONE_TITLES, DEVICE_TITLES, SIDE_TITLES, have_sides
from .logic import SegmentLogic

_ANSWERS = {
    RerunMode.UNEDITED_ONLY: "Keep edits",
    RerunMode.KEEP_BOTH: "Keep both",
    RerunMode.REPLACE: "Replace",
}


class SegmentPanel:
    """Form, progress, outcome and strip."""

    def __init__(self, logic: SegmentLogic) -> None:
        self._logic = logic
        self._name = logic.name
        self._form()
        self._verdict()
        self._start()
        self._question()
        self._outcome()
        self._strip()

    def _form(self) -> None:
        name = self._name
        with html.Div(classes="d-flex flex-wrap pbs-field"):
            for bone in BONES:
                VCheckbox(
                    v_model=(name.bones,),
                    value=bone,
                    label=BONE_TITLES[bone],
                    density="compact",
                    hide_details=True,
                    style="flex: 1 0 50%",
                )
        paired = " || ".join(
            f"{name.bones}.includes('{one}')" for one in BONES if have_sides([one])
        )
        with VBtnToggle(
            v_model=(name.side,),
            mandatory=True,
            density="compact",
            variant="outlined",
            divided=True,
            classes="pbs-field",
            disabled=(f"!({paired})",),
        ):
            for side, title in SIDE_TITLES.items():
                VBtn(title, value=side, size="small")
        devices = [{"title": title, "value": one} for one, title in DEVICE_TITLES.items()]
        with html.Div(classes="d-flex pbs-field", style="gap: 8px"):
            for variable, items, label in (
                (name.bundle, (name.bundles,), "Model"),
                (name.device, ("devices", devices), "Compute on"),
            ):
                VSelect(
                    v_model=(variable,),
                    items=items,
                    label=label,
                    density="compact",
                    hide_details=True,
                    style="flex: 1 1 0; min-width: 0",
                )

    def _verdict(self) -> None:
        name = self._name
        with VAlert(
            v_if=(f"{name.notes}.length",),
            type=(f"{{green: 'info', amber: 'warning', refused: 'error'}}[{name.level}]",),
            variant="tonal",
            density="compact",
            classes="pbs-field pbs-notes text-caption",
            raw_attrs=['tabindex="0"'],
        ):
            html.Div("{{ note }}", v_for=f"note in {name.notes}", key="note")

    def _start(self) -> None:
        name = self._name
        with html.Div(classes="d-flex pbs-field", style="gap: 8px"):
            with VBtn(
                "Segment",
                color="primary",
                disabled=(f"!{name.is_ready} || {name.is_running} || !!{name.question}",),
                click=self._logic.segment,
            ):
                VTooltip(f"{{{{ {name.tip} }}}}", activator="parent", location="top")
            VBtn(
                "Cancel",
                v_if=(f"{name.is_running} || {name.question}",),
                disabled=(f"{name.is_stopping}",),
                click=self._logic.cancel,
            )
            VBtn(
                "Undo run",
                v_if=(f"{name.undo_text} && !{name.is_running}",),
                disabled=(f"!!{name.undo_question}",),
                variant="text",
                click=self._logic.undo,
            )
        with html.Div(v_if=(name.is_running,), classes="pbs-field", raw_attrs=['role="status"']):
            VProgressLinear(model_value=(name.fraction,), height=6, rounded=True)
            html.Div(
                f"{{{{ {name.stage} }}}} "
                f'<span v-if="{name.running_on}">· {{{{ {name.running_on} }}}}</span>',
                classes="text-caption",
            )

    def _question(self) -> None:
        name = self._name
        with VAlert(v_if=(name.question,), type="warning", variant="tonal", density="compact"):
            html.Div(f"{{{{ {name.question} }}}} What is to become of the edits?")
            for mode, title in _ANSWERS.items():
                VBtn(
                    title,
                    size="small",
                    variant="outlined",
                    classes="mr-1 mt-1",
                    click=(self._logic.answer, f"['{mode.value}']"),
                )

        with VAlert(v_if=(name.undo_question,), type="warning", variant="tonal", density="compact"):
            html.Div(f"{{{{ {name.undo_question} }}}}")
            for title, click in (("Undo all", self._logic.undo), ("Keep", self._logic.keep)):
                VBtn(title, size="small", variant="outlined", classes="mr-1 mt-1", click=click)

    def _outcome(self) -> None:
        name = self._name
        with VAlert(
            v_if=(name.status,),
            type=(f"{name.is_error} ? 'error' : 'success'",),
            variant="tonal",
            density="compact",
            classes="pbs-field text-caption",
            raw_attrs=['role="status"'],
        ):
            html.Div(f"{{{{ {name.status} }}}}", classes="pbs-status")
        VAlert(
            "{{ warning }}",
            v_for=f"warning in {name.warnings}",
            key="warning",
            type="warning",
            variant="tonal",
            density="compact",
            classes="pbs-field text-caption",
        )

    def _strip(self) -> None:
        name = self._name
        with html.Div(v_if=(f"{name.rows}.length",)):
            html.Div("Confidence by slice", classes="text-subtitle-2 mt-2")
            with html.Div(v_for=f"row in {name.rows}", key="row.id", classes="pbs-row"):
                html.Div(
                    "{{ row.name }}",
                    classes="text-caption text-truncate",
                    raw_attrs=[":title=\"row.name + ', doubtful slices: ' + row.doubtful\""],
                )
                with html.Div(classes="pbs-strip"):
                    html.Button(
                        v_for="(bar, index) in row.bars",
                        key="index",
                        style=("`height: ${bar ? bar.height : 0}%`",),
                        title=("bar ? bar.tip : ''",),
                        disabled=("!bar",),
                        classes=("['pbs-bar', {doubtful: bar && bar.doubtful}]",),
                        raw_attrs=[""" :aria-label="bar ? bar.tip : ''" """.strip()],
                        click=(self._logic.jump, "[row.id, index]"),
                    )
            html.Div(f"{{{{ {name.place} }}}}", classes="text-caption text-medium-emphasis")
