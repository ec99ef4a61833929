"""The panel through PythonQt alone: what a script inside Slicer can do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

import pytest
import qt
import slicer

from panel.panel_driver import TIMEOUT_S, PanelDriver


class PythonQtDriver(PanelDriver):
    def click(self, name: str) -> None:
        # As with the mouse, nothing happens to a button that is not enabled.
        self.wrapped(name).click()

    def tick(self, name: str) -> None:
        self.click(name)

    def choose(self, name: str, text: str) -> None:
        widget = self.wrapped(name)
        if not isinstance(widget, qt.QComboBox):
            self._choose_node(widget, text)
            return
        index = widget.findText(text)
        assert index >= 0, f"{name} offers {[widget.itemText(i) for i in range(widget.count)]}"
        for key in [qt.Qt.Key_Home] + index * [qt.Qt.Key_Down]:
            for kind in (qt.QEvent.KeyPress, qt.QEvent.KeyRelease):
                slicer.app.sendEvent(widget, qt.QKeyEvent(kind, key, qt.Qt.NoModifier))
        assert widget.currentText == text

    def qt(self, name: str) -> NoReturn:
        """Nothing that PythonQt has; `PySideDriver` has it."""
        pytest.skip("works on a widget as PySide shows it, which Slicer has not")

    def wait_for(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "waited too long"
            slicer.app.processEvents()
            time.sleep(0.005)

    def _choose_node(self, selector: slicer.qMRMLNodeComboBox, name: str) -> None:
        nodes = [None] if name == selector.noneDisplay else []
        nodes += slicer.util.getNodes(name, useLists=True).get(name, [])
        assert nodes, f"there is no node '{name}'"
        selector.setCurrentNode(nodes[0])
        assert selector.currentNode() is nodes[0]

    def _settle(self) -> None:
        for _ in range(3):
            slicer.app.processEvents()
