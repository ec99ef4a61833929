"""Bones of a scan with thick slices on voxels that are nearly cubes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..anatomy import BONES, SEGMENTS
from ..errors import Cancelled, SlicesNotThickError
from .between_slices import interpolate
from .components import box_of
from .result import BoneSurface, CancelCallback, ProgressCallback
from .surface import closed_surface, surface_arrays
from .volume import Volume

MIN_SPACING_MM = 0.5
"""Thinner slices than this would only cost memory."""

_NETWORK_SHARE, _SLICES_SHARE = 0.6, 0.8
"""Parts of the time after which the network and the slices are done, on a CPU."""


class GivesProbabilities(Protocol):
    """What is needed of `segmenter.Segmenter`."""

    def bone_probabilities(
        self,
        volume: Volume,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> np.ndarray:
        """Return uint8 of shape (bones, K, J, I)."""


@dataclass(frozen=True, eq=False)
class IsotropicResult:
    """Bones on thin slices.

    Attributes
    ----------
    labels
        uint8, shape (K, J, I): label values of `anatomy.SEGMENTS`, cut to the bones.
    ijk_to_lps
        4×4 matrix from its indices (i, j, k) to LPS in mm.
    surfaces
        Closed surfaces by label value.
    volumes_ml
        Volume on the thick and on the thin slices by label value.
    """

    labels: np.ndarray
    ijk_to_lps: np.ndarray
    surfaces: Mapping[int, BoneSurface]
    volumes_ml: Mapping[int, tuple[float, float]]


def slice_parts(ijk_to_lps: np.ndarray) -> tuple[int, int]:
    """Say into how many thin slices each slice is cut, so that voxels become nearly cubes.

    The number is odd: one of the thin slices is the middle of the thick one, where the mask is
    known, and together they fill it.

    Parameters
    ----------
    ijk_to_lps
        4×4 matrix of the scan.

    Returns
    -------
    The number, and the array axis (0 = K, 1 = J, 2 = I) along which the slices follow each other.

    Raises
    ------
    SlicesNotThickError
        They are less than some twice as thick as pixels are wide.
    """
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
    thickest = int(np.argmax(spacing))
    thickness, pixel = spacing[thickest], np.sort(spacing)[1]
    parts = 2 * round((thickness / max(pixel, MIN_SPACING_MM) - 1) / 2) + 1
    if parts < 3:
        raise SlicesNotThickError(spacing)
    return parts, 2 - thickest


def make_isotropic(
    segmenter: GivesProbabilities,
    volume: Volume,
    labels: np.ndarray,
    smoothing: float,
    progress: ProgressCallback,
    cancel: CancelCallback,
) -> IsotropicResult:
    """Interpolate bones between the slices of a scan.

    Parameters
    ----------
    segmenter
        Asked for the probabilities of the whole scan.
    volume
        The scan.
    labels
        uint8, shape (K, J, I), on its voxels: the bones as they are now, edits included, with at
        least one voxel.
    smoothing
        Of the surfaces, see `surface.closed_surface`.
    progress, cancel
        See `segmenter.Segmenter.segment`.

    Raises
    ------
    SlicesNotThickError
        There is nothing to interpolate.
    Cancelled
        `cancel` said so.
    """
    parts, axis = slice_parts(volume.ijk_to_lps)
    probabilities = segmenter.bone_probabilities(
        volume, lambda fraction, stage: progress(_NETWORK_SHARE * fraction, stage), cancel
    )
    start, box = _box_of(labels, axis)
    bones = {
        segment.label: probabilities[BONES.index(segment.bone)][box]
        for segment in SEGMENTS
        if (labels == segment.label).any()
    }

    def slices_progress(fraction: float) -> None:
        share = _SLICES_SHARE - _NETWORK_SHARE
        progress(_NETWORK_SHARE + share * fraction, "Interpolating between slices")

    thin = interpolate(labels[box], bones, axis, parts, slices_progress, cancel)
    matrix = thin_slices_matrix(volume.ijk_to_lps, start, axis, parts)
    surfaces = {}
    for done, label in enumerate(bones):
        if cancel():
            raise Cancelled
        progress(_SLICES_SHARE + (1 - _SLICES_SHARE) * done / len(bones), "Making surfaces")
        surfaces[label] = surface_arrays(closed_surface(thin == label, matrix, smoothing))
    before, after = (volume.voxel_volume_mm3 / 1000 / n for n in (1, parts))
    volumes = {
        label: (np.count_nonzero(labels == label) * before, np.count_nonzero(thin == label) * after)
        for label in bones
    }
    return IsotropicResult(thin, matrix, surfaces, volumes)


def thin_slices_matrix(
    ijk_to_lps: np.ndarray, start: tuple[int, int, int], axis: int, parts: int
) -> np.ndarray:
    """Return the 4×4 matrix of the thin slices.

    Parameters
    ----------
    ijk_to_lps
        4×4 matrix of the scan.
    start
        Voxel (k, j, i) of the scan at which the array begins that was cut into thin slices.
    axis, parts
        As for `interpolate`.
    """
    matrix = ijk_to_lps.copy()
    matrix[:3, 3] += matrix[:3, :3] @ start[::-1]
    column = 2 - axis
    matrix[:3, column] /= parts
    matrix[:3, 3] -= matrix[:3, column] * (parts // 2)
    return matrix


def _box_of(labels: np.ndarray, axis: int) -> tuple[tuple[int, int, int], tuple[slice, ...]]:
    """Return where the bones are, with a slice more at both ends."""
    box = list(box_of(labels != 0))
    box[axis] = slice(max(box[axis].start - 1, 0), box[axis].stop + 1)
    k, j, i = (one.start for one in box)
    return (k, j, i), tuple(box)
