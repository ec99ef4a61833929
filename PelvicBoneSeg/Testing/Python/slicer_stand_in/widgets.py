"""Slicer's and CTK's widgets, as far as the panel uses them, on PySide6 and real MRML."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6.QtCore import Property, QRect, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QTableView,
    QWidget,
)

from .module_widget import qSlicerScriptedLoadableModuleWidget
from .mrml_widget import qMRMLWidget, setting, while_alive
from .widgets_ctk import ctkSliderWidget
from .widgets_ctk_files import ctkDirectoryButton
from .widgets_segmentation import qMRMLSegmentEditorWidget
from .widgets_segments_table import qMRMLSegmentsTableView

CLOSED_SURFACE = "Closed surface"
BINARY_LABELMAP = "Binary labelmap"


class qMRMLNodeComboBox(QWidget):
    """Libs/MRML/Widgets/qMRMLNodeComboBox.cxx: the scene's nodes of some classes, and None."""

    currentNodeChanged = Signal(object)

    nodeTypes = setting("nodeTypes", "QStringList")
    showHidden = setting("showHidden", bool)
    showChildNodeTypes = setting("showChildNodeTypes", bool)
    noneEnabled = setting("noneEnabled", bool)
    addEnabled = setting("addEnabled", bool)
    removeEnabled = setting("removeEnabled", bool)
    renameEnabled = setting("renameEnabled", bool)
    noneDisplay = setting("noneDisplay", str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._tags: list[int] = []
        self._nodes: list[Any] = []
        self._current: Any = None
        self._settings: dict[str, Any] = {
            "nodeTypes": [],
            "showHidden": False,
            "showChildNodeTypes": True,
            "noneEnabled": False,
            "addEnabled": True,
            "removeEnabled": True,
            "renameEnabled": False,
            "noneDisplay": "None",
        }
        self._combo = QComboBox(self)
        # Slicer's own has the same policy, so that long names do not widen the panel.
        self._combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._combo.setSizePolicy(policy)
        self.setSizePolicy(policy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo)
        self._combo.activated.connect(self._onActivated)
        self.setEnabled(False)

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._scene = scene
        self._tags = []
        if scene is not None:
            events = (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndCloseEvent)
            self._tags = [scene.AddObserver(event, while_alive(self._refresh)) for event in events]
        self.setEnabled(scene is not None)
        self._refresh()

    def currentNode(self) -> Any:
        return self._current

    def setCurrentNode(self, node: Any) -> None:
        self._refresh_items()
        node = node if any(node is one for one in self._nodes) else None
        self._show_current(node)
        if node is not self._current:
            self._current = node
            self.currentNodeChanged.emit(node)

    def _onActivated(self, index: int) -> None:
        offset = 1 if self._settings["noneEnabled"] else 0
        self.setCurrentNode(self._nodes[index - offset] if index >= offset else None)

    def _refresh(self) -> None:
        self._refresh_items()
        kept = self._current if any(self._current is one for one in self._nodes) else None
        self.setCurrentNode(kept)

    def _refresh_items(self) -> None:
        self._nodes = self._matching_nodes()
        self._combo.clear()
        if self._settings["noneEnabled"]:
            self._combo.addItem(self._settings["noneDisplay"])
        self._combo.addItems([node.GetName() or "" for node in self._nodes])
        self._show_current(self._current)

    def _show_current(self, node: Any) -> None:
        offset = 1 if self._settings["noneEnabled"] else 0
        indices = [index for index, one in enumerate(self._nodes) if one is node]
        self._combo.setCurrentIndex(indices[0] + offset if indices else offset - 1)

    def _matching_nodes(self) -> list[Any]:
        if self._scene is None:
            return []
        nodes = [self._scene.GetNthNode(n) for n in range(self._scene.GetNumberOfNodes())]
        return [node for node in nodes if self._matches(node)]

    def _matches(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self._settings["showHidden"]:
            return False
        types = self._settings["nodeTypes"]
        if self._settings["showChildNodeTypes"]:
            return any(node.IsA(one) for one in types)
        return node.GetClassName() in types


class ctkCollapsibleButton(QAbstractButton):
    """Libs/Widgets/ctkCollapsibleButton.cpp: a title that shows and hides what is below."""

    contentsCollapsed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self._header = self.fontMetrics().height() + 8
        self.setContentsMargins(0, self._header, 0, 0)
        self.toggled.connect(self._onToggled)

    def _collapsed(self) -> bool:
        return not self.isChecked()

    def _set_collapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    collapsed = Property(bool, _collapsed, _set_collapsed)

    def _onToggled(self, opened: bool) -> None:
        self._show_contents(opened)
        self.contentsCollapsed.emit(not opened)

    def showEvent(self, event: Any) -> None:
        # A .ui file sets `collapsed` before the contents are there.
        self._show_contents(self.isChecked())

    def _show_contents(self, shown: bool) -> None:
        for child in self.findChildren(QWidget):
            if child.parent() is self:
                child.setVisible(shown)
        self.setMaximumHeight(16777215 if shown else self._header + 2)

    def hitButton(self, position: Any) -> bool:
        return position.y() <= self._header

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), self._header, self.palette().midlight())
        option = QStyleOption()
        option.initFrom(self)
        option.rect = QRect(6, (self._header - 10) // 2, 10, 10)
        arrow = (
            QStyle.PrimitiveElement.PE_IndicatorArrowDown
            if self.isChecked()
            else QStyle.PrimitiveElement.PE_IndicatorArrowRight
        )
        self.style().drawPrimitive(arrow, option, painter, self)
        painter.drawText(24, 0, self.width() - 24, self._header, 0x0081, self.text())


class qMRMLSegmentationShow3DButton(QPushButton):
    """Modules/Loadable/Segmentations/Widgets/qMRMLSegmentationShow3DButton.cxx.

    Checked while the segmentation has closed surfaces; creates and removes them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Show 3D", parent)
        self.setCheckable(True)
        self.setEnabled(False)
        self._node: Any = None
        self._tags: list[int] = []
        self.toggled.connect(self._onToggled)

    def segmentationNode(self) -> Any:
        return self._node

    def setSegmentationNode(self, node: Any) -> None:
        if node is self._node:
            return
        for tag in self._tags:
            self._node.RemoveObserver(tag)
        self._node = node
        self._tags = []
        if node is not None:
            events = (
                vtk.vtkCommand.ModifiedEvent,
                slicer.vtkSegmentation.SegmentAdded,
                slicer.vtkSegmentation.SegmentRemoved,
                slicer.vtkSegmentation.ContainedRepresentationNamesModified,
            )
            self._tags = [node.AddObserver(event, while_alive(self._update)) for event in events]
        self._update()

    def _update(self) -> None:
        if self._node is None:
            self.setEnabled(False)
            return
        segmentation = self._node.GetSegmentation()
        self.setEnabled(
            segmentation.GetNumberOfSegments() > 0
            and segmentation.GetSourceRepresentationName() != CLOSED_SURFACE
        )
        blocked = self.blockSignals(True)
        self.setChecked(segmentation.ContainsRepresentation(CLOSED_SURFACE))
        self.blockSignals(blocked)

    def _onToggled(self, on: bool) -> None:
        if self._node is None:
            return
        segmentation = self._node.GetSegmentation()
        if not on:
            segmentation.RemoveRepresentation(CLOSED_SURFACE)
            return
        display = self._node.GetDisplayNode()
        if segmentation.CreateRepresentation(CLOSED_SURFACE) and display is not None:
            display.SetPreferredDisplayRepresentationName3D(CLOSED_SURFACE)
            display.SetPreferredDisplayRepresentationName2D(BINARY_LABELMAP)


class qMRMLTableView(QTableView):
    """Libs/MRML/Widgets/qMRMLTableView.cxx, with the items of qMRMLTableModel.cxx.

    The headers are the columns' titles and the first column where the node says so; nothing can be
    edited in a locked table.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self._tag: int | None = None
        self._items = QStandardItemModel(self)
        # Slicer's view sorts through a proxy; it starts in the order of the table.
        proxy = QSortFilterProxyModel(self)
        proxy.setSourceModel(self._items)
        self.setModel(proxy)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def mrmlTableNode(self) -> Any:
        return self._node

    def setMRMLTableNode(self, node: Any) -> None:
        if self._node is not None:
            self._node.RemoveObserver(self._tag)
        self._node = node
        if node is not None:
            self._tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, while_alive(self._update))
        self._update()
        self.horizontalHeader().setMinimumSectionSize(60)
        self.resizeColumnsToContents()

    def _update(self) -> None:
        self._items.clear()
        if self._node is None or self._node.GetTable() is None:
            return
        table = self._node.GetTable()
        first = 1 if self._node.GetUseFirstColumnAsRowHeader() else 0
        for row in range(table.GetNumberOfRows()):
            columns = range(first, table.GetNumberOfColumns())
            self._items.appendRow([self._item(row, column) for column in columns])
            if first:
                label = table.GetValue(row, 0).ToString()
                self._items.setHeaderData(row, Qt.Orientation.Vertical, label)
        titled = self._node.GetUseColumnTitleAsColumnHeader()
        for column in range(first, table.GetNumberOfColumns()):
            name = table.GetColumnName(column)
            header = self._node.GetColumnTitle(name) if titled else name
            self._items.setHeaderData(column - first, Qt.Orientation.Horizontal, header)

    def _item(self, row: int, column: int) -> QStandardItem:
        item = QStandardItem(self._node.GetTable().GetValue(row, column).ToString())
        item.setEditable(not self._node.GetLocked())
        name = self._node.GetTable().GetColumnName(column)
        unit = self._node.GetColumnUnitLabel(name)
        lines = [f"Unit: {unit}"] if unit else []
        lines.append(self._node.GetColumnDescription(name))
        item.setToolTip("<p>".join(filter(None, lines)))
        return item


WIDGETS: dict[str, type[QWidget]] = {
    "qMRMLWidget": qMRMLWidget,
    "qMRMLNodeComboBox": qMRMLNodeComboBox,
    "ctkCollapsibleButton": ctkCollapsibleButton,
    "qMRMLTableView": qMRMLTableView,
    "qSlicerScriptedLoadableModuleWidget": qSlicerScriptedLoadableModuleWidget,
    "ctkSliderWidget": ctkSliderWidget,
    "ctkDirectoryButton": ctkDirectoryButton,
    "qMRMLSegmentationShow3DButton": qMRMLSegmentationShow3DButton,
    "qMRMLSegmentsTableView": qMRMLSegmentsTableView,
    "qMRMLSegmentEditorWidget": qMRMLSegmentEditorWidget,
}
