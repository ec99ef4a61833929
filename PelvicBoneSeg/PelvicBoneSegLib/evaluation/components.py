"""Connected parts that one mask has and the other does not touch."""

from __future__ import annotations

import numpy as np

from ..segmentation.components import number_parts


def untouched_components(mask: np.ndarray, other: np.ndarray) -> int:
    """Count the parts of a mask that share no voxel with the other mask.

    Of the truth these are missing in the prediction; of the prediction they are extra. Parts that
    touch by a corner are one (26 neighbours in 3D); a part of a single voxel counts as one too.

    Parameters
    ----------
    mask, other
        Boolean arrays of one shape (K, J, I).
    """
    k, j, i = np.nonzero(mask)
    parts = number_parts((k, j, i))
    count = int(parts.max(initial=0))
    return count - len(np.unique(parts[other[mask]]))
