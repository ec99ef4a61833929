"""The voxels that a run wrote, remembered so that the user's edits can be told from them.

They are attributes of the segmentation node, one for each segment: JSON with the voxels packed and
compressed, some 10 kB a bone. A hidden segmentation node would be lost where the user saves a scene
with *File > Save*: Slicer's dialog leaves hidden nodes' files out (qSlicerSaveDataDialog.cxx,
`populateNode`). Attributes are saved with every kind of scene, follow the node through Slicer's
undo and into a clone, and show up in no selector, view, tree or exported file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

ORIGINAL_PREFIX = "PelvicBoneSeg.Original."
"""The segment's identifier follows."""


def write_original(segmentation_node: Any, segment_id: str, packed: str) -> None:
    """Remember what a run wrote, as `originals.pack` gives it."""
    segmentation_node.SetAttribute(ORIGINAL_PREFIX + segment_id, packed)


def read_original(segmentation_node: Any, segment_id: str) -> str | None:
    """Return what a run wrote, for `originals.unpack`; None where that is not known."""
    return segmentation_node.GetAttribute(ORIGINAL_PREFIX + segment_id)


def keep_originals(segmentation_node: Any, segment_ids: Iterable[str]) -> None:
    """Forget the originals of all segments but these."""
    kept = {ORIGINAL_PREFIX + segment_id for segment_id in segment_ids}
    for name in segmentation_node.GetAttributeNames():
        if name.startswith(ORIGINAL_PREFIX) and name not in kept:
            segmentation_node.RemoveAttribute(name)
