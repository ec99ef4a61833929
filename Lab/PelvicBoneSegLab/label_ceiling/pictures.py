"""Slices in which mask and bundle disagree: the scan alone, and with both outlines."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from PelvicBoneSegLib.evaluation.overlap import Overlap

from ..evaluation.contours import PREDICTION_COLOUR, TRUTH_COLOUR, region_of
from .compared_case import ComparedCase

LEGEND = "Left: the scan. Right: manual mask (blue, solid) and bundle (orange, dashed)."
WINDOW = (1.0, 99.5)
"""Percentiles of the scan that become black and white."""


@dataclass(frozen=True)
class SlicePicture:
    """A slice and what is to be said of it.

    Attributes
    ----------
    case, bone
        Which.
    index
        Of the slice, from 0, in the order of `ComparedCase`.
    dice
        In the slice.
    truth_mm2, found_mm2
        Areas.
    png
        The picture.
    """

    case: str
    bone: str
    index: int
    dice: float
    truth_mm2: float
    found_mm2: float
    png: bytes


def most_wrong_slice(case: ComparedCase, bone: str) -> int:
    """Return the slice with the largest area that only one of mask and bundle shows."""
    truth, found = case.masks(bone)
    return int((truth ^ found).sum(axis=(1, 2)).argmax())


def draw_slice(case: ComparedCase, bone: str, index: int) -> SlicePicture:
    """Draw one slice twice, side by side, cut to the bone."""
    truth, found = (mask[index] for mask in case.masks(bone))
    rows, columns = region_of(truth | found, case.spacing[1:])
    height, width = (
        (side.stop - side.start) * step
        for side, step in zip((rows, columns), case.spacing[1:], strict=True)
    )
    figure = Figure(figsize=(6.4, 3.2 * height / width), facecolor="black")
    window = np.percentile(case.image, WINDOW)
    for half in (0, 1):
        axes = figure.add_axes((half / 2, 0, 0.497, 1))
        axes.imshow(case.image[index][rows, columns], cmap="gray", vmin=window[0], vmax=window[1],
                    extent=(0, width, height, 0), interpolation="bilinear")  # fmt: skip
        if half:
            _outline(axes, truth[rows, columns], case.spacing[1:], TRUTH_COLOUR, "solid")
            _outline(axes, found[rows, columns], case.spacing[1:], PREDICTION_COLOUR, "dashed")
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, facecolor="black", metadata={"Software": None})
    pixel_mm2 = case.spacing[1] * case.spacing[2]
    return SlicePicture(
        case=case.name,
        bone=bone,
        index=index,
        dice=Overlap.of(found, truth).dice or 0.0,
        truth_mm2=float(truth.sum() * pixel_mm2),
        found_mm2=float(found.sum() * pixel_mm2),
        png=buffer.getvalue(),
    )


def _outline(
    axes: Axes, mask: np.ndarray, pixel_mm: tuple[float, float], colour: str, stroke: str
) -> None:
    if mask.any():
        y, x = ((np.arange(n) + 0.5) * step for n, step in zip(mask.shape, pixel_mm, strict=True))
        axes.contour(x, y, mask, levels=[0.5], colors=[colour], linewidths=1.2, linestyles=[stroke])
