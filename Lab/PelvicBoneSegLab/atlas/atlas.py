"""Where a bone may be: complete ones of other bodies, laid onto what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.affine import transformed
from PelvicBoneSegLib.segmentation.laterality import PAIRED
from PelvicBoneSegLib.segmentation.volume import Volume

from ..data.cases import iterate_scans
from ..errors import TrainingDataError
from .body import Body, surface_points
from .registration import Registration

_THINNED = 3
"""Every so many points of a scan's surface are enough to lay bodies onto it."""

_BEST = 6
"""So many bodies are asked: those that fit best."""

_NEAR_MM = 30.0
"""Nothing is said of what lies further from the known parts of the bone."""

_POSSIBLE_MM, _IMPOSSIBLE_MM = 5.0, 8.0
"""The best bodies lie about 3 mm from the surface (root mean square): bone that is no further than
the first outside them is believed, and beyond the second there is none."""

_BETWEEN_MM = 3.0
"""Near both bones of a pair, where the distances to them differ by less, neither is believed: the
disc of the symphysis, where they differ by nothing in the middle and by its width at its sides, is
some 4 mm wide."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """What bodies say of a bone in a scan.

    Attributes
    ----------
    possible
        Boolean, shape (K, J, I): the bone may be here.
    impossible
        It is not here. Of all other voxels nothing is said.
    """

    possible: np.ndarray
    impossible: np.ndarray


class Atlas:
    """A bone of many bodies.

    Parameters
    ----------
    bone
        One of `anatomy.BONES`.
    masks
        Boolean masks of it, shape (K, J, I), each with its 4×4 matrix from indices (i, j, k) to LPS
        in mm. Nothing of the bone is missing.
    """

    def __init__(self, bone: str, masks: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
        self._bodies = [Body(mask, matrix, is_paired=bone in PAIRED) for mask, matrix in masks]

    @classmethod
    def of_dataset(cls, bone: str, dataset: dict[str, Any]) -> Atlas:
        """Take the bone of all training cases of a dataset, whose labels leave out none of it.

        Raises
        ------
        TrainingDataError
            As `data.cases.iterate_scans`, or a case has not got the bone.
        CoverageError
            As `data.cases.iterate_scans`.
        """
        return cls(bone, _masks(bone, dataset))

    def bounds(self, known: np.ndarray, volume: Volume) -> Bounds:
        """Say where the bone of a scan may be.

        Parameters
        ----------
        known
            Boolean, shape (K, J, I) of the scan: what is known of the bone. A part may be missing,
            and some of it false.
        volume
            The scan.
        """
        distances = self.distances(known, volume)
        nearer, further = distances.min(axis=0), distances.max(axis=0)
        possible = nearer <= _POSSIBLE_MM
        if len(distances) > 1:
            possible &= ~((further <= _IMPOSSIBLE_MM) & (further < nearer + _BETWEEN_MM))
        return Bounds(possible, np.isfinite(nearer) & (nearer > _IMPOSSIBLE_MM))

    def distances(self, known: np.ndarray, volume: Volume) -> np.ndarray:
        """Return how far each voxel of a scan is from the bone; parameters as of `bounds`.

        Returns
        -------
        float32, shape (1, K, J, I) or, of a pair, (2, K, J, I), the right one first: the median
        over the best bodies of the distances in mm, negative within; infinite far from what is
        known.
        """
        surface = surface_points(known, volume.ijk_to_lps)[::_THINNED]
        fits = [(Registration.of(surface, body.surface), body) for body in self._bodies]
        fits.sort(key=lambda fit: fit[0].residual_mm)
        near = distance_transform_edt(~known, volume.spacing[::-1]) <= _NEAR_MM
        points = transformed(np.argwhere(near)[:, ::-1], volume.ijk_to_lps)
        found = np.median(
            [body.distances(points, fit.matrix) for fit, body in fits[:_BEST]], axis=0
        )
        distances = np.full((len(found), *known.shape), np.inf, np.float32)
        distances[:, near] = found
        return distances


def _masks(bone: str, dataset: dict[str, Any]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for scan in iterate_scans(dataset, validation=False):
        mask = scan.labels == BONES.index(bone) + 1
        if not mask.any():
            raise TrainingDataError(
                dataset["root"],
                f"{scan.name} has no {bone}, so it cannot bound what a teacher says",
            )
        yield mask, scan.volume.ijk_to_lps
