"""Where on the bones the soft tissue hangs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .lumbar import endplate
from .mesh import Mesh
from .pose import femoral_head


@dataclass(frozen=True)
class Landmarks:
    """Where the body is built around, mm in LPS."""

    hip: np.ndarray  # left femoral head, mirrored for the right one
    trochanter_x: float
    crotch_z: float
    front_y: float
    back_y: float
    promontory: np.ndarray

    @classmethod
    def of(cls, subject: dict[str, Mesh]) -> Landmarks:
        """Measure a subject's bones."""
        hips = np.vstack([subject[f"{side}_hip_bone"].points for side in ("left", "right")])
        centres = [femoral_head(subject[f"{side}_femur"])[0] for side in ("left", "right")]
        hip = (centres[0] + centres[1] * (-1, 1, 1)) / 2
        femurs = np.vstack([subject[f"{side}_femur"].points for side in ("left", "right")])
        proximal = femurs[femurs[:, 2] > hip[2] - 80]
        return cls(
            hip=hip,
            trochanter_x=float(np.abs(proximal[:, 0]).max()),
            crotch_z=float(hips[:, 2].min() - 8),
            front_y=float(hips[:, 1].min()),
            back_y=float(subject["sacrum"].points[:, 1].max()),
            promontory=endplate(subject["sacrum"])[0],
        )
