"""A scan with its corrected labels, as the training system reads them.

A dataset folder holds ``images/NAME.nii.gz``, ``labels/NAME.nii.gz`` with equal geometry,
``provenance/NAME.json`` and, once, ``dataset.yaml``: an entry for ``datasets:`` of the training
configuration. What is in them is in docs/training_cases.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..anatomy import SEGMENTS
from .label_files import write_nifti
from .output_folder import write_together
from .volume import Volume

PROVENANCE_FORMAT = 1
"""Raised whenever a field changes its meaning or goes."""

DATASET_FILE = "dataset.yaml"


@dataclass(frozen=True, eq=False)
class TrainingCase:
    """What is written of one case. Nothing in it tells who the patient is.

    Attributes
    ----------
    name
        A pseudonym, also the files' name.
    volume
        The scan.
    labels
        uint8, shape (K, J, I) on the voxels of the scan; contract label values.
    provenance
        Where the labels come from, ready for JSON.
    """

    name: str
    volume: Volume
    labels: np.ndarray
    provenance: Mapping[str, Any]


def case_files(name: str) -> tuple[str, ...]:
    """Return the names of a case's files within its dataset folder."""
    return f"images/{name}.nii.gz", f"labels/{name}.nii.gz", f"provenance/{name}.json"


def write_training_case(root: Path, case: TrainingCase) -> list[Path]:
    """Write a case into a dataset folder, all files or none.

    Returns
    -------
    The files. `DATASET_FILE` is among them where it was not there yet.

    Raises
    ------
    OutputNotWritableError
        Something could not be stored; the folder is as it was.
    """
    image, labels, provenance = case_files(case.name)
    account = {
        "format": PROVENANCE_FORMAT,
        "product": {"name": "PelvicBoneSeg", "version": __version__},
        "case": case.name,
        "image": image,
        "labels": labels,
        "geometry": {
            "size": list(case.volume.voxels.shape[::-1]),
            "spacing_mm": [round(float(value), 6) for value in case.volume.spacing],
            "ijk_to_lps": case.volume.ijk_to_lps.tolist(),
        },
        **case.provenance,
    }

    def fill(folder: Path) -> None:
        for path in (image, labels, provenance):
            (folder / path).parent.mkdir()
        write_nifti(folder / image, case.volume.voxels, case.volume.ijk_to_lps)
        write_nifti(folder / labels, case.labels, case.volume.ijk_to_lps)
        text = json.dumps(account, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / provenance).write_text(text + "\n", encoding="utf-8")
        if not (root / DATASET_FILE).exists():
            (folder / DATASET_FILE).write_text(_dataset_entry(root), encoding="utf-8")

    return write_together(root, fill)


def _dataset_entry(root: Path) -> str:
    """Return YAML to be pasted; text in JSON's quotes is YAML too."""
    name = json.dumps(root.resolve().name, ensure_ascii=False)
    labels = ", ".join(f"{segment.label}: {segment.bone}" for segment in SEGMENTS)
    return (
        "# An entry for `datasets:` of a training configuration.\n"
        "# root: the path of this folder, from where the training is started.\n"
        "# validation: cases to validate on. Split by patient, never by scan or slice.\n"
        f"- name: {name}\n"
        f"  root: {name}\n"
        f"  labels: {{{labels}}}\n"
        "  validation: []\n"
        "  weight: 1.0\n"
    )
