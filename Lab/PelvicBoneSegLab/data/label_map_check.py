"""Look at label maps without images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import SimpleITK as sitk

from ..errors import TrainingDataError
from ..synthesis.body_tissues import MAX_LABEL
from .case_files import check_same_geometry, label_values, read_image
from .data_check import DataCheck


def check_label_maps(dataset: dict[str, Any], check: DataCheck) -> None:
    """Look at the files that `synthesis.tissue_maps_from_labels` reads.

    Parameters
    ----------
    dataset
        A ``datasets`` entry with ``label_maps``.
    check
        Where the findings go.
    """
    root, patterns = Path(dataset["root"]), dataset["label_maps"]
    before, _, after = patterns["labels"].partition("*")
    paths = sorted(root.glob(patterns["labels"]))
    with check.noting():
        if not paths:
            raise TrainingDataError(root, f"no label map is named {patterns['labels']}")
    for path in paths:
        case = path.name.removeprefix(before).removesuffix(after)
        body = root / patterns["body"].replace("*", case)
        outline = None
        with check.noting():
            _check_values(read_image(path), dataset["labels"], path)
        with check.noting():
            if not body.is_file():
                raise TrainingDataError(path, f"there is no body mask {body}")
            outline = read_image(body)
        if outline:
            with check.noting():
                check_same_geometry(path, outline, body)
    check.cases += len(paths)


def _check_values(labels: sitk.Image, bones: dict[int, str], path: Path) -> None:
    values = label_values(labels)
    if min(values) < 0 or max(values) > MAX_LABEL:
        raise TrainingDataError(path, f"it has labels outside 0 to {MAX_LABEL}")
    if not values & set(bones):
        raise TrainingDataError(path, f"none of its labels is one of {sorted(bones)}")
