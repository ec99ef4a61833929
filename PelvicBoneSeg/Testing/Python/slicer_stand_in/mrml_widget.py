"""What the stand-ins of several qMRML widgets share."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import Property, Signal
from PySide6.QtWidgets import QWidget


class qMRMLWidget(QWidget):
    """Libs/MRML/Widgets/qMRMLWidget.cxx: keeps a scene and tells its children."""

    mrmlSceneChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


def while_alive(method: Callable) -> Callable:
    """Make an observer of a widget's method that dies with the widget, as QVTK's do."""
    reference = weakref.WeakMethod(method)

    def observer(caller: Any, event: str) -> None:
        alive = reference()
        if alive is not None and shiboken6.isValid(alive.__self__):
            alive()

    return observer


def setting(name: str, kind: Any) -> Any:
    """Make a Qt property that lives in a widget's `_settings` and calls `_refresh` when set."""

    def read(self: Any) -> Any:
        return self._settings[name]

    def write(self: Any, value: Any) -> None:
        self._settings[name] = value
        self._refresh()

    return Property(kind, read, write)
