"""CTK's widgets for files and folders, as far as the panel uses them, on PySide6."""

from __future__ import annotations

from PySide6.QtCore import Property, QDir, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)


class _ElidedButton(QPushButton):
    """Libs/Widgets/ctkPushButton.cpp: cuts the middle out of a text that is too long."""

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.width() - option.iconSize.width() - 16
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


class ctkDirectoryButton(QWidget):
    """Libs/Widgets/ctkDirectoryButton.cpp: a folder on a button, which opens a dialog."""

    directoryChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._directory = QDir()
        self._caption = ""
        self._button = _ElidedButton(self._directory.absolutePath(), self)
        self._button.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_DirIcon))
        self._button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._button.clicked.connect(self.browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def browse(self) -> str:
        path = QFileDialog.getExistingDirectory(
            self, self._caption or self.toolTip(), self._directory.path()
        )
        if path:
            self._set_directory(path)
        return path

    def _set_directory(self, path: str) -> None:
        directory = QDir(path)
        if directory == self._directory:
            return
        self._directory.setPath(directory.absolutePath())
        self._button.setText(self._directory.absolutePath())
        self.directoryChanged.emit(self._directory.absolutePath())

    def _set_caption(self, caption: str) -> None:
        self._caption = caption

    directory = Property(str, lambda self: self._directory.path(), _set_directory)
    caption = Property(str, lambda self: self._caption, _set_caption)
