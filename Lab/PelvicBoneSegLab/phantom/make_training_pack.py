"""Make phantoms to train with: ``images/phantom_NN.nii.gz`` and ``labels/phantom_NN.nii.gz``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from . import shapes
from .appearance import Look
from .grid import CORONAL, Grid, rotation
from .make_sample import SAMPLE_SEED
from .mesh import Mesh
from .phantom import Phantom, make_phantom, save

FAT_RANGE = (350, 700)


def drawn_grid(rng: np.random.Generator) -> Grid:
    """Draw an oblique coronal grid around a subject's pelvis."""
    plane = rng.uniform(0.85, 1.15)
    spacing = (plane, plane, rng.uniform(4.0, 6.0))
    view, depth = rng.uniform(320, 375), rng.uniform(155, 195)
    across = round(view / plane)
    shape = (round(depth / spacing[2]), across, across)
    centre = np.array([rng.normal(0, 6), rng.uniform(2, 18), rng.uniform(0, 40)])
    tilt = rotation((rng.uniform(-9, 9), rng.uniform(-4, 4), rng.uniform(-5, 5)))
    return Grid.centred(shape, spacing, tilt @ CORONAL, centre)


def training_phantom(subject: dict[str, Mesh], seed: int) -> Phantom:
    """Return the phantom of one seed."""
    rng = np.random.default_rng([seed, 1])
    grown = rng.uniform(0.92, 1.06)
    subject = {name: Mesh(m.points * grown, m.triangles) for name, m in subject.items()}
    return make_phantom(subject, drawn_grid(rng), Look.drawn(rng), rng)


def make_pack(subjects: list[dict[str, Mesh]], seeds: list[int], output: Path) -> None:
    """Write one pair of files a subject."""
    for number, (subject, seed) in enumerate(zip(subjects, seeds, strict=True)):
        phantom = training_phantom(subject, seed)
        fat = np.random.default_rng([seed, 2]).uniform(*FAT_RANGE)
        image = np.rint(phantom.image * fat).astype(np.int16)
        save(phantom.labels, phantom.grid, output / "labels" / f"phantom_{number:02d}.nii.gz")
        save(image, phantom.grid, output / "images" / f"phantom_{number:02d}.nii.gz")
        print(f"phantom_{number:02d}: seed {seed}, {image.shape[::-1]} voxels", flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1000, help="of the first phantom")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--llp-python", type=Path, default=shapes.DEFAULT_PYTHON)
    arguments = parser.parse_args()
    seeds = list(range(arguments.seed, arguments.seed + arguments.count))
    if SAMPLE_SEED in seeds:
        parser.error(f"seed {SAMPLE_SEED} is the embedded sample's: choose another --seed")
    make_pack(shapes.evaluate_or_exit(arguments.llp_python, seeds), seeds, arguments.output)


if __name__ == "__main__":
    main()
