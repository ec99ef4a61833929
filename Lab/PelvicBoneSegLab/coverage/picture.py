"""Pictures of what the labels cover, to be looked at before a training.

`python -m PelvicBoneSegLab.coverage.picture CONFIG --output DIR` writes one for each dataset that
declares coverage: bones as lines, where the labels are silent about a bone as areas in its colour.
With ``--taught`` one for each dataset with a teacher: what is learnt of its training cases.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.segmentation.output_folder import check_writable, write_together

from ..data.cases import LabelledScan, iterate_scans
from ..small_png import small_png
from ..training.config import TrainingConfig
from ..training.sources import completed

COLUMNS = 6
_TILE_INCHES = 1.7
_COLOUR_COUNT = 192
_COLOURS = [next(one.colour for one in SEGMENTS if one.bone == bone) for bone in BONES]


def draw_coverage(
    scans: Sequence[LabelledScan], caption: str = "", before: Sequence[LabelledScan] | None = None
) -> Figure:
    """Draw a row of slices for each scan, spread over those in which something is silent.

    Parameters
    ----------
    scans
        At least one.
    caption
        Line below: source, attribution.
    before
        The same scans before a teacher completed them: slices in which it found bone are drawn.
    """
    height = _TILE_INCHES * len(scans) + 0.3
    figure = Figure(figsize=(_TILE_INCHES * COLUMNS, height), dpi=84, facecolor="black")
    grid = figure.add_gridspec(len(scans), COLUMNS, wspace=0.02, hspace=0.02,
                               left=0, right=1, top=1, bottom=0.3 / height)  # fmt: skip
    telling = (
        [scan.silent for scan in scans]
        if before is None
        else [scan.labels != one.labels for scan, one in zip(scans, before, strict=True)]
    )
    for row, (scan, told) in enumerate(zip(scans, telling, strict=True)):
        for column, index in enumerate(_telling_slices(scan, told)):
            axes = figure.add_subplot(grid[row, column])
            axes.set_axis_off()
            _draw_slice(axes, scan, index)
            if not column:
                axes.text(4, 4, scan.name, color="white", fontsize=7, va="top")
    figure.text(0.5, 0.08 / height, caption, color="white", ha="center", fontsize=7)
    return figure


def write_pictures(
    config: TrainingConfig,
    output: Path,
    cases: Sequence[str] = (),
    caption: str = "",
    *,
    taught: bool = False,
) -> list[Path]:
    """Write `<dataset>.png` for every dataset of scans that declares coverage, or has a teacher.

    Parameters
    ----------
    config
        The configuration.
    output
        Folder for the pictures.
    cases
        Names of the cases to draw; all where it is empty.
    caption
        See `draw_coverage`.
    taught
        Draw the training cases as the teachers complete them.

    Raises
    ------
    TrainingDataError, CoverageError
        A dataset cannot be read.
    BundleNotFoundError, BundleInvalidError, BundleDigestError
        A teacher cannot be used.
    OutputNotWritableError
        The pictures cannot be stored.
    """
    check_writable(output)
    figures = {}
    for dataset in config.datasets:
        if ("teacher" if taught else "coverage") not in dataset:
            continue
        before = [
            scan
            for validation in ((False,) if taught else (False, True))
            for scan in iterate_scans(dataset, validation=validation)
            if not cases or scan.name in cases
        ]
        if before:
            scans = completed(config, dataset, before) if taught else before
            shown = draw_coverage(scans, caption, before if taught else None)
            figures[dataset["name"]] = shown

    def fill(folder: Path) -> None:
        for name, figure in figures.items():
            (folder / f"{name}.png").write_bytes(small_png(figure, _COLOUR_COUNT))

    return write_together(output, fill)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Draw what the labels of datasets cover.")
    parser.add_argument("config", type=Path)
    parser.add_argument("--output", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--cases", nargs="+", default=(), help="names; all if left out")
    parser.add_argument("--caption", default="")
    parser.add_argument("--taught", action="store_true", help="as the teachers complete them")
    options = parser.parse_args(arguments)
    config = TrainingConfig.load(options.config)
    paths = write_pictures(
        config, options.output, options.cases, options.caption, taught=options.taught
    )
    print(*paths, sep="\n")


def _plane(scan: LabelledScan) -> str:
    return scan.volume.axes.acquisition_plane or "coronal"


def _stacks(scan: LabelledScan) -> list[np.ndarray]:
    axes, plane = scan.volume.axes, _plane(scan)
    return [axes.to_stack(array, plane) for array in (scan.volume.voxels, scan.labels, scan.silent)]


def _telling_slices(scan: LabelledScan, told: np.ndarray) -> list[int]:
    telling = told if told.any() else scan.labels
    shown = scan.volume.axes.to_stack(telling, _plane(scan))
    filled = np.flatnonzero(shown.any(axis=(1, 2)))
    picked = np.linspace(0, filled.size - 1, COLUMNS + 2)[1:-1].round().astype(int)
    return filled[picked].tolist()


def _draw_slice(axes: Axes, scan: LabelledScan, index: int) -> None:
    image, labels, silent = (stack[index] for stack in _stacks(scan))
    _, row, column = scan.volume.axes.stack_spacing(_plane(scan))
    axes.imshow(image, cmap="gray", vmax=np.percentile(image, 99.5), aspect=row / column)
    for bit, colour in enumerate(_COLOURS):
        open_ = (silent >> bit & 1).astype(bool) & (labels == 0)
        if open_.any():
            axes.contourf(open_, levels=[0.5, 1.5], colors=[colour], alpha=0.4)
        mask = labels == bit + 1
        if mask.any():
            axes.contour(mask, levels=[0.5], colors=[colour], linewidths=0.8)


if __name__ == "__main__":
    main()
