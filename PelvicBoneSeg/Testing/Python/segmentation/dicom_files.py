"""DICOM slices of a made-up patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

CORONAL = ((1, 0, 0), (0, 0, -1))
"""Directions of columns and rows in LPS."""


def write_series(
    folder: Path,
    voxels: np.ndarray,
    *,
    orientation: tuple[tuple[float, ...], tuple[float, ...]] = CORONAL,
    first: tuple[float, float, float] = (-50.0, -20.0, 40.0),
    pixel_spacing: tuple[float, float] = (2.0, 1.5),
    gap: float = 5.0,
    places: list[float] | None = None,
    prefix: str = "slice",
    **elements: Any,
) -> list[Path]:
    """Write voxels (K, J, I), int16, as one file a slice, in `places` in gaps along the normal."""
    folder.mkdir(parents=True, exist_ok=True)
    normal = np.cross(*orientation)
    elements = {
        "SeriesInstanceUID": generate_uid(),
        "SeriesNumber": 4,
        "SeriesDescription": "t1 cor",
        "ImageType": ["ORIGINAL", "PRIMARY", "M"],
        "PixelSpacing": list(pixel_spacing),
        "ImageOrientationPatient": [float(value) for axis in orientation for value in axis],
        **elements,
    }
    paths = []
    for number, pixels in enumerate(voxels):
        place = number if places is None else places[number]
        position = np.array(first) + place * gap * normal
        # Names run against the order in space, as they may in real exports.
        path = folder / f"{prefix}_{len(voxels) - number:03}.dcm"
        _dataset(pixels, position, number, elements).save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def _dataset(
    pixels: np.ndarray, position: np.ndarray, number: int, elements: dict[str, Any]
) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid(
        entropy_srcs=[str(elements["SeriesInstanceUID"]), str(number)]
    )
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.Modality = "MR"
    dataset.InstanceNumber = number + 1
    dataset.ImagePositionPatient = [float(value) for value in position]
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 1
    dataset.PixelData = pixels.astype("<i2").tobytes()
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset
