"""Files of label maps without images: found, read and checked; faults name the file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import SimpleITK as sitk

from ..data.case_files import check_same_geometry, label_values, read_image
from ..errors import TrainingDataError
from .body_tissues import MAX_LABEL


def label_map_files(dataset: dict[str, Any]) -> list[tuple[str, Path, Path]]:
    """Return name, label map and mask of the body of each case, by name.

    Parameters
    ----------
    dataset
        A ``datasets`` entry of the configuration with ``label_maps``.

    Raises
    ------
    TrainingDataError
        There is no label map.
    """
    root, patterns = Path(dataset["root"]), dataset["label_maps"]
    before, _, after = patterns["labels"].partition("*")
    paths = sorted(root.glob(patterns["labels"]))
    if not paths:
        raise TrainingDataError(root, f"no label map is named {patterns['labels']}")
    cases = [path.name.removeprefix(before).removesuffix(after) for path in paths]
    return [
        (case, path, root / patterns["body"].replace("*", case))
        for case, path in zip(cases, paths, strict=True)
    ]


def read_label_map(path: Path, bones: Collection[int]) -> sitk.Image:
    """Read a label map; `bones` are the values that mean one.

    Raises
    ------
    TrainingDataError
        It is not a complete image, a value is too high for a tissue map, or there is no bone.
    """
    labels = read_image(path)
    values = label_values(labels)
    if min(values) < 0 or max(values) > MAX_LABEL:
        raise TrainingDataError(path, f"it has labels outside 0 to {MAX_LABEL}")
    if not values & set(bones):
        raise TrainingDataError(path, f"none of its labels is one of {sorted(bones)}")
    return labels


def read_body_mask(path: Path, label_path: Path) -> sitk.Image:
    """Read the mask of the body of a label map.

    Raises
    ------
    TrainingDataError
        There is none, it is not a complete image, or it lies on other voxels.
    """
    if not path.is_file():
        raise TrainingDataError(label_path, f"there is no body mask {path}")
    body = read_image(path)
    check_same_geometry(label_path, body, path)
    return body
