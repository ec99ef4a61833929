"""The panel under a mouse and a keyboard, as pytest-qt sends them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from panel.hosts import Host
from panel.panel_driver import TIMEOUT_S, PanelDriver
from slicer_stand_in.python_qt import unwrap


class PySideDriver(PanelDriver):
    def __init__(self, host: Host, segmenter: Any, artifacts: Path, qtbot: Any) -> None:
        self._qtbot = qtbot
        super().__init__(host, segmenter, artifacts)
        self.window: QWidget = unwrap(self.parent)
        qtbot.addWidget(self.window)

    def qt(self, name: str) -> Any:
        """The real widget of a name in any .ui file."""
        return unwrap(self.wrapped(name))

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.qt(name), Qt.MouseButton.LeftButton)

    def tick(self, name: str) -> None:
        self._qtbot.mouseClick(self.qt(name), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))

    def choose(self, name: str, text: str) -> None:
        widget = self.qt(name)
        combo = widget if isinstance(widget, QComboBox) else widget.findChild(QComboBox)
        index = combo.findText(text)
        assert index >= 0, f"{name} offers {[combo.itemText(i) for i in range(combo.count())]}"
        combo.setFocus()
        self._qtbot.keyClick(combo, Qt.Key.Key_Home)
        for _ in range(index):
            self._qtbot.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentText() == text

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=1000 * TIMEOUT_S)

    def fine_screenshot(self, name: str) -> Path:
        """As on a screen of 2 device pixels for each."""
        self._settle()
        picture = QPixmap(2 * self.window.size())
        picture.setDevicePixelRatio(2)
        self.window.render(picture)
        path = self._artifacts / f"panel_{name}.png"
        self._artifacts.mkdir(exist_ok=True)
        assert picture.save(str(path))
        return path

    def _settle(self) -> None:
        """Lay out what has grown, as high as Slicer's scroll area lets it be."""
        self._qtbot.wait(20)
        for _ in range(5):
            QApplication.processEvents()
        width = self.window.width()
        needed = self.window.layout().heightForWidth(width)
        if needed > self.window.height():
            self.window.resize(width, needed)
            QApplication.processEvents()
