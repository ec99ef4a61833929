"""Measurements as a table node, and the table as text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...anatomy import LEFT, RIGHT
from ...segmentation.femoral_head import FemoralHead, NoFemoralHead
from ..matrices import RAS_TO_LPS
from .measures import SegmentMeasures

SEGMENT, TOUCHES_BORDER, NOTE = "segment", "touches_border", "note"
"""Names of the columns of text: the first heads the rows, the last tells why there is no sphere."""

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Column:
    """One column of numbers: its name, which is never translated, its unit, its decimals."""

    name: str
    unit: str
    decimals: int
    value: Callable[[SegmentMeasures], float | None]


def _of_head(value: Callable[[FemoralHead], float]) -> Callable[[SegmentMeasures], float | None]:
    return lambda one: value(one.head) if isinstance(one.head, FemoralHead) else None


def _centre_ras(axis: int) -> Callable[[SegmentMeasures], float | None]:
    return _of_head(lambda head: float(RAS_TO_LPS[axis, axis] * head.centre[axis]))


LEFT_RIGHT_RATIO = "left_right_ratio"

COLUMNS = (
    Column("volume_ml", "ml", 1, lambda one: one.volume_ml),
    Column("surface_volume_ml", "ml", 1, lambda one: one.surface_volume_ml),
    Column("surface_area_cm2", "cm²", 1, lambda one: one.surface_area_cm2),
    Column("extent_rl_mm", "mm", 1, lambda one: one.extent_mm[0]),
    Column("extent_ap_mm", "mm", 1, lambda one: one.extent_mm[1]),
    Column("extent_si_mm", "mm", 1, lambda one: one.extent_mm[2]),
    Column("head_centre_r_mm", "mm", 1, _centre_ras(0)),
    Column("head_centre_a_mm", "mm", 1, _centre_ras(1)),
    Column("head_centre_s_mm", "mm", 1, _centre_ras(2)),
    Column("head_radius_mm", "mm", 1, _of_head(lambda head: head.radius_mm)),
    Column("head_residual_mm", "mm", 2, _of_head(lambda head: head.rms_mm)),
    Column("confidence", "", 2, lambda one: one.confidence),
)
"""The left/right ratio stands behind the volumes, what is text at the end."""

_AFTER_VOLUMES = 2

COLUMN_NAMES = (
    SEGMENT,
    *(one.name for one in COLUMNS[:_AFTER_VOLUMES]),
    LEFT_RIGHT_RATIO,
    *(one.name for one in COLUMNS[_AFTER_VOLUMES:]),
    TOUCHES_BORDER,
    NOTE,
)


def fill_table(
    table_node: Any, measures: Sequence[SegmentMeasures], titles: Mapping[str, str]
) -> None:
    """Write one row a segment into a vtkMRMLTableNode in place of what it has.

    Numbers are rounded to what is worth reading; those that are not defined become NaN.

    Parameters
    ----------
    table_node
        The table.
    measures
        What was measured.
    titles
        What the user reads of columns, by their names, and of ``"yes"``, ``"no"`` and the values of
        `NoFemoralHead`; what is not there stands for itself.
    """
    was_modifying = table_node.StartModify()
    table_node.RemoveAllColumns()
    _add_text(table_node, SEGMENT, [one.name for one in measures])
    for column in COLUMNS[:_AFTER_VOLUMES]:
        _add_numbers(table_node, column.name, [_number(column, one) for one in measures])
    _add_numbers(table_node, LEFT_RIGHT_RATIO, left_right_ratios(measures))
    for column in COLUMNS[_AFTER_VOLUMES:]:
        _add_numbers(table_node, column.name, [_number(column, one) for one in measures])
    borders = [{True: YES, False: NO, None: ""}[one.touches_border] for one in measures]
    _add_text(table_node, TOUCHES_BORDER, [titles.get(one, one) for one in borders])
    notes = [one.head.value if isinstance(one.head, NoFemoralHead) else "" for one in measures]
    _add_text(table_node, NOTE, [titles.get(one, one) for one in notes])
    for column in COLUMNS:
        if column.unit:
            table_node.SetColumnUnitLabel(column.name, column.unit)
    for name in COLUMN_NAMES:
        table_node.SetColumnTitle(name, titles.get(name, name))
    table_node.SetUseColumnTitleAsColumnHeader(True)
    table_node.SetUseFirstColumnAsRowHeader(True)
    table_node.SetLocked(True)
    table_node.EndModify(was_modifying)


def left_right_ratios(measures: Sequence[SegmentMeasures]) -> list[float]:
    """Return the volume of the left bone as a part of the right one's, for both; else NaN."""
    volumes = {
        (one.definition.bone, one.definition.side): one.volume_ml
        for one in measures
        if one.definition is not None
    }
    ratios = []
    for one in measures:
        bone = one.definition.bone if one.definition else ""
        left, right = volumes.get((bone, LEFT)), volumes.get((bone, RIGHT))
        ratios.append(round(left / right, 3) if left and right else math.nan)
    return ratios


def table_text(table_node: Any, delimiter: str) -> str:
    r"""Return a table with its headers as separated values; NaN becomes an empty field.

    Parameters
    ----------
    table_node
        As `fill_table` leaves it.
    delimiter
        ``"\t"`` for the clipboard, ``","`` for a CSV file.
    """
    table = table_node.GetTable()
    columns = [table.GetColumn(index) for index in range(table.GetNumberOfColumns())]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow([table_node.GetColumnTitle(one.GetName()) for one in columns])
    for row in range(table.GetNumberOfRows()):
        writer.writerow([_plain(one.GetVariantValue(row)) for one in columns])
    return text.getvalue()


def _number(column: Column, measures: SegmentMeasures) -> float:
    value = column.value(measures)
    return math.nan if value is None else round(value, column.decimals)


def _plain(value: Any) -> str:
    text = value.ToString()
    return "" if text == "nan" else text


def _add_text(table_node: Any, name: str, values: Sequence[str]) -> None:
    from vtkmodules.vtkCommonCore import vtkStringArray

    array = vtkStringArray()
    array.SetName(name)
    for value in values:
        array.InsertNextValue(value)
    table_node.AddColumn(array)


def _add_numbers(table_node: Any, name: str, values: Sequence[float]) -> None:
    from vtkmodules.vtkCommonCore import vtkDoubleArray

    array = vtkDoubleArray()
    array.SetName(name)
    for value in values:
        array.InsertNextValue(value)
    table_node.AddColumn(array)
