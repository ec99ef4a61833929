"""The worked example of docs/score.md as label maps."""

from __future__ import annotations

import numpy as np

CUBES_OF_1_ML = (10, 10, 10)
"""Voxel spacing in mm."""


def rows(*bars: tuple[int, int, range]) -> np.ndarray:
    """Draw bars of voxels: label value, row j, columns i; rows two apart do not touch."""
    labels = np.zeros((3, 12, 24), np.uint8)
    for value, row, columns in bars:
        labels[1, row, columns.start : columns.stop] = value
    return labels


TRUTH = rows(
    (1, 0, range(0, 8)),  # left femur, 8 ml
    (2, 2, range(0, 8)),  # right femur, 8 ml
    (3, 4, range(0, 10)),  # left hip bone, 10 ml
    (4, 6, range(0, 10)),  # right hip bone, 10 ml
    (5, 8, range(0, 10)),  # sacrum, 10 ml
    (6, 10, range(0, 10)),  # lumbar spine, 10 ml
)
PREDICTION = rows(
    (1, 0, range(0, 12)),  # all of it and 4 ml beyond
    (2, 2, range(0, 12)),  # the same
    (3, 4, range(0, 5)),  # half of it, nothing beyond
    (5, 8, range(4, 12)),  # 6 ml of it and 2 ml beyond
    (5, 8, range(20, 22)),  # 2 ml elsewhere
    (6, 10, range(0, 10)),  # the same voxels
)
"""The patient of the worked example."""

ONLY_LUMBAR_SPINE = rows((6, 10, range(0, 10)))
"""Its second patient, segmented without a fault."""
