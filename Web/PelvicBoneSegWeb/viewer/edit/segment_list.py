"""The list of segments: chosen, named, coloured, shown, deleted, with the mouse or with keys."""

from __future__ import annotations

from collections.abc import Callable

from trame.widgets import html
from trame.widgets.vuetify3 import VBtn, VIcon
from trame_server import Server
from trame_slicer.app.ui.segmentation import SegmentListState
from undo_stack import Signal


class SegmentList:
    """A row for each segment; the one that tools work on has its name in a field.

    Parameters
    ----------
    server
        Whose page.
    state
        Names of the list's variables.
    add_name_field
        Adds the field, to be shown where `v_else` says so.
    choose, colour, show, delete
        Emitted with the segment's identifier.
    """

    def __init__(
        self,
        server: Server,
        state: SegmentListState,
        add_name_field: Callable[..., None],
        choose: Signal,
        colour: Signal,
        show: Signal,
        delete: Signal,
    ) -> None:
        self._server = server
        is_active = f"item.segment_id === {state.active_segment_id}"
        with html.Div(
            v_for=f"item in {state.segments}",
            key="item.segment_id",
            classes=(f"['pbs-segment', {{active: {is_active}}}]",),
        ):
            # A click on the colour is for this segment, whichever was chosen.
            self._button("mdi-circle", "Colour of", [choose, colour], color=("item.color",))
            VBtn(
                "{{ item.name }}",
                v_if=f"!({is_active})",
                variant="text",
                classes="pbs-name",
                click=self._emit(choose),
            )
            add_name_field(v_else=True, raw_attrs=['aria-label="Name of the segment"'])
            self._button(
                ("item.is_visible ? 'mdi-eye-outline' : 'mdi-eye-off-outline'",), "Show", [show]
            )
            self._button("mdi-delete-outline", "Delete", [delete])

    def _button(
        self, icon: str | tuple[str], title: str, signals: list[Signal], **kwargs: object
    ) -> None:
        pressed = [':aria-pressed="item.is_visible"'] if title == "Show" else []
        with VBtn(
            icon=True,
            size="small",
            variant="text",
            click=" ".join(map(self._emit, signals)),
            raw_attrs=[f""":aria-label="'{title} ' + item.name" """.strip(), *pressed],
            **kwargs,
        ):
            VIcon(icon=icon)

    def _emit(self, signal: Signal) -> str:
        return f"trigger('{self._server.trigger_name(signal)}', [item.segment_id]);"
