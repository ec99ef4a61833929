"""One surface laid onto another, of which a part may be missing on either side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from PelvicBoneSegLib.segmentation.affine import transformed

_SIMILAR_STEPS, _AFFINE_STEPS = 40, 40

_OF_MOVING, _OF_FIXED = 0.85, 0.7
"""Shares of the points of each surface that are asked for a partner: those that lie nearest to one.
What was found of a bone is partly false, and a part of it is missing."""

_THINNED = 4
"""One in so many points of the fixed surface looks for a partner: enough, and faster."""


@dataclass(frozen=True, eq=False)
class Registration:
    """Where an affine transform lays a surface.

    Attributes
    ----------
    matrix
        Shape (4, 4), from the moving surface to the fixed one, both in mm.
    residual_mm
        Root mean square distance of the points that were asked for a partner.
    """

    matrix: np.ndarray
    residual_mm: float

    @classmethod
    def of(cls, moving: np.ndarray, fixed: cKDTree) -> Registration:
        """Lay points onto the points of a tree, both of shape (N, 3) in mm.

        Iterative closest points: first a similarity transform from where the means agree, then an
        affine one. The axes of both have to be nearly the same.

        References
        ----------
        Chetverikov D. et al., The trimmed iterative closest point algorithm, ICPR 2002. Umeyama S.,
        Least-squares estimation of transformation parameters between two point patterns, IEEE
        PAMI 13(4), 1991.
        """
        matrix = np.eye(4)
        matrix[:3, 3] = fixed.data.mean(0) - moving.mean(0)
        for step in range(_SIMILAR_STEPS + _AFFINE_STEPS):
            points, partners = _pairs(moving, transformed(moving, matrix), fixed)
            fit = _similarity if step < _SIMILAR_STEPS else _affine
            matrix = fit(points, partners)
        distances = np.sort(fixed.query(transformed(moving, matrix))[0])
        nearest = distances[: int(_OF_MOVING * len(distances))]
        return cls(matrix, float(np.sqrt(np.mean(nearest**2))))


def _pairs(moving: np.ndarray, moved: np.ndarray, fixed: cKDTree) -> tuple[np.ndarray, np.ndarray]:
    """Return points of the moving surface and their partners, found from both sides."""
    there, partner = fixed.query(moved)
    some = fixed.data[::_THINNED]
    back, origin = cKDTree(moved).query(some)
    asked = there <= np.quantile(there, _OF_MOVING)
    answered = back <= np.quantile(back, _OF_FIXED)
    points = np.concatenate([moving[asked], moving[origin[answered]]])
    return points, np.concatenate([fixed.data[partner[asked]], some[answered]])


def _similarity(points: np.ndarray, partners: np.ndarray) -> np.ndarray:
    middle, goal = points.mean(0), partners.mean(0)
    rotation, _ = Rotation.align_vectors(partners - goal, points - middle)
    turned = rotation.apply(points - middle)
    scale = np.sum(turned * (partners - goal)) / np.sum(turned**2)
    matrix = np.eye(4)
    matrix[:3, :3] = scale * rotation.as_matrix()
    matrix[:3, 3] = goal - matrix[:3, :3] @ middle
    return matrix


def _affine(points: np.ndarray, partners: np.ndarray) -> np.ndarray:
    homogeneous = np.column_stack([points, np.ones(len(points))])
    matrix = np.eye(4)
    matrix[:3] = np.linalg.lstsq(homogeneous, partners, rcond=None)[0].T
    return matrix
