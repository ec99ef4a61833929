"""The page: a bar above, the sections at the left, the views."""

from __future__ import annotations

from typing import Any

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import html
from trame.widgets.vuetify3 import (
    VAppBar,
    VBtn,
    VIcon,
    VList,
    VListItem,
    VMain,
    VMenu,
    VNavigationDrawer,
    VSpacer,
    VTab,
    VTabs,
    VTooltip,
)
from trame_client.widgets.core import Template
from trame_server import Server

from .display.logic import DisplayLogic
from .display.panel import DisplayPanel
from .download.panel import DownloadPanel
from .edit.logic import EditLogic
from .edit.panel import EditPanel
from .measure.logic import MeasureLogic
from .measure.panel import MeasurePanel
from .segment.logic import SegmentLogic
from .segment.panel import SegmentPanel

SECTIONS = {
    "segment": "Segment",
    "edit": "Edit",
    "measure": "Measure",
    "download": "Save",
    "display": "View",
}


class Page:
    """All that the browser shows.

    Parameters
    ----------
    server
        Whose page.
    display, segment, edit, measure
        What the controls do.
    """

    def __init__(
        self,
        server: Server,
        display: DisplayLogic,
        segment: SegmentLogic,
        edit: EditLogic,
        measure: MeasureLogic,
    ) -> None:
        self._display = display
        theme = f"{display.name.is_dark} ? 'dark' : 'light'"
        with VAppLayout(server, template_name="main") as self.layout:
            self.layout.root.theme = (theme,)
            self._bar()
            panels = self._drawer(segment, edit, measure)
            with VMain(classes="pbs-main"):
                html.Div(
                    "{{ problem }}",
                    v_if=("problem", ""),
                    classes="pa-6 text-body-1",
                    role="alert",
                )
                with html.Div(v_show=("!problem",), classes="pbs-views"):
                    display.layouts.initialize_layout_grid(self.layout)
        edit.set_ui(panels["edit"])

    def _bar(self) -> None:
        name = self._display.name
        with VAppBar(density="compact", flat=True, border=True):
            with VBtn(
                icon=True,
                href="../../",
                size="small",
                raw_attrs=['aria-label="Back to the library"'],
            ):
                VIcon("mdi-arrow-left")
                VTooltip("Back to the library", activator="parent", location="bottom")
            html.Div("{{ scan_name }}", classes="text-subtitle-1 text-truncate ml-1")
            VSpacer()
            _toggle("mdi-crosshairs", "Crosshair (C)", name.has_crosshair)
            _toggle("mdi-contrast-circle", "Window by dragging (W)", name.adjusts_window)
            _button("mdi-fit-to-page-outline", "Reset the views (R)", self._display.reset_views)
            with VMenu():
                with Template(v_slot_activator="{ props }"):
                    VBtn(
                        f"{{{{ {name.layout} }}}}",
                        v_bind="props",
                        prepend_icon="mdi-view-dashboard-outline",
                        variant="text",
                        size="small",
                    )
                with VList(density="compact"):
                    VListItem(
                        v_for=f"one in {name.layouts}",
                        key="one",
                        title=("one",),
                        click=f"{name.layout} = one",
                    )
            _toggle("mdi-theme-light-dark", "Dark or light", name.is_dark)

    def _drawer(
        self, segment: SegmentLogic, edit: EditLogic, measure: MeasureLogic
    ) -> dict[str, Any]:
        panels: dict[str, Any] = {}
        with VNavigationDrawer(permanent=True, width=360, disable_resize_watcher=True):
            with VTabs(
                v_model=("section", "segment"), density="compact", grow=True, classes="pbs-tabs"
            ):
                for section, title in SECTIONS.items():
                    VTab(title, value=section)
            for section, make in {
                "segment": lambda: SegmentPanel(segment),
                "edit": lambda: EditPanel(),
                "measure": lambda: MeasurePanel(measure),
                "download": lambda: DownloadPanel(segment, measure),
                "display": lambda: DisplayPanel(self._display, edit),
            }.items():
                with html.Div(v_show=(f"section === '{section}'",), classes="pa-3"):
                    panels[section] = make()
        return panels


def _toggle(icon: str, title: str, name: str) -> None:
    _icon_button(
        icon,
        title,
        click=f"{name} = !{name}",
        active=(name,),
        raw_attrs=[f'aria-label="{title}"', f':aria-pressed="{name}"'],
    )


def _button(icon: str, title: str, click: Any) -> None:
    _icon_button(icon, title, click=click, raw_attrs=[f'aria-label="{title}"'])


def _icon_button(icon: str, title: str, **kwargs: Any) -> None:
    with VBtn(icon=True, size="small", **kwargs):
        VIcon(icon)
        VTooltip(title, activator="parent", location="bottom")
