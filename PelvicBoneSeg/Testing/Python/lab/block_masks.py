"""Folders of label maps of blocks, whose agreement is worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

SPACING_MM = (1.0, 1.0, 5.0)
DIRECTION = (1, 0, 0, 0, 0, 1, 0, -1, 0)
"""Coronal: i to the left, j down, k to the back."""

SHAPE = (10, 60, 60)
FEMUR_COLUMNS = {1: 8, 2: 40}
"""First column of the left and the right femur, by label value; each is 10 wide."""


def blocks(shift: int = 0, sacrum: bool = True, speck: bool = False) -> np.ndarray:
    """Return two femurs of 6×20×10 voxels, moved down by `shift`, and a sacrum of 4×10×10.

    One voxel is 5 mm³: a femur has 6 ml, the sacrum 2 ml.
    """
    labels = np.zeros(SHAPE, np.uint8)
    for value, column in FEMUR_COLUMNS.items():
        labels[2:8, 20 + shift : 40 + shift, column : column + 10] = value
    if sacrum:
        labels[3:7, 2:12, 25:35] = 5
    if speck:
        labels[0, 55, 55] = 2
    return labels


def store(path: Path, voxels: np.ndarray, direction=DIRECTION, origin=(0.0, 0.0, 0.0)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING_MM)
    image.SetDirection(direction)
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path))
    return path


def write_folder(folder: Path, cases: dict[str, np.ndarray]) -> Path:
    for name, voxels in cases.items():
        store(folder / f"{name}.nii.gz", voxels)
    return folder


def femur_dice(shift: int) -> float:
    """Dice of a femur, 20 rows long, with one moved by `shift` rows."""
    return (20 - shift) / 20
