"""Bodies of blocks, and settings in which nothing is random that need not be."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from PelvicBoneSegLab.synthesis.tissue_map import Kind, TissueMap
from PelvicBoneSegLib.segmentation.volume import Volume

STILL = {
    "planes": {"axial": 1.0},
    "on_bone": 1.0,
    "on_pubis": 0.2,
    "tilt_deg": 0,
    "rotation_deg": 0,
    "scale": [1, 1],
    "elastic_mm": [0, 0],
    "slice_mm": [0, 0],
    "pixel_mm": [1, 1],
    "blur_mm": [0.2, 0.2],
    "small_field": 0,
    "field_mm": [30, 40],
    "random_contrast": 0,
    "bias": [0, 0],
    "gamma": [0, 0],
    "noise": [0, 0],
}
LIVELY = {
    **STILL,
    "planes": {"axial": 1.0, "coronal": 1.0, "sagittal": 1.0},
    "tilt_deg": 25,
    "rotation_deg": 10,
    "scale": [0.85, 1.2],
    "elastic_mm": [0, 8],
}


def a_map(tissues: np.ndarray, kinds: list[Kind], classes: list[int], **more) -> TissueMap:
    """Return a map of the tissues, with the air around that every map has."""
    silent = more.get("silent")
    return TissueMap(
        "blocks",
        np.pad(tissues.astype(np.uint8), 1),
        np.array(classes, np.uint8),
        np.array(kinds, np.uint8),
        None if silent is None else np.pad(silent.astype(np.uint8), 1),
    )


def a_scan(voxels: np.ndarray, labels: np.ndarray, ijk_to_lps: np.ndarray, silent=None):
    """Return what `tissue_map_from_scan` needs of a labelled scan."""
    silent = np.zeros_like(labels) if silent is None else silent
    return SimpleNamespace(
        name="blocks", volume=Volume(voxels, ijk_to_lps), labels=labels, silent=silent
    )
