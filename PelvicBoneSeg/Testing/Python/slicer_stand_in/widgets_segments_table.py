"""Slicer's table of segments, on PySide6 and real MRML."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6.QtCore import QItemSelection, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from .mrml_widget import qMRMLWidget, setting, while_alive

_SEGMENT_ID = Qt.ItemDataRole.UserRole + 1
_OPACITY, _STATUS = 2, 3
"""Columns."""


class qMRMLSegmentsTableView(qMRMLWidget):
    """Modules/Loadable/Segmentations/Widgets/qMRMLSegmentsTableView.cxx: one row a segment."""

    selectionChanged = Signal(QItemSelection, QItemSelection)

    selectionMode = setting("selectionMode", int)
    headerVisible = setting("headerVisible", bool)
    opacityColumnVisible = setting("opacityColumnVisible", bool)
    statusColumnVisible = setting("statusColumnVisible", bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: dict[str, Any] = {
            "selectionMode": 3,  # QAbstractItemView::ExtendedSelection
            "headerVisible": True,
            "opacityColumnVisible": True,
            "statusColumnVisible": True,
        }
        self._node: Any = None
        self._tags: list[int] = []
        self._items = QStandardItemModel(self)
        self._table = QTableView(self)
        self._table.setModel(self._items)
        self._table.verticalHeader().hide()
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.selectionModel().selectionChanged.connect(self.selectionChanged)
        self._table.clicked.connect(self._onClicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._table)
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(256, 192)

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
            segmentation = slicer.vtkSegmentation
            events = (
                vtk.vtkCommand.ModifiedEvent,
                segmentation.SegmentAdded,
                segmentation.SegmentRemoved,
                segmentation.SegmentModified,
            )
            self._tags = [node.AddObserver(event, while_alive(self._refresh)) for event in events]
        self._refresh()

    def selectedSegmentIDs(self) -> list[str]:
        rows = self._table.selectionModel().selectedRows()
        return [self._items.item(row.row(), 0).data(_SEGMENT_ID) for row in rows]

    def setSelectedSegmentIDs(self, segment_ids: list[str]) -> None:
        if self.selectedSegmentIDs() == list(segment_ids):
            return
        self._table.clearSelection()
        for row in range(self._items.rowCount()):
            if self._items.item(row, 0).data(_SEGMENT_ID) in segment_ids:
                self._table.selectRow(row)

    def _onClicked(self, index: QModelIndex) -> None:
        """qMRMLSegmentsTableView::onSegmentsTableClicked: a click on a status sets the next."""
        if index.column() != _STATUS:
            return
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        segment_id = self._items.item(index.row(), 0).data(_SEGMENT_ID)
        segment = self._node.GetSegmentation().GetSegment(segment_id)
        status = logic.GetSegmentStatus(segment) + 1
        logic.SetSegmentStatus(segment, status if status < logic.LastStatus else logic.InProgress)

    def _refresh(self) -> None:
        selected = self.selectedSegmentIDs()
        blocked = self._table.selectionModel().blockSignals(True)
        self._items.clear()
        self._items.setHorizontalHeaderLabels(["", "Name", "Opacity", "Status"])
        if self._node is not None:
            for segment_id in self._node.GetSegmentation().GetSegmentIDs():
                self._items.appendRow(self._row(segment_id))
        header = self._table.horizontalHeader()
        header.setVisible(self._settings["headerVisible"])
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self._table.setColumnHidden(_OPACITY, not self._settings["opacityColumnVisible"])
        self._table.setColumnHidden(_STATUS, not self._settings["statusColumnVisible"])
        mode = QAbstractItemView.SelectionMode(self._settings["selectionMode"])
        self._table.setSelectionMode(mode)
        self._table.selectionModel().blockSignals(blocked)
        self.setSelectedSegmentIDs(selected)

    def _row(self, segment_id: str) -> list[QStandardItem]:
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        segment = self._node.GetSegmentation().GetSegment(segment_id)
        status = logic.GetSegmentStatus(segment)
        texts = ("", segment.GetName(), "1.00", logic.GetSegmentStatusAsHumanReadableString(status))
        items = [QStandardItem(text) for text in texts]
        items[0].setData(segment_id, _SEGMENT_ID)
        items[0].setBackground(QColor.fromRgbF(*segment.GetColor()))
        return items
