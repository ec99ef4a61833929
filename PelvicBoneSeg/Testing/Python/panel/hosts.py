"""Where the panel runs in a test: in the stand-in, or in a real Slicer."""

from __future__ import annotations

import sys
from typing import Any, Protocol

import pytest
import slicer
import slicer.util

MODULE = "PelvicBoneSeg"
WIDTH, HEIGHT = 400, 620


def inside_slicer() -> bool:
    """Whether Slicer itself runs this Python: PythonQt is part of the application."""
    return "PythonQt" in sys.modules


NEEDS_STAND_IN = "looks into the stand-in for Slicer, which a real Slicer has no need of"

needs_stand_in = pytest.mark.skipif(inside_slicer(), reason=NEEDS_STAND_IN)


class Host(Protocol):
    """Opens and closes the module. `open` returns its panel as PythonQt shows it."""

    def open(self) -> Any: ...

    def close(self) -> None: ...


class StandInHost:
    """slicer_stand_in: a new panel for each test."""

    def open(self) -> Any:
        panel = slicer.modules.pelvicboneseg.widgetRepresentation()
        panel.enter()
        panel.resize(WIDTH, HEIGHT)
        panel.show()
        return panel

    def close(self) -> None:
        slicer.modules.pelvicboneseg._unload()


class SlicerHost:
    """A real Slicer, which loads the module once: reloaded, it is as new."""

    def open(self) -> Any:
        slicer.util.selectModule(MODULE)
        self.close()
        slicer.util.selectModule(MODULE)
        slicer.app.processEvents()
        return slicer.util.getModule(MODULE).widgetRepresentation()

    def close(self) -> None:
        slicer.util.selectModule("Data")
        slicer.util.reloadScriptedModule(MODULE)
