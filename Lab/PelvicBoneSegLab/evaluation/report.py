"""Evaluate folders and write everything about it: CSV, JSON and a page that opens offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.colors import to_hex

from PelvicBoneSegLib import __version__
from PelvicBoneSegLib.evaluation.label_scheme import DEFAULT_SCHEME, LabelScheme
from PelvicBoneSegLib.segmentation.output_folder import check_writable, write_together

from .cohort import CohortResult, evaluate_folders, write_csv
from .contours import PREDICTION_COLOUR, SUBSTANTIAL, TRUTH_COLOUR
from .figures import slice_plot, strip_plot, volume_plots
from .figures_surface import MISSED_MM, RANGE_MM, distance_colours
from .html_page import number, render_page, svg
from .reader_table import write_reader_table
from .report_names import DICE, HD95, MEASURES, structure_name
from .report_pictures import Pictures, draw_pictures, images_by_case
from .report_score import purpose_named, score_data, score_table
from .report_summary import plain, report_data, require_bones, shown_bones, volume_agreement

REPORT_HTML, REPORT_JSON = "report.html", "report.json"
SCORE_CSV, READERS_CSV = "score.csv", "score_readers.csv"

_CONTENTS = {
    "summary": "Summary", "plots": "Case by case", "slices": "Along the stack",
    "volumes": "Volumes", "worst": "Worst slices", "surface": "Surface distance",
    "components": "Components", "score": "SCORE", "all": "All values",
    "definitions": "Definitions",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What to compare and how.

    Attributes
    ----------
    predictions, truths
        Folders, or two files.
    scheme, truth_scheme
        Names or files of label tables, see `LabelScheme.load`.
    image_dir
        Scans with the names of the cases, for the pictures; None for plain grey.
    resample
        Resample predictions that are on another grid.
    purpose
        What SCORE is for, ``"detection"`` or ``"measurement"``; None for no SCORE.
    grades
        The readers' table for SCORE; None without readers.
    title
        Of the page.
    notes
        Further warnings for the reader.
    """

    predictions: Path
    truths: Path
    scheme: str = DEFAULT_SCHEME
    truth_scheme: str = DEFAULT_SCHEME
    image_dir: Path | None = None
    resample: bool = False
    purpose: str | None = None
    grades: Path | None = None
    title: str = "How good are the masks?"
    notes: tuple[str, ...] = ()


def write_evaluation(
    request: Request, output: Path, progress: Callable[[float, str], None] | None = None
) -> dict[str, Any]:
    """Measure, and write ``metrics.csv``, ``slices.csv``, ``report.json`` and ``report.html``.

    With SCORE there are ``score.csv`` too, a row a domain, and, unless it is there already,
    ``score_readers.csv``, the table that readers fill in.

    Parameters
    ----------
    request
        What to compare.
    output
        Folder; all files appear or none.
    progress
        Told the fraction done and what comes next.

    Returns
    -------
    What is in ``report.json``, ``lines`` to print, and the names of the ``files``.

    Raises
    ------
    InputError
        Files cannot be matched, read or compared; the message names them.
    OutputNotWritableError
        The folder cannot be written to.
    """
    tell = progress or _silent
    check_writable(output)
    images_by_case(request.image_dir)  # early: what follows takes long
    wants_score = request.purpose or request.grades
    purpose = purpose_named(request.purpose or "none given") if wants_score else None
    schemes = LabelScheme.load(request.scheme), LabelScheme.load(request.truth_scheme)
    result = evaluate_folders(
        request.predictions, request.truths, *schemes, resample=request.resample,
        progress=lambda fraction, stage: tell(0.6 * fraction, stage),
    )  # fmt: skip
    require_bones(result.metrics)
    tell(0.6, "Drawing slices and bones")
    pictures = draw_pictures(result, *schemes, request.resample, request.image_dir)
    tell(0.85, "Writing the report")
    table = None
    if purpose:
        table = score_table(result, *schemes, request.resample, purpose, request.grades)
    data = _data(request, result, table)
    page = _page(request.title, data, result, pictures)

    def fill(folder: Path) -> None:
        write_csv(result, folder)
        write_json(data, folder / REPORT_JSON)
        (folder / REPORT_HTML).write_text(page, encoding="utf-8")
        if table is not None:
            table.to_csv(folder / SCORE_CSV, index=False)
            if not (Path(output) / READERS_CSV).exists():
                write_reader_table(folder / READERS_CSV, table, ("1", "2"))

    files = write_together(output, fill)
    tell(1.0, "Done")
    return {**data, "lines": summary_lines(data), "files": [path.name for path in files]}


def write_json(data: dict[str, Any], path: Path) -> None:
    """Write plain data; numbers that are not finite are refused."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def summary_lines(data: dict[str, Any]) -> list[str]:
    """Return the summary for a terminal: a line a bone."""
    lines = [f"{'':20}{'n':>4}{'Dice':>17}{'HD95 (mm)':>15}"]
    for row in data["summary"]:
        cells = []
        for measure, width in ((DICE, 17), (HD95, 15)):
            one = row["measures"][measure.column]
            spread = "" if one["sd"] is None else f" ± {number(one['sd'], measure.digits)}"
            cells.append(f"{number(one['mean'], measure.digits) + spread:>{width}}")
        lines.append(f"{row['name']:20}{row['n']:>4}{''.join(cells)}")
    return lines


def now() -> str:
    """Return the date that reports state, in UTC."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def versions() -> str:
    """Name the software that the numbers come from."""
    names = ("numpy", "SimpleITK", "scipy", "pandas", "pingouin", "vtk")
    return ", ".join([f"PelvicBoneSeg {__version__}", *(f"{one} {version(one)}" for one in names)])


def _silent(fraction: float, stage: str) -> None:
    pass


def _data(request: Request, result: CohortResult, table: pd.DataFrame | None) -> dict[str, Any]:
    compared = {
        "predictions": Path(request.predictions).name,
        "truths": Path(request.truths).name,
        "scheme": Path(request.scheme).name,
        "truth_scheme": Path(request.truth_scheme).name,
        "resampled": request.resample,
    }
    data = report_data(result, compared, request.resample)
    data["warnings"] = [*request.notes, *data["warnings"]]
    score = None
    if table is not None:
        score = score_data(table, purpose_named(request.purpose or ""), request.grades)
    return {"title": request.title, "created": now(), "versions": versions(), **data,
            "score": plain(score)}  # fmt: skip


def _page(title: str, data: dict[str, Any], result: CohortResult, pictures: Pictures) -> str:
    names = {name: text for name, text in _CONTENTS.items() if name != "score" or data["score"]}
    metrics = shown_bones(result.metrics)
    gradient = ", ".join(to_hex(colour) for colour in distance_colours(15))
    return render_page(
        "report.html",
        heading=title,
        data=data,
        version=__version__,
        versions=data["versions"],
        created=data["created"],
        contents=names.items(),
        measures=MEASURES,
        rows=[{**row, "name": structure_name(row["bone"], row["side"])} for row in data["metrics"]],
        strip=svg(strip_plot(metrics, (DICE, HD95))),
        along=svg(slice_plot(result.slices)),
        volumes=svg(volume_plots(volume_agreement(metrics))),
        slice_pictures=pictures.slices,
        without_image=pictures.without_image,
        bones=pictures.bones,
        gradient=gradient,
        ticks=[-RANGE_MM, -RANGE_MM / 2, 0.0, RANGE_MM / 2, RANGE_MM],
        missed_mm=MISSED_MM,
        substantial=SUBSTANTIAL,
        truth_colour=TRUTH_COLOUR,
        prediction_colour=PREDICTION_COLOUR,
    )
