"""Plots as SVG. Text and axes take the colour of the page, so that they are read on dark too."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .report_names import (
    Measure,
    bone_colour,
    bone_name,
    bones_in,
    structure_name,
    structures_in,
)
from .report_summary import VolumeAgreement

# Colours that no plot uses; the page's own take their place in the SVG.
_INK, _GRID = "#010203", "#040506"
_PAGE_COLOURS = {_INK: "currentColor", _GRID: "var(--grid)"}

_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.7,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
}
_CASE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Told apart by colour-blind readers (Okabe and Ito). With more cases, lines have no name."""

_LEAST_FOR_BOX = 5
_LONGEST_LINE = 8


def strip_plot(metrics: pd.DataFrame, measures: Iterable[Measure]) -> str:
    """Draw a box and every case for each bone and side, a panel a measure.

    Parameters
    ----------
    metrics
        Rows as in `metrics.csv`.
    measures
        What to draw.

    Returns
    -------
    SVG. The n below each box is the number of values in it.
    """
    measures = list(measures)
    structures = structures_in(metrics)
    with _figure(4.6 * len(measures), 3.3) as figure:
        for index, measure in enumerate(measures, start=1):
            axes = figure.add_subplot(1, len(measures), index)
            for position, (bone, side) in enumerate(structures):
                values = _values(metrics, bone, side, measure.column)
                _box(axes, values.to_numpy(), position, bone_colour(bone))
            axes.set_xticks(range(len(structures)))
            axes.set_xticklabels(
                [
                    f"{_wrapped(structure_name(*one))}\nn = "
                    f"{len(_values(metrics, *one, measure.column))}"
                    for one in structures
                ],
                fontsize=8,
            )
            axes.set_xlim(-0.6, len(structures) - 0.4)
            axes.grid(axis="x", visible=False)
            axes.set_title(measure.heading)
            _from_best(axes, measure)
        return _svg(figure, "Box plots: " + ", ".join(one.name for one in measures))


def slice_plot(slices: pd.DataFrame) -> str:
    """Draw the Dice of each slice along the stack, a panel a bone, a line a case and side.

    Parameters
    ----------
    slices
        Rows as in `slices.csv`.

    Returns
    -------
    SVG. The n in a panel's title is its number of slices.
    """
    bones = bones_in(slices)
    cases = sorted(set(slices["case"]))
    named = len(cases) <= len(_CASE_COLOURS)
    rows = -(-len(bones) // 2)
    with _figure(9.2, 2.1 * rows + 0.4) as figure:
        for index, bone in enumerate(bones, start=1):
            axes = figure.add_subplot(rows, 2, index)
            of_bone = slices[(slices["bone"] == bone) & slices["dice"].notna()]
            for (case, side), line in of_bone.groupby(["case", "side"]):
                axes.plot(
                    line["slice_index"], line["dice"], linewidth=1.2,
                    color=_CASE_COLOURS[cases.index(case)] if named else bone_colour(bone),
                    alpha=1.0 if named else 0.35, marker="." if named else "", markersize=4,
                    linestyle="--" if side == "right" else "-",
                )  # fmt: skip
            axes.set_ylim(-0.03, 1.03)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_title(f"{bone_name(bone)}, n = {len(of_bone)} slices")
            axes.set_ylabel("Dice")
            axes.set_xlabel("slice")
        if named:
            strokes = [Line2D([], [], color=colour, label=case)
                       for case, colour in zip(cases, _CASE_COLOURS, strict=False)]  # fmt: skip
            if "right" in set(slices["side"]):
                strokes += [Line2D([], [], color=_INK, label="left, midline"),
                            Line2D([], [], color=_INK, linestyle="--", label="right")]  # fmt: skip
            figure.legend(handles=strokes, loc="outside upper center", ncols=8, fontsize=8)
        return _svg(figure, "Dice of every slice along the stack")


def volume_plots(agreement: Iterable[VolumeAgreement]) -> str:
    """Draw predicted against true volumes, and below them differences against means.

    Parameters
    ----------
    agreement
        A column each; lines are drawn where they are defined.

    Returns
    -------
    SVG, each panel with its n.
    """
    bones = list(agreement)
    with _figure(9.2, 5.2) as figure:
        panels = figure.subplots(2, len(bones), squeeze=False)
        for column, one in enumerate(bones):
            _draw_regression(panels[0, column], one)
            _draw_limits(panels[1, column], one)
        panels[0, 0].set_ylabel("prediction (ml)")
        panels[1, 0].set_ylabel("prediction − truth (ml)")
        return _svg(figure, "Regression and Bland–Altman plots of volumes")


def difference_plot(
    paired: pd.DataFrame, measures: Iterable[Measure], names: tuple[str, str]
) -> str:
    """Draw A minus B of every case, a panel a measure, a column a bone and side.

    Parameters
    ----------
    paired
        A row a case, bone and side, with columns ``<measure>_a`` and ``<measure>_b``.
    measures
        What to draw.
    names
        Of A and B.

    Returns
    -------
    SVG. The n below each column is its number of pairs.
    """
    measures = list(measures)
    structures = structures_in(paired)
    with _figure(4.6 * len(measures), 3.4) as figure:
        for index, measure in enumerate(measures, start=1):
            axes = figure.add_subplot(1, len(measures), index)
            labels = []
            for position, (bone, side) in enumerate(structures):
                rows = paired[(paired["bone"] == bone) & (paired["side"] == side)]
                change = (rows[f"{measure.column}_a"] - rows[f"{measure.column}_b"]).dropna()
                _box(axes, change.to_numpy(), position, bone_colour(bone))
                labels.append(f"{_wrapped(structure_name(bone, side))}\nn = {len(change)}")
            axes.axhline(0, color=_INK, linewidth=0.9)
            axes.set_xticks(range(len(structures)))
            axes.set_xticklabels(labels, fontsize=8)
            axes.set_xlim(-0.6, len(structures) - 0.4)
            axes.grid(axis="x", visible=False)
            axes.set_title(f"{measure.heading}: {names[0]} − {names[1]}")
        return _svg(figure, "Differences of two methods, case by case")


@contextmanager
def _figure(width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure in the report's style; the style ends with the block."""
    with rc_context(_STYLE):
        yield Figure(figsize=(width, height), layout="constrained")


def _values(metrics: pd.DataFrame, bone: str, side: str, column: str) -> pd.Series:
    chosen = (metrics["bone"] == bone) & (metrics["side"] == side)
    return metrics.loc[chosen, column].dropna().astype(float)


def _box(axes: Any, values: np.ndarray, position: int, colour: str) -> None:
    """Draw every value, with a box behind them where there are enough for quartiles."""
    if len(values) >= _LEAST_FOR_BOX:
        axes.boxplot(
            values, positions=[position], widths=0.62, showfliers=False, patch_artist=True,
            boxprops={"facecolor": colour, "alpha": 0.25, "edgecolor": colour},
            medianprops={"color": colour, "linewidth": 1.8},
            whiskerprops={"color": colour}, capprops={"color": colour},
        )  # fmt: skip
    elif len(values):
        middle = float(np.median(values))
        axes.plot([position - 0.28, position + 0.28], [middle] * 2, color=colour, linewidth=1.8)
    # Spread evenly, not at random: the same values give the same picture.
    spread = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else np.zeros(len(values))
    axes.scatter(position + spread, np.sort(values), s=18, color=colour, zorder=3, linewidths=0)


def _from_best(axes: Any, measure: Measure) -> None:
    """Let the axis end at the best value, so that the eye compares with it."""
    if measure.best == 1:
        axes.set_ylim(top=max(1.0, axes.get_ylim()[1]) if axes.get_ylim()[1] > 1.05 else 1.005)
    elif measure.column != "volume_error_ml":
        axes.set_ylim(bottom=0)


def _draw_regression(axes: Any, one: VolumeAgreement) -> None:
    truth, found = one.volumes["truth_ml"], one.volumes["prediction_ml"]
    axes.set_title(f"{bone_name(one.bone)}, n = {len(truth)}")
    axes.set_xlabel("truth (ml)")
    if not len(truth):
        return
    axes.scatter(truth, found, color=bone_colour(one.bone), s=22, zorder=3, linewidths=0)
    low, high = min(truth.min(), found.min()), max(truth.max(), found.max())
    margin = 0.12 * (high - low) or 1.0
    ends = np.array([low - margin, high + margin])
    axes.plot(ends, ends, color=_INK, linewidth=0.8, linestyle=":")
    if one.line is not None:
        axes.plot(ends, one.line.slope * ends + one.line.intercept, linewidth=1.2,
                  color=bone_colour(one.bone))  # fmt: skip
        axes.text(0.04, 0.96, f"R² = {one.line.r2:.2f}", transform=axes.transAxes, va="top")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)


def _draw_limits(axes: Any, one: VolumeAgreement) -> None:
    truth, found = one.volumes["truth_ml"], one.volumes["prediction_ml"]
    axes.set_title(f"Bland–Altman, n = {len(truth)}")
    axes.set_xlabel("mean of both (ml)")
    axes.axhline(0, color=_INK, linewidth=0.8, linestyle=":")
    axes.scatter((truth + found) / 2, found - truth, color=bone_colour(one.bone), s=22, zorder=3,
                 linewidths=0)  # fmt: skip
    axes.margins(x=0.15, y=0.18)
    if one.limits is None:
        return
    for value, style in (
        (one.limits.bias, "-"),
        (one.limits.lower, "--"),
        (one.limits.upper, "--"),
    ):
        axes.axhline(value, color=bone_colour(one.bone), linewidth=1.2, linestyle=style)
        number = f"{value:+.1f}".replace("-", "−")
        axes.annotate(number, (1.0, value), xycoords=axes.get_yaxis_transform(),
                      xytext=(0, 2), textcoords="offset points", ha="right",
                      fontsize=8)  # fmt: skip
    ends = [*(found - truth), one.limits.lower, one.limits.upper]
    margin = 0.18 * (max(ends) - min(ends)) or 1.0  # room for the numbers
    axes.set_ylim(min(ends) - margin, max(ends) + margin)


def _wrapped(name: str) -> str:
    return name.replace(" ", "\n", 1) if len(name) > _LONGEST_LINE else name


def _svg(figure: Figure, title: str) -> str:
    """Return the figure for use inside HTML: no prolog, no metadata, the page's colours."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    # The identifiers of clip paths must differ between the figures of one page.
    with rc_context({"svg.hashsalt": title}):
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = text.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)
    for ours, the_pages in _PAGE_COLOURS.items():
        text = text.replace(ours, the_pages)
    return text
