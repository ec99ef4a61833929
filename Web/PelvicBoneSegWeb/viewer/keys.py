"""What keys do."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial

from trame_server import Server

from .display.logic import DisplayLogic
from .edit.logic import EditLogic
from .layouts import LAYOUTS
from .saving.logic import SaveLogic


def add_keys(server: Server, display: DisplayLogic, edit: EditLogic, saving: SaveLogic) -> None:
    """Have keys do what buttons do; `page_files/page.js` tells of them."""
    data = display.data

    def choose_layout(name: str) -> None:
        data.layout = name

    def toggle_crosshair() -> None:
        data.has_crosshair = not data.has_crosshair

    def toggle_window() -> None:
        data.adjusts_window = not data.adjusts_window

    actions: dict[str, Callable[[], object]] = {
        "p": lambda: edit.choose("paint"),
        "e": lambda: edit.choose("erase"),
        "s": lambda: edit.choose("scissors"),
        "escape": lambda: edit.choose("none"),
        "undo": edit.undo,
        "redo": edit.redo,
        "save": saving.save,
        "c": toggle_crosshair,
        "w": toggle_window,
        "r": display.reset_views,
    }
    for number, name in enumerate(LAYOUTS, start=1):
        actions[str(number)] = partial(choose_layout, name)
    server.state.keys = list(actions)

    @server.controller.trigger("pressed")
    async def pressed(key: str) -> None:
        if key in actions:
            done = actions[key]()
            if inspect.isawaitable(done):
                await done
