"""What the section *Measure* does."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import dataclass, field
from typing import Any

from trame_server import Server
from trame_slicer.app.logic.base_logic import BaseLogic

from PelvicBoneSegLib.errors import PelvicBoneSegError, SegmentationChangedError
from PelvicBoneSegLib.scene.measure.logic import measure_steps
from PelvicBoneSegLib.scene.measure.table import NOTE, table_text

from ..session import Session
from .titles import TITLES


@dataclass
class MeasureState:
    """The table.

    Attributes
    ----------
    titles, rows
        Texts: a column for each segment, a row for each measure.
    notes
        What is to be read about segments, one text each.
    fraction
        Of the measuring that is done, in percent; negative while nothing is measured.
    is_outdated
        Whether segments were changed since.
    problem
        Why there is no table; empty where there is one.
    """

    titles: list[str] = field(default_factory=list)
    rows: list = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fraction: float = -1.0
    is_outdated: bool = False
    problem: str = ""


class MeasureLogic(BaseLogic[MeasureState]):
    """Measures all segments when it is asked to."""

    def __init__(self, server: Server, session: Session) -> None:
        super().__init__(server, session.slicer_app, MeasureState)
        self._session = session
        self._table: Any = None
        session.segmentation_changed.connect(self._forget)
        session.segments_written.connect(self._age)
        session.slicer_app.segmentation_editor.segmentation_modified.connect(self._age)

    @property
    def csv_text(self) -> str | None:
        """The table as CSV; None where there is none."""
        return None if self._table is None else table_text(self._table, ",")

    async def measure(self) -> None:
        """Measure, a segment at a time, so that the views live."""
        if self._session.segmentation is None or self.data.fraction >= 0:
            return
        try:
            await self._measure()
        except SegmentationChangedError:
            self._tell("The segments were changed meanwhile. Measure again.")
        except PelvicBoneSegError as error:
            self._tell(error.message)

    async def _measure(self) -> None:
        steps = measure_steps(self._session.segmentation, TITLES)
        try:
            while True:
                try:
                    part = next(steps)
                except StopIteration as end:
                    self._table = end.value
                    break
                with self.state:
                    self.data.fraction = 100 * part
                await asyncio.sleep(0)
            with self.state:
                self._show()
        finally:
            with self.state:
                self.data.fraction = -1.0

    def _show(self) -> None:
        bones = csv.reader(io.StringIO(table_text(self._table, ",")))
        # One column a bone: that is narrow, as the panel is.
        titles, *rows = (list(row) for row in zip(*bones, strict=True))
        self.data.titles = titles
        self.data.rows = [row for row in rows if any(row[1:]) and row[0] != TITLES[NOTE]]
        notes = {row[0]: row[1:] for row in rows}[TITLES[NOTE]]
        self.data.notes = [
            f"{bone}: {note}." for bone, note in zip(titles[1:], notes, strict=True) if note
        ]
        self.data.is_outdated = False
        self.data.problem = ""

    def _tell(self, problem: str) -> None:
        with self.state:
            self.data.problem = str(problem)

    def _age(self) -> None:
        self.data.is_outdated = bool(self.data.rows)

    def _forget(self) -> None:
        self._table = None
        self.data.rows, self.data.titles, self.data.notes, self.data.problem = [], [], [], ""
