"""Sheets of synthetic slices, to be looked at before a training.

`python -m PelvicBoneSegLab.synthesis.picture CONFIG --output DIR` writes one for each dataset
that slices are synthesised from.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np
from matplotlib.image import imsave

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.segmentation.output_folder import check_writable, write_together

from ..training.config import TrainingConfig
from ..training.sample import Sample, Source
from ..training.sources import make_sources

ROWS, COLUMNS = 6, 4

_BLACK, _WHITE = -1.0, 1.4
"""Normalised intensities that become black and white."""

_SILENT = (1.0, 0.1, 0.9)
_COLOURS = np.array(
    [(0, 0, 0), *(next(one.colour for one in SEGMENTS if one.bone == bone) for bone in BONES)]
)


def contact_sheet(source: Source, seed: int) -> np.ndarray:
    """Draw slices, each beside itself with the bones in colour and silent pixels in magenta.

    Returns
    -------
    RGB picture in 0–1, shape (`ROWS` × patch, `COLUMNS` × 2 × patch, 3).
    """
    samples = [source.draw(np.random.default_rng((seed, n))) for n in range(ROWS * COLUMNS)]
    tiles = [_tile(sample) for sample in samples]
    rows = [np.hstack(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)]
    return np.vstack(rows)


def write_sheets(config: TrainingConfig, output: Path) -> list[Path]:
    """Write `<dataset>.png` for every dataset of which slices are synthesised.

    Raises
    ------
    TrainingDataError
        A dataset cannot be read.
    OutputNotWritableError
        The pictures cannot be stored.
    """
    check_writable(output)
    sheets = {}
    for dataset in config.datasets:
        if dataset.get("synthetic_weight"):
            alone = dataclasses.replace(config, datasets=({**dataset, "weight": 0},))
            ((_, source),) = make_sources(alone)
            sheets[dataset["name"]] = contact_sheet(source, config.seed)

    def fill(folder: Path) -> None:
        for name, sheet in sheets.items():
            imsave(folder / f"{name}.png", sheet)

    return write_together(output, fill)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Draw sheets of synthetic slices.")
    parser.add_argument("config", type=Path)
    parser.add_argument("--output", type=Path, required=True, help="folder for the pictures")
    options = parser.parse_args(arguments)
    for path in write_sheets(TrainingConfig.load(options.config), options.output):
        print(path)


def _tile(sample: Sample) -> np.ndarray:
    middle = sample.image[len(sample.image) // 2]
    grey = np.clip((middle - _BLACK) / (_WHITE - _BLACK), 0, 1)[..., None].repeat(3, axis=-1)
    painted = grey.copy()
    bone, silent = sample.labels > 0, (sample.silent > 0) & (sample.labels == 0)
    painted[bone] = 0.45 * grey[bone] + 0.55 * _COLOURS[sample.labels[bone]]
    painted[silent] = 0.6 * grey[silent] + 0.4 * np.array(_SILENT)
    return np.hstack((grey, painted))


if __name__ == "__main__":
    main()
