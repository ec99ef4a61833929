"""Femoral heads: where they are in the manual masks, and boxes cut out around them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import FEMUR, HIP_BONE, LEFT, RIGHT, SEGMENTS
from PelvicBoneSegLib.segmentation.femoral_head import FemoralHead, fit_femoral_head
from PelvicBoneSegLib.segmentation.label_files import write_nifti
from PelvicBoneSegLib.segmentation.output_folder import write_together
from PelvicBoneSegLib.segmentation.postprocess import postprocess
from PelvicBoneSegLib.segmentation.volume import Volume

from ..data.cases import LabelledScan, iterate_scans

REGION_MM = 30.0
"""Around a head's centre: heads have a radius of 20 to 24 mm in these patients, so that the region
holds the head and the beginning of the neck."""

_DESCRIPTION_FILE = "crops.json"


@dataclass(frozen=True, eq=False)
class HeadOfScan:
    """A femoral head of a scan: which side, and where in the array its centre is."""

    side: str
    centre: np.ndarray

    def region(self, volume: Volume, radius_mm: float = REGION_MM) -> np.ndarray:
        """Return which voxels (K, J, I) lie within a radius of the centre."""
        k, j, i = np.ogrid[tuple(slice(size) for size in volume.voxels.shape)]
        matrix = volume.ijk_to_lps
        squared = sum(
            (row[0] * i + row[1] * j + row[2] * k + row[3] - middle) ** 2
            for row, middle in zip(matrix[:3], self.centre, strict=True)
        )
        return np.asarray(squared <= radius_mm**2)

    def box(self, volume: Volume, half_width_mm: float) -> tuple[slice, slice, slice]:
        """Return a box (K, J, I) around the centre, cut off where the scan ends."""
        inverse = np.linalg.inv(volume.ijk_to_lps)
        ijk = inverse[:3, :3] @ self.centre + inverse[:3, 3]
        half = half_width_mm / volume.spacing
        k, j, i = (
            slice(max(0, round(middle - width)), min(count, round(middle + width) + 1))
            for middle, width, count in zip(ijk[::-1], half[::-1], volume.voxels.shape, strict=True)
        )
        return k, j, i


def heads_of(scan: LabelledScan) -> list[HeadOfScan]:
    """Find the femoral heads of a scan's manual mask, those that are there."""
    labels = postprocess(scan.labels, scan.volume, (FEMUR, HIP_BONE))
    values = {(segment.bone, segment.side): segment.label for segment in SEGMENTS}
    heads = []
    for side in (LEFT, RIGHT):
        femur, hip = (labels == values[bone, side] for bone in (FEMUR, HIP_BONE))
        head = fit_femoral_head(femur, scan.volume.ijk_to_lps, side, hip)
        if isinstance(head, FemoralHead):
            heads.append(HeadOfScan(side, head.centre))
    return heads


def cropped(volume: Volume, box: tuple[slice, slice, slice]) -> Volume:
    """Cut a box (K, J, I) out of a scan."""
    matrix = volume.ijk_to_lps.copy()
    matrix[:3, 3] += matrix[:3, :3] @ [part.start for part in box[::-1]]
    return Volume(volume.voxels[box], matrix)


def ensure_crops(dataset: dict[str, Any], folder: Path, description: dict[str, Any]) -> None:
    """Write the crops of a dataset, unless all of them are there as described.

    Parameters
    ----------
    dataset, folder
        As in `write_crops`; an older folder is replaced.
    description
        What the crops depend on, ready for JSON, with ``half_width_mm``.

    Raises
    ------
    TrainingDataError, OutputNotWritableError
        As in `write_crops`.
    """
    path = folder / _DESCRIPTION_FILE
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) == description:
        return
    if folder.exists():
        shutil.rmtree(folder)
    write_crops(dataset, folder, description["half_width_mm"])

    def fill(new: Path) -> None:
        (new / _DESCRIPTION_FILE).write_text(json.dumps(description) + "\n", encoding="utf-8")

    # A step of its own, and the last one: a kill leaves crops without it.
    write_together(folder, fill)


def write_crops(dataset: dict[str, Any], folder: Path, half_width_mm: float) -> None:
    """Write the heads of all cases of a dataset as a dataset of their own.

    Parameters
    ----------
    dataset
        A ``datasets`` entry of a configuration.
    folder
        Where to; cases are called after the case and the side.
    half_width_mm
        Half the width of the box around each head.

    Raises
    ------
    TrainingDataError
        The dataset cannot be read.
    OutputNotWritableError
        The folder cannot be written to; it is as it was.
    """

    def fill(new: Path) -> None:
        for kind in ("images", "labels"):
            (new / kind).mkdir()
        for scan in _all_scans(dataset):
            for head in heads_of(scan):
                _write_crop(new, scan, head, half_width_mm)

    write_together(folder, fill)


def _all_scans(dataset: dict[str, Any]) -> Iterable[LabelledScan]:
    for validation in (False, True):
        yield from iterate_scans(dataset, validation=validation)


def _write_crop(folder: Path, scan: LabelledScan, head: HeadOfScan, half_width_mm: float) -> None:
    box = head.box(scan.volume, half_width_mm)
    crop = cropped(scan.volume, box)
    name = f"{scan.name}_{head.side}.nii.gz"
    write_nifti(folder / "images" / name, crop.voxels, crop.ijk_to_lps)
    write_nifti(folder / "labels" / name, scan.labels[box], crop.ijk_to_lps)
