"""Two scans of one object: an upright stack of slices and one that lies across it, oblique."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLab.carry_over.agreement import Seen
from PelvicBoneSegLab.carry_over.field_of_view import FieldOfView


def matrix(centre, axes, spacing, shape):
    """IJK→LPS of a grid of a (K, J, I) shape around `centre`; rows of `axes` are i, j, k."""
    to_lps = np.eye(4)
    to_lps[:3, :3] = (np.array(axes) * np.array(spacing)[:, None]).T
    middle = (np.array(shape[::-1]) - 1) / 2
    to_lps[:3, 3] = np.array(centre) - to_lps[:3, :3] @ middle
    return to_lps


def tilted(degrees):
    """Axes i, j, k of slices tilted about the left–right axis."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return [[1, 0, 0], [0, c, s], [0, -s, c]]


AXIAL_SHAPE, CORONAL_SHAPE = (20, 60, 60), (18, 60, 60)
AXIAL = matrix((3.3, 0, 0), np.eye(3), (1.0, 1.0, 3.0), AXIAL_SHAPE)
_RIGHT, _BACK, _UP = tilted(20)
CORONAL = matrix((0, 2.2, 0), [_RIGHT, _UP, _BACK], (1.1, 1.1, 3.0), CORONAL_SHAPE)


def ball(shape, to_lps, centre=(0.0, 0.0, 0.0), radius=20.0):
    """A ball on a grid: uint8, 1 inside."""
    k, j, i = np.indices(shape)
    points = np.stack([i, j, k], axis=-1) @ to_lps[:3, :3].T + to_lps[:3, 3]
    return (np.linalg.norm(points - centre, axis=-1) <= radius).astype(np.uint8)


def seen(labels, to_lps):
    """A scan with these classes."""
    field = FieldOfView.of(labels.shape, to_lps)
    return Seen(field, field.sample(labels))
