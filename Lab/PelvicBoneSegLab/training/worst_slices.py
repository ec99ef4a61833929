"""A sheet of the validation slices in which a network is worst."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.image import imread

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.output_folder import write_together

from ..data.cases import LabelledScan
from ..evaluation.contours import ASPECT, draw_outlines, worst_slices

_PER_BONE = 3
_WINDOW = (1, 99.5)
"""Percentiles of the scan that become black and white."""


def write_worst_slices(
    scans: Sequence[LabelledScan], found: Sequence[np.ndarray], bones: Sequence[str], output: Path
) -> None:
    """Write `<output>.worst.png`: a row a bone, the worst slice of the worst cases first.

    Truth and prediction are compared slice by slice in the plane of acquisition, and only where
    the labels say something.

    Parameters
    ----------
    scans, found
        Cases, and class indices of the same shapes that a network found in them.
    bones
        Which to draw.
    output
        The bundle's folder.

    Raises
    ------
    OutputNotWritableError
        It cannot be stored.
    """
    cases = {
        (scan.name, bone): _Stack(scan, classes, bone)
        for scan, classes in zip(scans, found, strict=True)
        for bone in bones
    }
    rows = [row for stack in cases.values() for row in stack.rows()]
    chosen = worst_slices(pd.DataFrame(rows), _PER_BONE).to_dict("records")
    figure = Figure(figsize=(3.6 * _PER_BONE, (3.6 / ASPECT + 0.3) * len(bones)), facecolor="black")
    for number, bone in enumerate(bones):
        of_bone = [row for row in chosen if row["bone"] == bone]
        for place, row in enumerate(of_bone):
            axes = figure.add_subplot(len(bones), _PER_BONE, number * _PER_BONE + place + 1)
            axes.imshow(imread(io.BytesIO(cases[row["case"], bone].draw(row["slice_index"]))))
            text = f"{bone}, {row['case']}, slice {row['slice_index']}: Dice {row['dice']:.2f}"
            axes.set_title(text, color="white", fontsize=8)
            axes.set_axis_off()
    figure.tight_layout()
    name = f"{output.name}.worst.png"
    write_together(output.parent, lambda folder: figure.savefig(folder / name, dpi=100))


class _Stack:
    """One bone of one case, as slices in the plane of acquisition."""

    def __init__(self, scan: LabelledScan, classes: np.ndarray, bone: str) -> None:
        axes = scan.volume.axes
        plane = axes.acquisition_plane or "coronal"
        index = BONES.index(bone)
        is_silent = (scan.silent >> index & 1).astype(bool) & (scan.labels == 0)
        self._keys = {"case": scan.name, "bone": bone, "side": ""}
        self._spacing = axes.stack_spacing(plane)[1:]
        self._image = axes.to_stack(scan.volume.voxels, plane)
        self._truth = axes.to_stack(scan.labels == index + 1, plane)
        self._found = axes.to_stack((classes == index + 1) & ~is_silent, plane)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row a slice, as `worst_slices` wants them."""
        pixel = self._spacing[0] * self._spacing[1]
        truth, found, both = (
            mask.sum(axis=(1, 2)) for mask in (self._truth, self._found, self._truth & self._found)
        )
        for index in range(len(truth)):
            total = truth[index] + found[index]
            yield {
                **self._keys,
                "slice_index": index,
                "dice": 2 * both[index] / total if total else None,
                "truth_mm2": truth[index] * pixel,
                "prediction_mm2": found[index] * pixel,
            }

    def draw(self, index: int) -> bytes:
        """Return a slice with both outlines as PNG."""
        window = tuple(np.percentile(self._image, _WINDOW))
        return draw_outlines(
            self._image[index], self._truth[index], self._found[index], self._spacing, window
        )
