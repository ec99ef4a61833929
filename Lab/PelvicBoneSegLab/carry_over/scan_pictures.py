"""A picture of each scan: three slices with outlines, and the bones in 3D."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..picture import save_picture
from .cohort import Cohort

SOURCES = {
    "patient": "PROSTATEx (TCIA), CC BY 3.0",
    "case": "CPTAC-UCEC (TCIA, doi 10.7937/k9/tcia.2018.3r3juisw), CC BY 4.0",
    "example": "example_ct, Apache-2.0",
    "Pelvic": "pelvic_ct_labelmaps, MIT",
}
"""Where a scan comes from, by the beginning of its name."""


def save_scan_pictures(cohort: Cohort, labels: Mapping[str, np.ndarray], folder: Path) -> None:
    """Write `<scan>.png` of every scan into an existing folder.

    Parameters
    ----------
    cohort, labels
        As in `measure.measure`.
    folder
        Where to.
    """
    for name, volume in cohort.volumes().items():
        source = SOURCES[name.partition("_")[0]]
        save_picture(volume, labels[name], folder / f"{name}.png", f"{name}. Image: {source}")
