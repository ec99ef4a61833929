"""Small files as visitors upload them, good and bad."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import SimpleITK as sitk

from segmentation.dicom_files import write_series

SPACING = (4.0, 4.0, 9.0)
DIRECTIONS = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0)
"""Rows of the matrix of a coronal scan, ITK's order: columns to the left, rows down."""


def voxels(shape=(5, 12, 16), seed=0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1000, shape).astype(np.int16)


def write_image(path: Path, array: np.ndarray | None = None, **text: str) -> Path:
    """Write a coronal scan in the format of the suffix; `text` goes into its header."""
    image = sitk.GetImageFromArray(voxels() if array is None else array)
    image.SetSpacing(SPACING)
    image.SetDirection(DIRECTIONS)
    for key, value in text.items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path), useCompression=path.suffix != ".mha")
    return path


def write_bones(path: Path) -> Path:
    """Write a scan with 24 voxels of each bone, by the grey values that `FakeWorker` knows."""
    array = np.zeros((6, 12, 16), np.int16)
    for label in range(1, 7):
        array[:, 2 * label - 2 : 2 * label, :2] = 100 * label
    return write_image(path, array)


def zip_of(path: Path, content: dict[str | ZipInfo, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def dicom_bytes(folder: Path, array: np.ndarray | None = None, **elements) -> dict[str, bytes]:
    """Return the files of a series by name."""
    paths = write_series(folder, voxels() if array is None else array, **elements)
    return {path.name: path.read_bytes() for path in paths}
