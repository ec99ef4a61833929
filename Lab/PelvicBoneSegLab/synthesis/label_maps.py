"""Tissue maps out of label maps without images, as CT segmentations are."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.orientation import AnatomicalAxes

from ..errors import TrainingDataError
from .body_tissues import MAX_LABEL, Body
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
    A map for each case, always the same one. Bones have a cortex and two sorts of marrow, every
    other label is a muscle, and what has no label is split into fat, organs, fluid and gas.

    Raises
    ------
    TrainingDataError
        No label map, no body mask for one, an unreadable file, different geometry, a label value
        that is too high, or no bone.
    """
    root, patterns = Path(dataset["root"]), dataset["label_maps"]
    before, _, after = patterns["labels"].partition("*")
    paths = sorted(root.glob(patterns["labels"]))
    if not paths:
        raise TrainingDataError(root, f"no label map is named {patterns['labels']}")
    maps = []
    for path in paths:
        case = path.name.removeprefix(before).removesuffix(after)
        body_path = root / patterns["body"].replace("*", case)
        maps.append(_read_case(case, path, body_path, dataset["labels"]))
    return maps


def _read_case(case: str, label_path: Path, body_path: Path, values: dict[int, str]) -> TissueMap:
    if not body_path.is_file():
        raise TrainingDataError(label_path, f"there is no body mask {body_path}")
    labels, axes = _read(label_path)
    inside, body_axes = _read(body_path)
    if labels.shape != inside.shape or axes != body_axes:
        raise TrainingDataError(body_path, f"its geometry is not that of {label_path}")
    if labels.min() < 0 or labels.max() > MAX_LABEL:
        raise TrainingDataError(label_path, f"it has labels outside 0 to {MAX_LABEL}")
    if not np.isin(labels, list(values)).any():
        raise TrainingDataError(label_path, f"none of its labels is one of {sorted(values)}")
    inside = (inside > 0) | (labels > 0)
    box = bounding_box(inside)
    body = Body(
        smooth_labels(labels[box].astype(np.uint8), axes.spacing, list(values)),
        nearest(inside[box], axes.spacing),
        {BONES.index(bone): value for value, bone in values.items()},
        np.random.default_rng(zlib.crc32(case.encode())),
    )
    return body.tissue_map(case)


def _read(path: Path) -> tuple[np.ndarray, AnatomicalAxes]:
    """Return an image in canonical order, and which way its axes ran."""
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise TrainingDataError(path, "it is not a complete image") from error
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    axes = AnatomicalAxes.from_matrix(matrix)
    return axes.to_stack(sitk.GetArrayFromImage(image), "axial"), axes
