"""A sheet of all pairs of scans: each scan in its own plane, with the outlines of both masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from PelvicBoneSegLib.segmentation.postprocess import bone_classes

from ..evaluation.html_page import NOTHING, number
from ..small_png import small_png
from .agreement import Outcome
from .cohort import Cohort
from .data import ManScan
from .pairs import compared_scans, is_shown
from .result import Result
from .scan_pictures import SOURCES
from .tile import SharedField, draw_tile

_PAIRS_PER_ROW = 4
_TILE_INCHES = 1.5
_LINE_INCHES = 0.16
_ROW_INCHES = _TILE_INCHES + 2 * _LINE_INCHES
_DPI = 130
_COLOURS = 64


def sheet_png(cohort: Cohort, result: Result) -> bytes:
    """Draw the pairs that a page shows, two tiles each.

    Parameters
    ----------
    cohort
        The scans.
    result
        The bundle.
    """
    classes = {scan.name: bone_classes(result.labels[scan.name]) for scan in cohort.men}
    return small_png(draw_sheet(cohort.men, classes, result.report["men"]), _COLOURS)


def draw_sheet(
    scans: Sequence[ManScan], classes: Mapping[str, np.ndarray], men: Mapping[str, Any]
) -> Figure:
    """Draw the pairs that a page shows.

    Parameters
    ----------
    scans
        Of all men.
    classes
        By the name of the scan, shape (K, J, I): 0 background, else 1 + index into
        `anatomy.BONES`.
    men
        As in `measure.measure`: the figures in the titles.
    """
    by_name = {(scan.man.name, scan.sequence): scan for scan in scans}
    pairs = [
        (man, first, second)
        for man in men
        for first, second in compared_scans([name for owner, name in by_name if owner == man])
        if is_shown(first, second)
    ]
    rows = -(-len(pairs) // _PAIRS_PER_ROW)
    size = (2 * _PAIRS_PER_ROW * _TILE_INCHES, rows * _ROW_INCHES + _LINE_INCHES)
    figure = Figure(figsize=size, dpi=_DPI, facecolor="black")
    grid = figure.add_gridspec(rows, 2 * _PAIRS_PER_ROW, left=0, right=1, wspace=0.04,
                               bottom=_LINE_INCHES / size[1], top=1 - 2 * _LINE_INCHES / size[1],
                               hspace=_ROW_INCHES / _TILE_INCHES - 1)  # fmt: skip
    for place, (man, first, second) in enumerate(pairs):
        row, column = divmod(place, _PAIRS_PER_ROW)
        cells = [grid[row, 2 * column + half] for half in (0, 1)]
        corner = cells[0].get_position(figure)
        figure.text(corner.x0 + 0.002, corner.y1, _title(man, first, second, men[man]["pairs"]),
                    color="white", fontsize=6.5, va="bottom")  # fmt: skip
        field = SharedField.of(by_name[man, first], by_name[man, second], classes)
        if field:
            for half, cell in enumerate(cells):
                draw_tile(figure.add_subplot(cell), field, half)
    figure.text(0.5, 0.25 * _LINE_INCHES / size[1], f"Images: {SOURCES['patient']}; drawn on.",
                color="white", fontsize=7, ha="center")  # fmt: skip
    return figure


def _title(man: str, first: str, second: str, pairs: Sequence[Mapping[str, Any]]) -> str:
    found = ", ".join(
        f"{pair['bone'].replace('_', ' ')} {_dice(pair)}"
        for pair in pairs
        if (pair["first"], pair["second"]) == (first, second)
    )
    return f"{man}: {first} – {second}\n{found}"


def _dice(pair: Mapping[str, Any]) -> str:
    if pair["outcome"] == Outcome.COMPARED.value:
        return number(pair["dice"], 2)
    return NOTHING if pair["score"] is None else "missed"
