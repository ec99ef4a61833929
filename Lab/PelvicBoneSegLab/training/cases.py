"""Scans with their label maps, ready to be cut into slices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
import torch
from torch.nn import functional

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.segmentation.preparation import network_size, normalise, resample_in_plane
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.volume import Volume

from ..errors import TrainingDataError
from .config import TrainingConfig


@dataclass(frozen=True, eq=False)
class LabelledScan:
    """A scan and its bones.

    Attributes
    ----------
    name
        File name without ``.nii.gz``.
    volume
        The scan.
    labels
        uint8, shape (K, J, I); class indices: 0 background, then one more than the index in
        `anatomy.BONES`.
    """

    name: str
    volume: Volume
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class TrainingStack:
    """A scan as normalised slices at the network's spacing.

    Attributes
    ----------
    image
        float16 tensor, shape (S, H, W).
    labels
        uint8 tensor of class indices, same shape.
    slice_spacing
        Distance between slices in mm.
    """

    image: torch.Tensor
    labels: torch.Tensor
    slice_spacing: float


def iterate_scans(dataset: dict[str, Any], *, validation: bool) -> Iterator[LabelledScan]:
    """Read the scans of one side of a dataset's split.

    Parameters
    ----------
    dataset
        A ``datasets`` entry of the configuration: ``root`` holds ``images/`` and ``labels/`` with
        equal file names.
    validation
        Whether to yield the validation cases or the others.

    Raises
    ------
    TrainingDataError
        No case, none left to train on, no readable label map beside an image, different
        geometry, a label value that the configuration does not name, or no labelled voxel.
    """
    root = dataset["root"]
    held_out = set(dataset.get("validation", ()))
    paths = sorted((root / "images").glob("*.nii.gz"))
    missing = held_out - {_case_name(path) for path in paths}
    if missing or not paths:
        raise TrainingDataError(root, f"no images for {', '.join(sorted(missing)) or 'any case'}")
    chosen = [path for path in paths if (_case_name(path) in held_out) == validation]
    if not chosen and not validation:
        raise TrainingDataError(root, "all its cases are for validation, none is left to train on")
    for path in chosen:
        yield _read_scan(path, dataset)


def validation_scans(config: TrainingConfig) -> list[LabelledScan]:
    """Read the validation cases of all datasets; see `iterate_scans` for the errors."""
    return [
        scan
        for dataset in config.datasets
        if dataset.get("validation")
        for scan in iterate_scans(dataset, validation=True)
    ]


def make_stack(scan: LabelledScan, model: dict[str, Any], plane: str) -> TrainingStack:
    """Bring a scan to the network's spacing, exactly as the inference engine does."""
    axes = scan.volume.axes
    spacing = axes.stack_spacing(plane)
    voxels = np.ascontiguousarray(axes.to_stack(scan.volume.voxels, plane), dtype=np.float32)
    size = network_size(voxels.shape, spacing, model["spacing_mm"])
    image = resample_in_plane(normalise(torch.from_numpy(voxels), *model["percentiles"]), size)
    labels = torch.from_numpy(np.ascontiguousarray(axes.to_stack(scan.labels, plane)))
    labels = functional.interpolate(labels[:, None], size=size, mode="nearest-exact")[:, 0]
    return TrainingStack(image.half(), labels, spacing[0])


def dice_by_bone(prediction: np.ndarray, truth: np.ndarray) -> dict[str, float | None]:
    """Compare two arrays of class indices as in `LabelledScan`; None where both lack a bone."""
    return {
        bone: Overlap.of(prediction == index, truth == index).dice
        for index, bone in enumerate(BONES, start=1)
    }


def _case_name(path: Path) -> str:
    return path.name.removesuffix(".nii.gz")


def _read_scan(path: Path, dataset: dict[str, Any]) -> LabelledScan:
    label_path = dataset["root"] / "labels" / path.name
    if not label_path.is_file():
        raise TrainingDataError(path, f"there is no label map {label_path}")
    volume = read_volume(path)
    try:
        label_image = sitk.ReadImage(str(label_path))
    except RuntimeError as error:
        raise TrainingDataError(label_path, "it is not a complete image") from error
    raw = sitk.GetArrayFromImage(label_image)
    _check_geometry(sitk.ReadImage(str(path)), label_image, label_path)
    unknown = set(np.unique(raw).tolist()) - {0, *dataset["labels"]}
    if unknown:
        raise TrainingDataError(label_path, f"unknown label values {sorted(unknown)}")
    labels = np.zeros(raw.shape, np.uint8)
    for value, bone in dataset["labels"].items():
        labels[raw == value] = BONES.index(bone) + 1
    if not labels.any():
        raise TrainingDataError(label_path, "no voxel is labelled")
    return LabelledScan(_case_name(path), volume, labels)


def _check_geometry(image: sitk.Image, labels: sitk.Image, path: Path) -> None:
    same = image.GetSize() == labels.GetSize() and all(
        np.allclose(getter(image), getter(labels), atol=1e-3)
        for getter in (sitk.Image.GetSpacing, sitk.Image.GetOrigin, sitk.Image.GetDirection)
    )
    if not same:
        raise TrainingDataError(path, "its geometry is not that of the image")
