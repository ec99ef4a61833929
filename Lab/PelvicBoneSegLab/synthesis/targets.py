"""What in a body slices are centred on."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, HIP_BONE
from PelvicBoneSegLib.segmentation.volume import Volume

from ..coverage.case import Case
from ..coverage.head_frame import HeadFrame
from ..coverage.pubis import pubis_of_frame
from ..errors import CoverageError
from .tissue_map import GRID_MM, TissueMap

_STEP = 2
"""Every second voxel along each axis will do."""

_REMEMBERED = 4000
"""Points kept for each target."""

_LEAST_PUBIS_MM3 = 5000
"""Less than this is the rim of labels that leave the pubis out; both together have some 70 ml."""

_MIDDLE_MM = 18.0
"""The bodies of both pubic bones lie this near to the middle of the pubis."""

_ABOVE_MM = 15.0
"""So far above them an axial slice shows the bladder, and the rami on either side."""

_CANONICAL_TO_LPS = np.array(
    [[GRID_MM, 0, 0, 0], [0, GRID_MM, 0, 0], [0, 0, -GRID_MM, 0], [0, 0, 0, 1]], float
)
"""Of (i, j, k) of an array whose axes run to inferior, posterior and left."""


def body_points(tissue_map: TissueMap) -> np.ndarray:
    """Return voxels of the body, evenly spread, shape (N, 3)."""
    return _points(tissue_map.tissues[::_STEP, ::_STEP, ::_STEP] != 0)


def bone_points(tissue_map: TissueMap) -> list[np.ndarray]:
    """Return voxels of each bone that is there, each of shape (N, 3)."""
    classes = tissue_map.classes.take(tissue_map.tissues[::_STEP, ::_STEP, ::_STEP])
    masks = (classes == index for index in range(1, len(BONES) + 1))
    return [_points(mask) for mask in masks if mask.any()]


def pubis_points(tissue_map: TissueMap) -> np.ndarray | None:
    """Return voxels of the pubis, shape (N, 3).

    It is a target of its own: it is a tenth of the hip bone, and the scans whose labels leave it
    out teach nothing about it. About half of the voxels are of the bodies beside the symphysis,
    which have a shape of their own, and, one in three of these, of what lies above them: the
    bladder's floor is like them. None where the pubis is not labelled, or no heads tell where it
    is.
    """
    labels = tissue_map.classes.take(tissue_map.tissues)
    case = Case(tissue_map.name, Volume(tissue_map.tissues, _CANONICAL_TO_LPS), labels)
    try:
        frame = HeadFrame.of(case)
    except CoverageError:
        return None
    found = pubis_of_frame(frame, _CANONICAL_TO_LPS, labels.shape)
    found &= labels == BONES.index(HIP_BONE) + 1
    if found.sum() * GRID_MM**3 < _LEAST_PUBIS_MM3:
        return None
    points = _points(found[::_STEP, ::_STEP, ::_STEP])
    aside = np.abs(points[:, 2] - np.median(points[:, 2])) * GRID_MM
    middle, rest = points[aside < _MIDDLE_MM], points[aside >= _MIDDLE_MM]
    above = middle[::2] - np.array((round(_ABOVE_MM / GRID_MM), 0, 0), np.int32)
    times = max(1, round(len(rest) / max(1, len(middle) + len(above))))
    return np.concatenate([rest, *[middle, above] * times])


def _points(mask: np.ndarray) -> np.ndarray:
    points = np.argwhere(mask) * _STEP
    return points[:: max(1, len(points) // _REMEMBERED)].astype(np.int32)
