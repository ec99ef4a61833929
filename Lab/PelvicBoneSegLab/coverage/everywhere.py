"""A bone that the labels say nothing of."""

from __future__ import annotations

import numpy as np

from .case import Case


def everywhere(case: Case, bone: str) -> np.ndarray:
    """Return the whole scan, shape (K, J, I): the bone may be anywhere.

    Parameters
    ----------
    case
        The scan with its labels.
    bone
        Not needed; the other rules have it.
    """
    return np.ones(case.labels.shape, bool)
