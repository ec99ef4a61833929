"""Segmentation nodes with segments of chosen names, drawn on any grid under any transform."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import slicer

from scene.conftest import DIRECTIONS, add_transform, image_of
from scene.phantom import grid, inside, positions_lps
from scene.reading import matrix_of

SHAPE = (24, 26, 28)
IDENTITY = np.eye(4)


def add_segmentation(scene, name: str, masks: Mapping[str, np.ndarray], ijk_to_ras=IDENTITY):
    """Add a segmentation whose segments have these names and boolean (K, J, I) voxels."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    for segment_name, mask in masks.items():
        image = slicer.vtkOrientedImageData()
        image.DeepCopy(image_of(mask.astype(np.uint8)))
        image.SetGeometryFromImageToWorldMatrix(matrix_of(ijk_to_ras))
        segment = slicer.vtkSegment()
        segment.SetName(segment_name)
        segment.SetColor(0.9, 0.8, 0.7)
        segment.AddRepresentation("Binary labelmap", image)
        segment.SetLabelValue(1)
        node.GetSegmentation().AddSegment(segment, segment_name)
    node.CreateDefaultDisplayNodes()
    return node


def add_phantom_segmentation(
    scene, name: str, names: Mapping[str, str], directions="plain", spacing=(2.0, 2.0, 2.0),
    to_world=None,
):  # fmt: skip
    """Add the phantom's bones, by their id in `scene.phantom.ELLIPSOIDS`, under other names."""
    world = grid(DIRECTIONS[directions], spacing)
    lps = positions_lps(world.ijk_to_ras, world.dimensions[::-1])
    masks = {called: inside(bone, lps) for bone, called in names.items()}
    matrix = world.ijk_to_ras
    if to_world is not None:
        matrix = np.linalg.inv(to_world) @ matrix
    node = add_segmentation(scene, name, masks, matrix)
    if to_world is not None:
        node.SetAndObserveTransformNodeID(add_transform(scene, to_world).GetID())
    return node


def box(low, high, shape=SHAPE) -> np.ndarray:
    """A mask that is true from voxel `low` up to, not with, `high`, both as (i, j, k)."""
    mask = np.zeros(shape, bool)
    mask[low[2] : high[2], low[1] : high[1], low[0] : high[0]] = True
    return mask


def ball(radius: float, shape=SHAPE) -> np.ndarray:
    """A mask around the middle of the array."""
    k, j, i = (axis - n // 2 for axis, n in zip(np.indices(shape), shape, strict=True))
    return k**2 + j**2 + i**2 <= radius**2
