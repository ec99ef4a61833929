"""One phantom: an image and its truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .appearance import Look, render
from .body import Body, Landmarks
from .bone_map import LABELS, BoneMap
from .grid import Grid
from .lumbar import lumbar_column
from .mesh import Mesh
from .pose import posed, seated
from .tissues import Tissue

PARTS = 4


@dataclass(frozen=True)
class Phantom:
    """Image (k, j, i) float32 with fat about 1, labels (k, j, i) uint8, and their grid."""

    image: np.ndarray
    labels: np.ndarray
    grid: Grid


def make_phantom(
    subject: dict[str, Mesh], grid: Grid, look: Look, rng: np.random.Generator
) -> Phantom:
    """Scan a subject: seat and pose its femurs, add lumbar column and body, voxelise, render."""
    subject = posed(seated(subject), rng)
    fine = BoneMap(grid.split_slices(PARTS))
    for name in ("left_femur", "right_femur", "left_hip_bone", "right_hip_bone", "sacrum"):
        fine.add(name, [subject[name]])
    vertebrae, discs, canal = lumbar_column(subject["sacrum"], rng)
    fine.add_plain(canal, Tissue.ORGAN)
    fine.add("lumbar_spine", vertebrae)
    fine.add_plain(discs, Tissue.DISC, LABELS["lumbar_spine"])
    tissues = Body(Landmarks.of(subject), rng).paint(fine)
    image = render(tissues, PARTS, grid.spacing, look, rng)
    return Phantom(image, majority(fine.labels, PARTS), grid)


def majority(labels: np.ndarray, parts: int) -> np.ndarray:
    """Return the label map of thick slices (k, j, i) from that of thin ones (k * parts, j, i).

    A voxel is bone where at least half of it is; it gets the label with the greatest share.
    """
    thick = labels.reshape(-1, parts, *labels.shape[1:])
    result = np.zeros((len(thick), *labels.shape[1:]), dtype=np.uint8)
    best = np.zeros(result.shape, dtype=np.uint8)
    for value in np.unique(labels)[1:]:
        count = (thick == value).sum(axis=1, dtype=np.uint8)
        result[count > best] = value
        best = np.maximum(best, count)
    result[2 * (thick > 0).sum(axis=1) < parts] = 0
    return result


def save(array: np.ndarray, grid: Grid, path: Path) -> None:
    """Write a (k, j, i) array with its geometry; the file appears whole or not at all."""
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(array)
    image.SetSpacing(grid.spacing.tolist())
    image.SetDirection(grid.direction.ravel().tolist())
    image.SetOrigin(grid.affine[:3, 3].tolist())
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    sitk.WriteImage(image, str(partial), useCompression=True, compressionLevel=9)
    partial.replace(path)
