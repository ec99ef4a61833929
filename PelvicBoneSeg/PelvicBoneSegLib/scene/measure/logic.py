"""The bones of a segmentation measured: one table node for each segmentation."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from ...errors import NoBoneError, SegmentationChangedError
from ...segmentation.output_folder import write_together
from ..companion import find_companion, set_companion
from ..comparison.segments import check_segmentation, stamp
from ..export.bones import bones_of
from ..run_record import read_run_record
from ..steps import all_steps
from ..transaction import SceneTransaction
from .measures import measure_segment
from .segment_statistics import SegmentStatistics
from .table import fill_table, table_text

MEASUREMENTS = "PelvicBoneSeg.Measurements"
"""Role of a segmentation's reference to its table; saved with the scene."""


def find_measurements(segmentation_node: Any) -> Any | None:
    """Return the vtkMRMLTableNode with a segmentation's measurements, or None."""
    return find_companion(segmentation_node, MEASUREMENTS)


def measure(segmentation_node: Any, titles: Mapping[str, str] | None = None) -> Any:
    """Measure all segments and write them into the segmentation's table.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode in a scene, with binary labelmaps, under any linear transforms.
    titles
        What the user reads in the table: see `table.fill_table`.

    Returns
    -------
    The vtkMRMLTableNode, which is renewed where there is one already.

    Raises
    ------
    NotASegmentationError, NotALabelmapSegmentationError, NoBoneError
        There is nothing to measure.
    NonLinearTransformError
        A parent transform is not linear.
    """
    return all_steps(measure_steps(segmentation_node, titles))


def measure_steps(
    segmentation_node: Any, titles: Mapping[str, str] | None = None
) -> Generator[float, None, Any]:
    """Do `measure` in steps of some 0.1 s, one a segment, and yield the part that is done.

    The table is written in the last step. Closing the generator before leaves no trace.

    Raises
    ------
    SegmentationChangedError
        The segmentation was edited, moved or removed between two steps; else as `measure`.
    """
    check_segmentation(segmentation_node)
    ids = list(segmentation_node.GetSegmentation().GetSegmentIDs())
    before = stamp(segmentation_node, ids)
    bones = dict(bones_of(segmentation_node, ids))
    record = read_run_record(segmentation_node)
    known = record.segments if record else {}
    statistics = SegmentStatistics(segmentation_node)
    found = []
    for number, segment_id in enumerate(ids):
        confidence = known[segment_id].confidence if segment_id in known else None
        found.append(measure_segment(segmentation_node, segment_id, bones, confidence, statistics))
        yield (number + 1) / len(ids)
        if segmentation_node.GetScene() is None or stamp(segmentation_node, ids) != before:
            raise SegmentationChangedError(segmentation_node.GetName())
    measures = [one for one in found if one is not None]
    if not measures:
        raise NoBoneError(segmentation_node.GetName())
    table = _table_of(segmentation_node)
    fill_table(table, measures, titles or {})
    return table


def write_csv(table_node: Any, path: Path | str) -> Path:
    """Write a table of measurements as CSV, whole or not at all; a file that is there is replaced.

    It is UTF-8 with the mark by which spreadsheets know it.

    Raises
    ------
    OutputNotWritableError
        It cannot be stored.
    """
    path = Path(path)
    text = table_text(table_node, ",")
    (written,) = write_together(path.parent, lambda folder: _write(folder / path.name, text))
    return written


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8-sig", newline="")


def _table_of(segmentation_node: Any) -> Any:
    table = find_measurements(segmentation_node)
    if table is not None:
        return table
    scene = segmentation_node.GetScene()
    with SceneTransaction(scene):
        name = f"{segmentation_node.GetName()} measurements"
        table = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
        set_companion(segmentation_node, MEASUREMENTS, table)
    return table
