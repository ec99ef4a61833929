"""Where Slicer puts a scripted module's widget, and how its Reload button exchanges it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import slicer
from PySide6.QtCore import Property
from PySide6.QtWidgets import QVBoxLayout, QWidget


class qSlicerScriptedLoadableModuleWidget(QWidget):
    """Base/QTGUI/qSlicerScriptedLoadableModuleWidget.cxx: the parent of the Python widget."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        QVBoxLayout(self)
        self._entered = False
        self._source = ""
        self._scripted: Any = None

    isEntered = Property(bool, lambda self: self._entered)

    def _open(self, source: str) -> None:
        """Do what Slicer does when the module is opened first, but `enter`."""
        from .python_qt import wrap  # which knows this class by its name

        module = Path(source).stem
        name = f"{module}Widget"
        self._source = source
        self._scripted = getattr(sys.modules[module], name)(wrap(self))
        setattr(slicer.modules, name, self._scripted)
        self._scripted.setup()

    def self(self) -> Any:
        return self._scripted

    def enter(self) -> None:
        self._entered = True
        self._scripted.enter()

    def exit(self) -> None:
        self._entered = False
        self._scripted.exit()

    def reload(self) -> None:
        """Make the widget of the new class. Does not call `enter`: the module stays entered."""
        self._open(self._source)
