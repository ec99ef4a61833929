"""The page: a bar above, the sections at the left, the views."""

from __future__ import annotations

from typing import Any

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import html
from trame.widgets.vuetify3 import (
    VAppBar,
    VBtn,
    VList,
    VListItem,
    VMain,
    VMenu,
    VNavigationDrawer,
    VSnackbar,
    VSpacer,
    VTab,
    VTabs,
)
from trame_client.widgets.core import Template
from trame_server import Server

from .buttons import icon_button, toggle
from .display.logic import DisplayLogic
from .display.panel import DisplayPanel
from .download.panel import DownloadPanel
from .edit.logic import EditLogic
from .edit.panel import EditPanel
from .measure.logic import MeasureLogic
from .measure.panel import MeasurePanel
from .saving.logic import SaveLogic
from .sections import SECTIONS
from .segment.logic import SegmentLogic
from .segment.panel import SegmentPanel


class Page:
    """All that the browser shows.

    Parameters
    ----------
    server
        Whose page.
    display, segment, edit, measure, saving
        What the controls do.
    """

    def __init__(
        self,
        server: Server,
        display: DisplayLogic,
        segment: SegmentLogic,
        edit: EditLogic,
        measure: MeasureLogic,
        saving: SaveLogic,
    ) -> None:
        self._display = display
        self._saving = saving
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
                    raw_attrs=['role="alert"'],
                )
                with html.Div(v_show=("!problem",), classes="pbs-views"):
                    display.layouts.initialize_layout_grid(self.layout)
        edit.set_ui(panels["edit"])

    def _bar(self) -> None:
        name = self._display.name
        with VAppBar(density="compact", flat=True, border=True):
            icon_button("mdi-arrow-left", "Back to the library", href="../../")
            html.Div("{{ scan_name }}", classes="text-subtitle-1 text-truncate ml-1")
            self._save()
            VSpacer()
            toggle("mdi-crosshairs", "Crosshair (C)", name.has_crosshair)
            toggle("mdi-contrast-circle", "Window by dragging (W)", name.adjusts_window)
            icon_button(
                "mdi-fit-to-page-outline", "Reset the views (R)", click=self._display.reset_views
            )
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
            toggle("mdi-theme-light-dark", "Dark or light", name.is_dark)

    def _save(self) -> None:
        name = self._saving.name
        VBtn(
            "Save",
            prepend_icon="mdi-content-save-outline",
            variant="tonal",
            size="small",
            classes="ml-3",
            disabled=(f"!{name.is_unsaved} || {name.is_saving}",),
            click=self._saving.save,
            raw_attrs=['title="Save into the library (Ctrl+S)"'],
        )
        told = f"{name.is_saving} ? 'Saving …' : {name.is_unsaved} ? 'Unsaved changes' : 'Saved'"
        html.Div(
            f"{{{{ {told} }}}}",
            v_if=(f"has_segmentation || {name.is_unsaved}",),
            classes="text-caption text-medium-emphasis ml-2 text-no-wrap",
            raw_attrs=['role="status"'],
        )
        with VSnackbar(
            model_value=(f"!!{name.problem}",),
            timeout=-1,
            color="error",
            update_modelValue=f"{name.problem} = ''",
        ):
            html.Div(f"{{{{ {name.problem} }}}}", raw_attrs=['role="alert"'])
            with Template(v_slot_actions=True):
                VBtn("Close", variant="text", click=f"{name.problem} = ''")

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
