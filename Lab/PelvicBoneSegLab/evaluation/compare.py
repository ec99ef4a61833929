"""Two tools on the same cases, against one truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from PelvicBoneSegLib import __version__
from PelvicBoneSegLib.evaluation.errors import UnmatchedCasesError
from PelvicBoneSegLib.evaluation.label_scheme import DEFAULT_SCHEME, LabelScheme
from PelvicBoneSegLib.segmentation.output_folder import check_writable, write_together

from .cohort import CohortResult, evaluate_folders, write_csv
from .figures import difference_plot
from .html_page import number, p_value, render_page, svg
from .paired import PairedTest, paired_tests
from .report import REPORT_HTML, REPORT_JSON, now, versions, write_json
from .report_names import (
    DICE,
    HD95,
    MEASURES,
    bone_name,
    bones_in,
    listed,
    structure_name,
    structures_in,
)
from .report_summary import FEW_CASES, plain, require_bones, shown_bones, summarise

KEYS = ["case", "bone", "side"]

TESTED = tuple(
    one for one in MEASURES if one.column in ("dice", "surface_dice_2mm", "hd95_mm", "assd_mm")
)
"""IoU ranks masks as Dice does, and the volume measures say nothing about place."""

SHOWN = tuple(one for one in MEASURES if one.column != "iou")

_CONTENTS = {
    "summary": "Summary", "differences": "Differences", "tests": "Tests", "all": "All values",
    "definitions": "Definitions",
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """What to compare and how.

    Attributes
    ----------
    a, b, truths
        Folders, or three files.
    scheme_a, scheme_b, truth_scheme
        Names or files of label tables, see `LabelScheme.load`.
    names
        What the report calls the two.
    resample
        Resample predictions that are on another grid.
    """

    a: Path
    b: Path
    truths: Path
    scheme_a: str = DEFAULT_SCHEME
    scheme_b: str = DEFAULT_SCHEME
    truth_scheme: str = DEFAULT_SCHEME
    names: tuple[str, str] = ("A", "B")
    resample: bool = False


def write_comparison(
    request: Comparison, output: Path, progress: Callable[[float, str], None] | None = None
) -> dict[str, Any]:
    """Measure both, test the difference, and write tables and a page.

    ``metrics.csv`` and ``slices.csv`` have the columns of `report.write_evaluation` with the
    column ``method`` before them.

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
    check_writable(output)
    results = _measure(request, progress)
    for one in results:
        require_bones(one.metrics)
    paired = pair_up(*(shown_bones(one.metrics) for one in results))
    if paired.empty:
        raise UnmatchedCasesError(
            f"No case and bone is in both {request.a} and {request.b} with the same sides."
        )
    data = _data(request, results, paired)
    page = _page(data, paired, request.names)

    def fill(folder: Path) -> None:
        write_csv(_together(results, request.names), folder)
        write_json(data, folder / REPORT_JSON)
        (folder / REPORT_HTML).write_text(page, encoding="utf-8")

    files = write_together(output, fill)
    return {**data, "lines": _lines(data), "files": [path.name for path in files]}


def _measure(
    request: Comparison, progress: Callable[[float, str], None] | None
) -> list[CohortResult]:
    truth_scheme = LabelScheme.load(request.truth_scheme)
    schemes = [LabelScheme.load(name) for name in (request.scheme_a, request.scheme_b)]
    results = []
    for index, (folder, scheme) in enumerate(zip((request.a, request.b), schemes, strict=True)):

        def tell(fraction: float, stage: str, start: float = 0.45 * index) -> None:
            if progress:
                progress(start + 0.45 * fraction, stage)

        results.append(
            evaluate_folders(
                folder, request.truths, scheme, truth_scheme, resample=request.resample,
                progress=tell,
            )
        )  # fmt: skip
    return results


def pair_up(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Put the metrics of two methods beside each other.

    Returns
    -------
    A row for each case, bone and side that both have, with ``<column>_a`` and ``<column>_b``.
    """
    return a.merge(b, on=KEYS, suffixes=("_a", "_b"))


def _data(request: Comparison, results: list[CohortResult], paired: pd.DataFrame) -> dict[str, Any]:
    a, b = (_only(one.metrics, paired) for one in results)
    cases = sorted(set(paired["case"]))
    tests = {one.column: [_test(each) for each in paired_tests(a, b, one.column)] for one in TESTED}
    return plain(
        {
            "title": f"{request.names[0]} and {request.names[1]} compared",
            "created": now(),
            "versions": versions(),
            "compared": {
                "names": request.names,
                "a": Path(request.a).name,
                "b": Path(request.b).name,
                "truths": Path(request.truths).name,
                "scheme_a": Path(request.scheme_a).name,
                "scheme_b": Path(request.scheme_b).name,
                "truth_scheme": Path(request.truth_scheme).name,
                "resampled": request.resample,
                "cases": cases,
                "n_cases": len(cases),
            },
            "warnings": _warnings(request, results, paired, tests),
            "summary": [
                {**first, "measures": None, "a": first["measures"], "b": second["measures"]}
                for first, second in zip(summarise(a), summarise(b), strict=True)
            ],
            "tests": tests,
            "metrics": paired.to_dict("records"),
        }
    )


def _test(one: PairedTest) -> dict[str, Any]:
    return {**asdict(one), "name": bone_name(one.bone)}


def _only(metrics: pd.DataFrame, paired: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a partner, in the order of the pairs."""
    return paired[KEYS].merge(metrics, on=KEYS)


def _warnings(
    request: Comparison,
    results: list[CohortResult],
    paired: pd.DataFrame,
    tests: dict[str, list[dict[str, Any]]],
) -> list[str]:
    cases = set(paired["case"])
    found = []
    if len(cases) < FEW_CASES:
        smallest = min(
            (one["smallest_p"] for one in tests["dice"] if one["smallest_p"]), default=None
        )
        bound = f" No p value can be below {smallest:.2g} before correction." if smallest else ""
        found.append(
            f"Only {len(cases)} case{'s' if len(cases) != 1 else ''}: a difference can hardly be "
            f"shown, and its absence not at all.{bound}"
        )
    for name, one in zip(request.names, results, strict=True):
        if alone := sorted(set(one.metrics["case"]) - cases):
            found.append(f"Only {name} has {listed(alone)}: left out.")
    if without := sorted(
        set(results[0].cases.without_prediction) & set(results[1].cases.without_prediction)
    ):
        found.append(
            f"No prediction of either for {len(without)} of the truths: {listed(without)}."
        )
    lost = {bone for one in results for bone in bones_in(shown_bones(one.metrics))}
    for bone in sorted(lost - set(paired["bone"])):
        found.append(
            f"{bone_name(bone)}: one of the two tells left and right and the other does not, or "
            "lacks the bone. It is left out; give both a label table with or without sides."
        )
    if request.resample:
        found.append("Masks on other grids were resampled (nearest neighbour), as asked.")
    return found


def _together(results: list[CohortResult], names: tuple[str, str]) -> CohortResult:
    """Return both results in one, rows marked by method."""
    frames = []
    for table in ("metrics", "slices"):
        pairs = zip(results, names, strict=True)
        parts = [getattr(one, table).assign(method=name) for one, name in pairs]
        frame = pd.concat(parts)
        frames.append(frame[["method", *frame.columns.drop("method")]])
    return CohortResult(frames[0], frames[1], results[0].cases)


def _page(data: dict[str, Any], paired: pd.DataFrame, names: tuple[str, str]) -> str:
    return render_page(
        "compare.html",
        heading=data["title"],
        data=data,
        names=names,
        version=__version__,
        versions=data["versions"],
        created=data["created"],
        contents=_CONTENTS.items(),
        measures=SHOWN,
        tested=TESTED,
        differences=svg(difference_plot(paired, (DICE, HD95), names)),
        rows=[{**row, "name": structure_name(row["bone"], row["side"])} for row in data["metrics"]],
        n_structures=len(structures_in(paired)),
    )


def _lines(data: dict[str, Any]) -> list[str]:
    a, b = data["compared"]["names"]
    lines = [f"{'Dice':20}{'n':>4}{a[:16]:>18}{b[:16]:>18}"]
    for row in data["summary"]:
        means = (row[which]["dice"]["mean"] for which in ("a", "b"))
        lines.append(
            f"{row['name']:20}{row['n']:>4}{''.join(f'{number(one):>18}' for one in means)}"
        )
    for test in data["tests"]["dice"]:
        difference = number(test["mean_difference"], 3, True)
        lines.append(
            f"{test['name']}: {a} − {b} {difference}, p = {p_value(test['p'])}, after Holm "
            f"{p_value(test['p_holm'])}, n = {test['n']}"
        )
    return lines
