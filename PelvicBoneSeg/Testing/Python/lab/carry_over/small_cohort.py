"""A cohort of blocks: every scan shows the same pelvis, laid by its femoral heads."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from lab.carry_over.two_scans import matrix
from PelvicBoneSegLab.carry_over.cohort import Cohort
from PelvicBoneSegLab.carry_over.data import ManScan, PelvisScan
from PelvicBoneSegLab.carry_over.men import MEN
from PelvicBoneSegLab.coverage.head_frame import HeadFrame
from PelvicBoneSegLib.anatomy import FEMUR, HIP_BONE, LEFT, RIGHT
from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.structure import Structure
from PelvicBoneSegLib.segmentation.volume import Volume

A, B = MEN
FRAME = HeadFrame.between(np.array([75.0, 10, 5]), np.array([-65.0, 10, -5]))
"""Of a pelvis that is a quarter smaller than those of the men."""

GRIDS = {
    "axial": (np.eye(3), (2.0, 2.0, 4.0), (28, 60, 130)),
    "coronal": ([[1, 0, 0], [0, 0, -1], [0, 1, 0]], (2.0, 2.0, 4.0), (28, 50, 130)),
    "sagittal": ([[0, 1, 0], [0, 0, -1], [1, 0, 0]], (2.0, 2.0, 4.0), (18, 50, 60)),
}
"""Axes i, j, k, spacing and (K, J, I) shape."""


def sides_and_classes(shape, to_lps, frame):
    """+1 left, -1 right of the midline; and classes: two heads, and a bar to the symphysis."""
    k, j, i = np.indices(shape)
    points = np.stack([i, j, k], axis=-1) @ to_lps[:3, :3].T + to_lps[:3, 3]
    x, y, z = np.moveaxis((points - frame.origin) @ frame.axes.T / frame.distance_mm, -1, 0)
    lateral = np.abs(x)
    classes = np.zeros(shape, np.uint8)
    bar = (lateral > 0.015) & (lateral < 0.34) & (np.abs(y + 0.17) < 0.07) & (np.abs(z + 0.1) < 0.1)
    classes[bar] = 2
    classes[(lateral - 0.5) ** 2 + y**2 + z**2 < 0.13**2] = 1
    return np.where(x > 0, 1, -1), classes


def volume_of(plane, frame):
    """A scan of the pelvis in a plane."""
    axes, spacing, shape = GRIDS[plane]
    to_lps = matrix(frame.origin + (0, -12, -5), axes, spacing, shape)
    _, classes = sides_and_classes(shape, to_lps, frame)
    return Volume(100.0 * classes + np.indices(shape)[2], to_lps)


def man_scan(man, sequence, plane):
    return ManScan(man, sequence, volume_of(plane, man.frame))


def pelvis_scan(name):
    """A coronal scan with its labels; its frame is given, as balls are no whole femurs."""
    volume = volume_of("coronal", FRAME)
    sides, classes = sides_and_classes(volume.voxels.shape, volume.ijk_to_lps, FRAME)
    masks = {
        Structure(bone, side): (classes == value) & (sides == sign)
        for value, bone in ((1, FEMUR), (2, HIP_BONE))
        for side, sign in ((LEFT, 1), (RIGHT, -1))
    }
    scan = PelvisScan(name, volume, LabelMap.from_masks(masks, volume.ijk_to_lps))
    scan.__dict__["frame"] = FRAME
    return scan


def small_cohort():
    men = [
        man_scan(A, "t2_tra", "axial"),
        man_scan(A, "t2_cor", "coronal"),
        man_scan(A, "t2_sag", "sagittal"),
        man_scan(A, "adc", "axial"),
        man_scan(B, "t2_tra", "axial"),
        man_scan(B, "pd", "axial"),
    ]
    return Cohort(men, [pelvis_scan("case_06")], pelvis_scan("example_ct"), [pelvis_scan("whole")])


class KnowsTheTruth:
    """Stands in for the segmenter: finds every bone but those of the scans it is blind to."""

    def __init__(self, cohort, blind_to=()):
        self.labels = {}
        frames = {scan.name: scan.man.frame for scan in cohort.men}
        for name, volume in cohort.volumes().items():
            shape = volume.voxels.shape
            sides, classes = sides_and_classes(shape, volume.ijk_to_lps, frames.get(name, FRAME))
            labels = np.where(classes == 0, 0, 2 * classes - (sides > 0)).astype(np.uint8)
            self.labels[id(volume)] = labels * (name not in blind_to)

    def __call__(self, bundle, device):
        return self

    def segment(self, volume, bones):
        return SimpleNamespace(labels=self.labels[id(volume)])
