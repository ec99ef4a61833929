"""A scan and its label map: read, compared, turned into class indices; faults name the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import InputError
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.volume import Volume

from ..errors import TrainingDataError

_TOLERANCE = 1e-3
"""Of spacing and origin in mm and of direction cosines: files round them."""


def read_scan_file(path: Path) -> Volume:
    """Read and check a scan as the product does.

    Raises
    ------
    TrainingDataError
        The product would refuse it.
    """
    try:
        return read_volume(path)
    except InputError as error:
        raise TrainingDataError(path, str(error).rstrip(".")) from error


def label_path_of(path: Path) -> Path:
    """Return the label map of a scan ``images/NAME.nii.gz``.

    Raises
    ------
    TrainingDataError
        There is none.
    """
    label_path = path.parents[1] / "labels" / path.name
    if not label_path.is_file():
        raise TrainingDataError(path, f"there is no label map {label_path}")
    return label_path


def read_image(path: Path) -> sitk.Image:
    """Read a file with its geometry.

    Raises
    ------
    TrainingDataError
        It is not a complete image.
    """
    try:
        return sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise TrainingDataError(path, "it is not a complete image") from error


def check_same_geometry(scan: Path, labels: sitk.Image, path: Path) -> None:
    """Check that labels lie on the voxels of a scan; `path` is that of the labels.

    Raises
    ------
    TrainingDataError
        Size, spacing, origin or direction differ, or the scan's header cannot be read.
    """
    header = sitk.ImageFileReader()
    header.SetFileName(str(scan))
    try:
        header.ReadImageInformation()
    except RuntimeError as error:
        raise TrainingDataError(scan, "it is not a complete image") from error
    pairs = {
        "size": (header.GetSize(), labels.GetSize()),
        "spacing": (header.GetSpacing(), labels.GetSpacing()),
        "origin": (header.GetOrigin(), labels.GetOrigin()),
        "direction": (header.GetDirection(), labels.GetDirection()),
    }
    differing = [name for name, pair in pairs.items() if not _close(*pair)]
    if differing:
        raise TrainingDataError(
            path, f"its geometry is not that of {scan} ({', '.join(differing)} differ)"
        )


def check_values(labels: sitk.Image, bones: Mapping[int, str], path: Path) -> None:
    """Check that a label map has no values but those of the configuration.

    Raises
    ------
    TrainingDataError
        There are others.
    """
    unknown = label_values(labels) - {0, *bones}
    if unknown:
        raise TrainingDataError(path, f"unknown label values {sorted(unknown)}")


def label_values(labels: sitk.Image) -> set[int | float]:
    """Return the values that occur. Bytes are counted, which is faster than sorting them."""
    voxels = sitk.GetArrayViewFromImage(labels)
    if voxels.dtype == np.uint8:
        return set(np.flatnonzero(np.bincount(voxels.ravel())).tolist())
    return set(np.unique(voxels).tolist())


def class_indices_of(labels: sitk.Image, bones: Mapping[int, str], path: Path) -> np.ndarray:
    """Turn label values into class indices.

    Parameters
    ----------
    labels
        The label map.
    bones
        Of each value, the name out of `anatomy.BONES`.
    path
        Where it was read from.

    Returns
    -------
    uint8, shape (K, J, I): 0 background, then 1 + index in `anatomy.BONES`.

    Raises
    ------
    TrainingDataError
        No voxel is labelled.
    """
    raw = sitk.GetArrayViewFromImage(labels)
    classes = np.zeros(raw.shape, np.uint8)
    for value, bone in bones.items():
        classes[raw == value] = BONES.index(bone) + 1
    if not classes.any():
        raise TrainingDataError(path, "no voxel is labelled")
    return classes


def _close(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and np.allclose(one, other, atol=_TOLERANCE)
