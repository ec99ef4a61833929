"""Tissue maps out of label maps without images, as CT segmentations are."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.orientation import AnatomicalAxes

from .body_tissues import Body
from .label_map_files import label_map_files, read_body_mask, read_label_map
from .regrid import nearest, smooth_labels
from .tissue_map import TissueMap, bounding_box


def tissue_maps_from_labels(dataset: dict[str, Any]) -> list[TissueMap]:
    """Read the label maps of a dataset.

    Parameters
    ----------
    dataset
        A ``datasets`` entry of the configuration with ``root``, ``labels`` (values and bones) and
        ``label_maps``: how the label maps (``labels``) and the masks of the body (``body``) are
        named, with ``*`` for the case.

    Returns
    -------
    One map for each case, or where the hip bones meet in front some of the same name, which differ
    in organs and in how thick the pubis is; equal files give equal maps. Bones have a cortex and
    two sorts of marrow, every other label is a muscle, and what has no label is split into fat,
    organs, fluid and gas.

    Raises
    ------
    TrainingDataError
        No label map, no body mask for one, an unreadable file, different geometry, a label value
        that is too high, or no bone.
    """
    return [
        body for files in label_map_files(dataset) for body in _read_case(*files, dataset["labels"])
    ]


def _read_case(
    case: str, label_path: Path, body_path: Path, values: dict[int, str]
) -> list[TissueMap]:
    label_image = read_label_map(label_path, values)
    axes = _axes_of(label_image)
    labels = axes.to_stack(sitk.GetArrayFromImage(label_image), "axial")
    body = axes.to_stack(sitk.GetArrayFromImage(read_body_mask(body_path, label_path)), "axial")
    inside = (body > 0) | (labels > 0)
    box = bounding_box(inside)
    labels, bones = _one_value_a_bone(labels[box].astype(np.uint8), values)
    return Body(
        smooth_labels(labels, axes.spacing, list(bones.values())),
        nearest(inside[box], axes.spacing),
        bones,
        np.random.default_rng(zlib.crc32(case.encode())),
    ).tissue_maps(case)


def _one_value_a_bone(
    labels: np.ndarray, values: dict[int, str]
) -> tuple[np.ndarray, dict[int, int]]:
    """Give left and right the same value; return that of each bone, by its index, as well."""
    result = labels.copy()
    bones: dict[int, int] = {}
    for value, bone in values.items():
        result[labels == value] = bones.setdefault(BONES.index(bone), value)
    return result, bones


def _axes_of(image: sitk.Image) -> AnatomicalAxes:
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    return AnatomicalAxes.from_matrix(matrix)
