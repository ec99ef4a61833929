"""The left or the right half of the patient, for a paired bone that is labelled on one side."""

from __future__ import annotations

import numpy as np

from .case import Case


def left_half(case: Case, bone: str) -> np.ndarray:
    """Return what is left of the patient's midline.

    Parameters
    ----------
    case
        The scan with its labels, which tell where the midline is.
    bone
        Not needed; other rules have it.

    Returns
    -------
    Boolean, shape (K, J, I).
    """
    return _distance(case) > 0


def right_half(case: Case, bone: str) -> np.ndarray:
    """Return what is right of the patient's midline; see `left_half`."""
    return _distance(case) < 0


def _distance(case: Case) -> np.ndarray:
    k, j, i = np.ogrid[tuple(slice(0, size) for size in case.labels.shape)]
    return case.midsagittal_plane().voxel_distance((k, j, i), case.volume.ijk_to_lps)
