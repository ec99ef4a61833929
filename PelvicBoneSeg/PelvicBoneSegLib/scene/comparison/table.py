"""The values of a comparison as a table node."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .job import StructureComparison


@dataclass(frozen=True)
class Column:
    """One column: its name, which is a field of `StructureMetrics`, its unit, its decimals."""

    name: str
    unit: str
    decimals: int


SEGMENT = "segment"
"""Name of the first column, which heads the rows."""

COLUMNS = (
    Column("dice", "", 3),
    Column("iou", "", 3),
    Column("volume_similarity", "", 3),
    Column("hd95_mm", "mm", 2),
    Column("assd_mm", "mm", 2),
    Column("surface_dice_2mm", "", 3),
    Column("prediction_ml", "ml", 1),
    Column("truth_ml", "ml", 1),
    Column("volume_error_ml", "ml", 1),
)


def fill_table(
    table_node: Any,
    structures: Sequence[StructureComparison],
    titles: Mapping[str, str],
    descriptions: Mapping[str, str],
) -> None:
    """Write one row a structure into an empty vtkMRMLTableNode.

    Values are rounded to what is worth reading; those that are not defined become NaN.

    Parameters
    ----------
    table_node
        Outside of any scene, or nobody's yet.
    structures
        What was compared.
    titles, descriptions
        What the user reads of a column, by its name; the name itself where there is none.
    """
    from vtkmodules.vtkCommonCore import vtkDoubleArray, vtkStringArray

    names = vtkStringArray()
    names.SetName(SEGMENT)
    for one in structures:
        names.InsertNextValue(one.pair.name)
    table_node.AddColumn(names)
    for column in COLUMNS:
        values = vtkDoubleArray()
        values.SetName(column.name)
        for one in structures:
            value = getattr(one.metrics, column.name)
            values.InsertNextValue(math.nan if value is None else round(value, column.decimals))
        table_node.AddColumn(values)
        if column.unit:
            table_node.SetColumnUnitLabel(column.name, column.unit)
    for name in (SEGMENT, *(column.name for column in COLUMNS)):
        table_node.SetColumnTitle(name, titles.get(name, name))
        if name in descriptions:
            table_node.SetColumnDescription(name, descriptions[name])
    table_node.SetUseColumnTitleAsColumnHeader(True)
    table_node.SetUseFirstColumnAsRowHeader(True)
    table_node.SetLocked(True)
