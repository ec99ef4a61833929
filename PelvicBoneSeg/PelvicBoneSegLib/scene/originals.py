"""What the user changed in the segments that a run wrote."""

from __future__ import annotations

import base64
import json
import math
import zlib
from typing import Any

import numpy as np

from .mask import Mask, on_same_voxels, resampled, segment_mask, side_by_side
from .original_store import read_original

MAX_VOXELS = 2**31
"""More than any labelmap; a broken attribute must not ask for all of the memory."""


def edited_voxels(segmentation_node: Any, segment_id: str) -> Mask | None:
    """Find the voxels that are not as the run wrote them, whoever or whatever changed them.

    Returns
    -------
    A mask on the voxels of the segment's present labelmap, or on the run's where the segment was
    emptied; without any voxel set where nothing was edited. None where it is not known what a run
    wrote, or the segment has no labelmap.
    """
    present = segment_mask(segmentation_node.GetSegmentation().GetSegment(segment_id))
    packed = read_original(segmentation_node, segment_id)
    original = None if packed is None else unpack(packed)
    if present is None or original is None:
        return None
    if not present.voxels.any():
        # The labelmap of an empty segment may have lost its place.
        return original
    if _moved_as_a_whole(present, original):
        return Mask(np.zeros((1, 1, 1), bool), present.ijk_to_ras)
    original = resampled(original, present.ijk_to_ras)
    (now, before), to_ras = side_by_side((present, original))
    return Mask(now ^ before, to_ras).cut()


def pack(mask: Mask) -> str:
    """Put a mask into a text of ASCII letters."""
    compressed = zlib.compress(np.packbits(mask.voxels).tobytes(), 1)
    return json.dumps(
        {
            "shape": mask.voxels.shape,
            "ijk_to_ras": mask.ijk_to_ras.tolist(),
            "voxels": base64.b64encode(compressed).decode("ascii"),
        }
    )


def unpack(packed: str) -> Mask | None:
    """Undo `pack`. Anything else, such as a damaged text, is None."""
    try:
        fields = json.loads(packed)
        shape = tuple(int(size) for size in fields["shape"])
        matrix = np.array(fields["ijk_to_ras"], np.float64)
        size = math.prod(shape)
        if len(shape) != 3 or not 0 < size <= MAX_VOXELS or min(shape) < 1:
            return None
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or not np.linalg.det(matrix):
            return None
        count = math.ceil(size / 8)
        bits = zlib.decompressobj().decompress(base64.b64decode(fields["voxels"]), count)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, zlib.error):
        return None
    if len(bits) < count:
        return None
    voxels = np.unpackbits(np.frombuffer(bits, np.uint8), count=size)
    return Mask(voxels.reshape(shape).astype(bool), matrix)


def _moved_as_a_whole(present: Mask, original: Mask) -> bool:
    """Return whether a segment is the original at a place between its voxels.

    That is how it looks after a transform was hardened. A bone that was pushed by whole voxels
    counts as edited.
    """
    return np.array_equal(present.voxels, original.voxels) and not on_same_voxels(
        original, present.ijk_to_ras
    )
