"""Look at label maps without images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..synthesis.label_map_files import label_map_files, read_body_mask, read_label_map
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
    files: list[tuple[str, Path, Path]] = []
    with check.noting():
        files = label_map_files(dataset)
    for _, label_path, body_path in files:
        with check.noting():
            read_label_map(label_path, dataset["labels"])
        with check.noting():
            read_body_mask(body_path, label_path)
    check.cases += len(files)
