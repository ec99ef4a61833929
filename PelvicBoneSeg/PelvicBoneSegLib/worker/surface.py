"""A mask to make a closed surface of as a request; a `BoneSurface` as an answer."""

from __future__ import annotations

import numpy as np

from ..segmentation.result import BoneSurface
from .request import Arrays, Header, Request


def surface_request(mask: np.ndarray, ijk_to_lps: np.ndarray, smoothing: float) -> Request:
    """Ask for a closed surface.

    Parameters
    ----------
    mask, ijk_to_lps, smoothing
        As for `segmentation.surface.closed_surface`; the mask has at least one voxel.

    Returns
    -------
    A request whose answer is a `BoneSurface`.
    """
    arrays = {"mask": mask, "ijk_to_lps": ijk_to_lps}
    return Request("surface", {"smoothing": smoothing}, arrays, read_surface)


def read_surface(header: Header, arrays: Arrays) -> BoneSurface:
    """Put a surface together again."""
    return BoneSurface(*(arrays[name] for name in BoneSurface._fields))
