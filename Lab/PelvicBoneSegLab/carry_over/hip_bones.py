"""The hip bones in 3D, which shows whether they have a pubis and meet at the symphysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from PelvicBoneSegLib.anatomy import BONES, HIP_BONE, SEGMENTS
from PelvicBoneSegLib.segmentation.postprocess import postprocess

from ..picture import render_bones
from ..small_png import small_png
from .cohort import Cohort
from .data import PelvisScan, classes_of
from .result import Result

SHOWN_CASE = "case_06"

FRONT, BELOW = (0.0, -1.0, 0.1), (0.0, -0.55, -0.85)
"""Directions from the bones to the camera, LPS."""

_INCHES = 2.6
_COLOURS = 128
_HIP_LABELS = [one.label for one in SEGMENTS if one.bone == HIP_BONE]


def hip_bones_png(cohort: Cohort, results: Sequence[Result]) -> bytes:
    """Draw the hip bones of `SHOWN_CASE`: complete ones, the manual mask, then each bundle's.

    Parameters
    ----------
    cohort
        The scans.
    results
        The bundles.
    """
    case = next(one for one in cohort.patients if one.name == SHOWN_CASE)
    complete = cohort.complete[0]
    columns = {
        f"{complete.name}: CT labels": (_sided(complete), complete.volume.ijk_to_lps),
        f"{case.name}: manual mask": (_sided(case), case.volume.ijk_to_lps),
    }
    for one in results:
        columns[f"{case.name}: {one.name}"] = (one.labels[case.name], case.volume.ijk_to_lps)
    return small_png(draw_columns(columns), _COLOURS)


def draw_columns(columns: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Draw hip bones from the front above the same from below.

    Parameters
    ----------
    columns
        Label values of `anatomy.SEGMENTS`, (K, J, I), and IJK→LPS matrix by title.
    """
    figure = Figure(figsize=(_INCHES * len(columns), 2 * _INCHES + 0.3), dpi=100, facecolor="black")
    for column, (title, (labels, ijk_to_lps)) in enumerate(columns.items()):
        hip_bones = np.where(np.isin(labels, _HIP_LABELS), labels, 0).astype(np.uint8)
        for row, direction in enumerate((FRONT, BELOW)):
            axes = figure.add_subplot(2, len(columns), 1 + row * len(columns) + column)
            axes.imshow(render_bones(hip_bones, ijk_to_lps, direction))
            axes.set_axis_off()
            if not row:
                axes.set_title(title, color="white", fontsize=9)
    figure.subplots_adjust(0.005, 0.005, 0.995, 0.94, 0.02, 0.02)
    return figure


def _sided(scan: PelvisScan) -> np.ndarray:
    return postprocess(classes_of(scan.truth), scan.volume, BONES)
