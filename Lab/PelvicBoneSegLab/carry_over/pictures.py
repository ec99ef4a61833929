"""Pictures of what was found: each scan with outlines and in 3D, and the hip bones side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from PelvicBoneSegLib.anatomy import BONES, HIP_BONE, SEGMENTS
from PelvicBoneSegLib.segmentation.postprocess import postprocess

from ..picture import render_bones, save_picture
from .data import classes_of
from .measure import Cohort

FRONT, BELOW = (0.0, -1.0, 0.1), (0.0, -0.55, -0.85)
"""Directions from the bones to the camera, LPS."""

_SOURCES = {"patient": "PROSTATEx (TCIA), CC BY 3.0", "case": "CPTAC-UCEC (TCIA), CC BY 4.0",
            "example": "example_ct, Apache-2.0"}  # fmt: skip
_HIP_LABELS = [one.label for one in SEGMENTS if one.bone == HIP_BONE]


def draw(cohort: Cohort, labels: Mapping[str, np.ndarray], folder: Path) -> None:
    """Write all pictures.

    Parameters
    ----------
    cohort, labels
        As in `measure.measure`.
    folder
        An existing folder.
    """
    for name, volume in cohort.volumes().items():
        source = _SOURCES[name.partition("_")[0]]
        save_picture(volume, labels[name], folder / f"{name}.png", f"{name}. Image: {source}")
    _draw_hip_bones(cohort, labels, folder / "hip_bones.png")


def _draw_hip_bones(cohort: Cohort, labels: Mapping[str, np.ndarray], path: Path) -> None:
    complete = cohort.complete[0]
    sided = postprocess(classes_of(complete.truth), complete.volume, BONES)
    shown = {f"{complete.name}, CT labels": (sided, complete.volume)}
    volumes = cohort.volumes()
    names = [one.name for one in cohort.patients]
    names += [scan.name for scan in cohort.men if scan.sequence in ("t2_tra", "t2_cor")]
    shown.update({name: (labels[name], volumes[name]) for name in names})
    figure = Figure(figsize=(2.4 * len(shown), 5.2), facecolor="black")
    for column, (name, (found, volume)) in enumerate(shown.items()):
        hip_bones = np.where(np.isin(found, _HIP_LABELS), found, 0).astype(np.uint8)
        for row, direction in enumerate((FRONT, BELOW)):
            axes = figure.add_subplot(2, len(shown), 1 + row * len(shown) + column)
            axes.imshow(render_bones(hip_bones, volume.ijk_to_lps, direction))
            axes.set_axis_off()
            if not row:
                axes.set_title(name, color="white", fontsize=8)
    figure.subplots_adjust(0.005, 0.005, 0.995, 0.95, 0.02, 0.02)
    figure.savefig(path, dpi=100, facecolor="black")
