"""Slices with the outlines of truth and prediction."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

TRUTH_COLOUR, PREDICTION_COLOUR = "#35d0ff", "#ff8c1a"
"""Told apart on grey by colour-blind readers too; the two are drawn with different strokes."""

SUBSTANTIAL = 0.25
"""Share of the bone's largest true area in the case from which a slice counts as a bad one. The
rim of a bone always has a low Dice; that says little about the mask."""

MARGIN_MM = 18.0
"""How much of the surroundings is shown at least."""

ASPECT = 4 / 3
"""Width to height of a picture."""


def worst_slices(slices: pd.DataFrame, per_structure: int = 2) -> pd.DataFrame:
    """Choose the slices that a reader should look at first.

    Parameters
    ----------
    slices
        Rows as in `slices.csv`.
    per_structure
        How many of each bone and side, at most one a case.

    Returns
    -------
    Rows of `slices`, worst first. Only slices are taken in which truth or prediction has at least
    `SUBSTANTIAL` of the bone's largest true area in that case.
    """
    keys = ["case", "bone", "side"]
    known = slices[slices["dice"].notna()]
    area = known[["truth_mm2", "prediction_mm2"]].max(axis=1)
    largest = known.groupby(keys)["truth_mm2"].transform("max")
    worst_first = known[area >= SUBSTANTIAL * largest].sort_values("dice", kind="stable")
    by_case = worst_first.drop_duplicates(keys)
    return by_case.groupby(["bone", "side"]).head(per_structure)


def draw_outlines(
    background: np.ndarray | None,
    truth: np.ndarray,
    prediction: np.ndarray,
    spacing: tuple[float, float],
    window: tuple[float, float] = (0.0, 1.0),
) -> bytes:
    """Draw one slice, cut to the bone, with both outlines.

    Parameters
    ----------
    background
        The scan, shape (rows, columns); None for plain grey.
    truth, prediction
        Masks of the same shape.
    spacing
        Between rows and between columns, in mm.
    window
        Values of the scan that become black and white.

    Returns
    -------
    PNG.
    """
    rows, columns = region_of(truth | prediction, spacing)
    height, width = (
        (rows.stop - rows.start) * spacing[0],
        (columns.stop - columns.start) * spacing[1],
    )
    figure = Figure(figsize=(3.6, 3.6 * height / width), facecolor="black")
    axes = figure.add_axes((0, 0, 1, 1))
    extent = (0, width, height, 0)
    if background is None:
        axes.imshow(np.full((1, 1), 0.22), cmap="gray", vmin=0, vmax=1, extent=extent)
    else:
        axes.imshow(background[rows, columns], cmap="gray", vmin=window[0], vmax=window[1],
                    extent=extent, interpolation="bilinear")  # fmt: skip
    y = (np.arange(rows.stop - rows.start) + 0.5) * spacing[0]
    x = (np.arange(columns.stop - columns.start) + 0.5) * spacing[1]
    strokes = ((truth, TRUTH_COLOUR, "solid"), (prediction, PREDICTION_COLOUR, "dashed"))
    for mask, colour, stroke in strokes:
        if mask.any():
            axes.contour(x, y, mask[rows, columns], levels=[0.5], colors=[colour],
                         linewidths=1.3, linestyles=[stroke])  # fmt: skip
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, facecolor="black", metadata={"Software": None})
    return buffer.getvalue()


def region_of(mask: np.ndarray, spacing: tuple[float, float]) -> tuple[slice, slice]:
    """Return the rows and columns of the bone with its surroundings, as near to `ASPECT` as can be.

    Pictures of one shape are compared more easily, and the surroundings tell where they are.

    Parameters
    ----------
    mask
        Boolean, shape (rows, columns), not empty.
    spacing
        Between rows and between columns, in mm.
    """
    filled = [np.flatnonzero(mask.any(axis=1 - axis)) * step for axis, step in enumerate(spacing)]
    height, width = (float(np.ptp(place)) + 2 * MARGIN_MM for place in filled)
    height, width = max(height, width / ASPECT), max(width, height * ASPECT)
    ranges = []
    for place, size, step, count in zip(filled, (height, width), spacing, mask.shape, strict=True):
        length = min(round(size / step), count)
        middle = (place[0] + place[-1]) / 2 / step
        first = min(max(round(middle - length / 2), 0), count - length)
        ranges.append(slice(first, first + length))
    return ranges[0], ranges[1]
