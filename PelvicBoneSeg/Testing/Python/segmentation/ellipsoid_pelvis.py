"""A pelvis of ellipsoids and boxes in LPS, put on any grid: quick, and its truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE, LUMBAR_SPINE, SACRUM
from PelvicBoneSegLib.segmentation.volume import Volume

# Coronal slices of 6 mm, pixels of 4 mm, no voxel centre in the midline; x -238…238, y -60…90,
# z 150…-126.
CORONAL = np.array(
    [
        [4.0, 0.0, 0.0, -238.0],
        [0.0, 0.0, 6.0, -60.0],
        [0.0, -4.0, 0.0, 150.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
SHAPE = (26, 70, 120)

# The same with room for a patient who lies turned: y -135…135.
DEEP = CORONAL.copy()
DEEP[1, 3] = -135.0
DEEP_SHAPE = (46, 70, 120)


@dataclass(frozen=True)
class Shape:
    """An ellipsoid, or a box, of one bone; `bone` None cuts away."""

    bone: str | None
    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    is_box: bool = False

    def holds(self, points: np.ndarray) -> np.ndarray:
        scaled = (points - self.centre) / self.radii
        if self.is_box:
            return np.abs(scaled).max(axis=-1) <= 1
        return (scaled**2).sum(axis=-1) <= 1


LEFT_FEMUR = Shape(FEMUR, (160, 0, -40), (40, 30, 70))
RIGHT_FEMUR = Shape(FEMUR, (-160, 0, -40), (40, 30, 70))
LEFT_HIP = Shape(HIP_BONE, (75, 10, 30), (44, 30, 60))
RIGHT_HIP = Shape(HIP_BONE, (-75, 10, 30), (44, 30, 60))
MIDLINE_SACRUM = Shape(SACRUM, (0, 50, 30), (28, 20, 40))
MIDLINE_SPINE = Shape(LUMBAR_SPINE, (0, 40, 110), (25, 20, 35))
BODY = Shape(None, (0, 10, 10), (220, 120, 400))

PELVIS = (LEFT_FEMUR, RIGHT_FEMUR, LEFT_HIP, RIGHT_HIP, MIDLINE_SACRUM, MIDLINE_SPINE)


def lps_points(shape: tuple[int, int, int], ijk_to_lps: np.ndarray) -> np.ndarray:
    """Return the LPS coordinates of all voxels, shape (K, J, I, 3)."""
    kji = np.moveaxis(np.indices(shape), 0, -1)
    return kji[..., ::-1] @ ijk_to_lps[:3, :3].T + ijk_to_lps[:3, 3]


def rotation_about_z(degrees: float) -> np.ndarray:
    """Return the 4×4 matrix of a patient rolled about the long axis."""
    angle = np.deg2rad(degrees)
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return matrix


def scan(
    *shapes: Shape,
    ijk_to_lps: np.ndarray = CORONAL,
    size: tuple[int, int, int] = SHAPE,
    patient_to_lps: np.ndarray | None = None,
) -> tuple[np.ndarray, Volume]:
    """Return class labels and the volume that they lie in; later shapes overwrite earlier ones."""
    points = lps_points(size, ijk_to_lps)
    if patient_to_lps is not None:
        inverse = np.linalg.inv(patient_to_lps)
        points = points @ inverse[:3, :3].T + inverse[:3, 3]
    labels = np.zeros(size, np.uint8)
    for shape in shapes:
        labels[shape.holds(points)] = 0 if shape.bone is None else BONES.index(shape.bone) + 1
    voxels = np.where(BODY.holds(points), 100, 2).astype(np.int16)
    voxels[labels > 0] = 150
    return labels, Volume(voxels, ijk_to_lps)


def cropped(
    labels: np.ndarray, volume: Volume, low_x: float, high_x: float
) -> tuple[np.ndarray, Volume]:
    """Cut a scan on the `CORONAL` grid to low_x ≤ x ≤ high_x."""
    x = volume.ijk_to_lps[0, 3] + volume.ijk_to_lps[0, 0] * np.arange(labels.shape[2])
    kept = np.flatnonzero((x >= low_x) & (x <= high_x))
    matrix = volume.ijk_to_lps.copy()
    matrix[0, 3] = x[kept[0]]
    return labels[:, :, kept], Volume(volume.voxels[:, :, kept], matrix)
