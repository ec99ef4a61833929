"""The strip: a row for each bone, a column for each slice."""

from __future__ import annotations

from typing import Any

import qt
from slicer.i18n import tr as _

from ...scene.review.bone_row import BoneRow, is_doubtful
from .bar import bar

_ROOM = 6
"""Above and below a bone's name, in pixels."""

_NAME = 16
"""Width of the names, in characters: at 380 pixels there is a pixel left for each of 200 slices."""


class Strip:
    """Fills a QTableWidget and finds its way in it.

    Its columns share the width, however many there are. Long names are cut off in its header, not
    slices.

    Parameters
    ----------
    table
        The widget.
    """

    def __init__(self, table: Any) -> None:
        self._table = table
        self._rows: tuple[BoneRow, ...] = ()
        table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)
        metrics = table.fontMetrics()
        self._height = metrics.height() + _ROOM
        header = table.verticalHeader()
        header.setSectionResizeMode(qt.QHeaderView.Fixed)
        header.setDefaultSectionSize(self._height)
        header.setMaximumWidth(_NAME * metrics.averageCharWidth())

    def show(self, rows: tuple[BoneRow, ...]) -> None:
        """Show these bones. The current cell stays where it can."""
        if rows == self._rows:
            return
        here = self.cell(self._table.currentRow(), self._table.currentColumn())
        self._rows = rows
        was_blocked = self._table.blockSignals(True)
        self._table.clear()
        self._table.setRowCount(len(rows))
        self._table.setColumnCount(max((len(row.confidence) for row in rows), default=0))
        for place, row in enumerate(rows):
            self._fill(place, row)
        self._table.blockSignals(was_blocked)
        self._fit_height()
        if here is not None:
            self.set_current(*here)

    def cell(self, place: int, index: int) -> tuple[str, int] | None:
        """Return segment identifier and slice of a cell; None where its slice lacks the bone."""
        if not 0 <= place < len(self._rows):
            return None
        row = self._rows[place]
        if not 0 <= index < len(row.confidence) or row.confidence[index] is None:
            return None
        return row.segment_id, index

    def set_current(self, segment_id: str, index: int) -> None:
        """Mark a cell, without a signal."""
        places = [place for place, row in enumerate(self._rows) if row.segment_id == segment_id]
        if places:
            was_blocked = self._table.blockSignals(True)
            self._table.setCurrentCell(places[0], index)
            self._table.blockSignals(was_blocked)

    def describe(self, segment_id: str, index: int) -> str:
        """Return bone, slice and confidence in words."""
        row = next(one for one in self._rows if one.segment_id == segment_id)
        return _describe(row, index)

    def _fill(self, place: int, row: BoneRow) -> None:
        title = qt.QTableWidgetItem(f"✓ {row.name}" if row.completed else row.name)
        title.setToolTip(_summary(row))
        self._table.setVerticalHeaderItem(place, title)
        for index, confidence in enumerate(row.confidence):
            if confidence is not None:
                # PythonQt hands the item over to the table (PythonQtPassOwnershipToCPP).
                item = qt.QTableWidgetItem()
                item.setBackground(bar(confidence, self._height))
                item.setToolTip(_describe(row, index))
                self._table.setItem(place, index, item)

    def _fit_height(self) -> None:
        height = self._table.verticalHeader().length() + 2 * self._table.frameWidth
        self._table.setFixedHeight(height)


def _summary(row: BoneRow) -> str:
    if row.completed:
        return _("{bone}: completed").format(bone=row.name)
    return _("{bone}: doubtful slices: {count}").format(bone=row.name, count=len(row.doubtful))


def _describe(row: BoneRow, index: int) -> str:
    confidence = row.confidence[index]
    text = (
        _("{bone}, slice {slice}: {confidence:.2f}, doubtful")
        if is_doubtful(confidence)
        else _("{bone}, slice {slice}: {confidence:.2f}")
    )
    return text.format(bone=row.name, slice=index + 1, confidence=confidence)
