"""The panel as a user has it before them: real widgets, real clicks."""

from __future__ import annotations

from pathlib import Path

import slicer
from PySide6.QtCore import Property, Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout

from slicer_stand_in.python_qt import unwrap, wrap
from slicer_stand_in.widgets import qMRMLWidget

WIDTH = 400
TIMEOUT_MS = 20_000


class ModulePanel(qMRMLWidget):
    """Base/QTGUI/qSlicerAbstractModuleWidget.h: the parent that Slicer gives a scripted widget."""

    isEntered = Property(bool, lambda self: True)


class PanelDriver:
    def __init__(self, qtbot, module, segmenter, artifacts: Path) -> None:
        self._qtbot = qtbot
        self._artifacts = artifacts
        self.window = ModulePanel()
        QVBoxLayout(self.window)
        qtbot.addWidget(self.window)
        parent = wrap(self.window)
        self.widget = module.PelvicBoneSegWidget(parent)
        self.widget.setup()
        self.widget.logic._segmenterFactory = segmenter.factory
        self.widget.enter()
        self.window.resize(WIDTH, 620)
        self.window.show()
        self._open = True

    def close(self) -> None:
        if self._open:
            self.widget.cleanup()
            self._open = False

    @property
    def controller(self):
        return self.widget.controller

    @property
    def parameters(self):
        return self.widget._parameterNode

    def qt(self, name: str):
        """The real widget of a name in the .ui file."""
        return unwrap(getattr(self.widget.ui, name))

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.qt(name), Qt.MouseButton.LeftButton)

    def choose(self, name: str, text: str) -> None:
        """Pick an entry of a combo box by its text, as with the keyboard."""
        widget = self.qt(name)
        combo = widget if isinstance(widget, QComboBox) else widget.findChild(QComboBox)
        index = combo.findText(text)
        assert index >= 0, f"{name} offers {[combo.itemText(i) for i in range(combo.count())]}"
        combo.setFocus()
        self._qtbot.keyClick(combo, Qt.Key.Key_Home)
        for _ in range(index):
            self._qtbot.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentText() == text

    def wait_for(self, condition) -> None:
        self._qtbot.waitUntil(condition, timeout=TIMEOUT_MS)

    def wait_for_first_batch(self, segmenter) -> None:
        self.wait_for(lambda: segmenter.first_batch_done.is_set())
        self.wait_for(lambda: self.progress == 25)

    def wait_for_end(self) -> None:
        self.wait_for(lambda: not self.controller.running)

    @property
    def status(self) -> str:
        label = self.qt("statusLabel")
        return label.text() if label.isVisible() else ""

    @property
    def warnings(self) -> str:
        label = self.qt("warningsLabel")
        return label.text() if label.isVisible() else ""

    @property
    def progress(self) -> int | None:
        bar = self.qt("progressBar")
        return bar.value() if bar.isVisible() else None

    def can(self, name: str) -> bool:
        return self.qt(name).isEnabled()

    def tip(self, name: str) -> str:
        return self.qt(name).toolTip()

    def screenshot(self, name: str) -> Path:
        self._artifacts.mkdir(exist_ok=True)
        path = self._artifacts / f"panel_{name}.png"
        self._qtbot.wait(20)  # labels that have grown are laid out in the next round of events
        assert self.window.grab().save(str(path))
        return path


def segment_names(node) -> list[str]:
    segmentation = node.GetSegmentation()
    return [
        segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())
    ]


def segmentations() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
