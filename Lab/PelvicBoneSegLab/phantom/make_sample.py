"""Make the embedded sample: ``pelvic_phantom.nii.gz`` and ``pelvic_phantom_labels.nii.gz``."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import shapes
from .appearance import Look
from .grid import CORONAL, Grid, rotation
from .mesh import Mesh
from .phantom import Phantom, make_phantom, save

SAMPLE_SEED = 7  # no training phantom may have it
SHAPE = (32, 366, 378)
SPACING = (0.9, 0.9, 5.0)
OBLIQUE_DEGREES = (5.0, 0.0, 3.0)
CENTRE = np.array([0.0, 12.0, 22.0])
LEVELS = 16  # grey levels up to fat: few, so that the files stay below 1 MB
STEP = 12  # between two levels
DEFAULT_OUTPUT = Path("PelvicBoneSeg/Resources/Samples")


def sample_phantom(subject: dict[str, Mesh]) -> Phantom:
    """Return the sample: always the same for the same subject."""
    rng = np.random.default_rng(SAMPLE_SEED)
    grid = Grid.centred(SHAPE, SPACING, rotation(OBLIQUE_DEGREES) @ CORONAL, CENTRE)
    look = replace(Look.typical(), noise=0.01, texture=0.5, streaks=0.35)
    return make_phantom(subject, grid, look, rng)


def quantised(image: np.ndarray) -> np.ndarray:
    """Return the image (fat about 1) as uint8 in `LEVELS` steps to fat, which compress well."""
    return np.clip(np.rint(image * LEVELS) * STEP, 0, 255).astype(np.uint8)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    parser.add_argument("--llp-python", type=Path, default=shapes.DEFAULT_PYTHON)
    arguments = parser.parse_args()
    (subject,) = shapes.evaluate_or_exit(arguments.llp_python, [SAMPLE_SEED])
    phantom = sample_phantom(subject)
    save(phantom.labels, phantom.grid, arguments.output / "pelvic_phantom_labels.nii.gz")
    save(quantised(phantom.image), phantom.grid, arguments.output / "pelvic_phantom.nii.gz")


if __name__ == "__main__":
    main()
