"""A segmentation as it is now, as bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from slicer import vtkMRMLSegmentationStorageNode

from PelvicBoneSegLib.errors import OutputNotWritableError
from PelvicBoneSegLib.scene.export.bones import bones_of
from PelvicBoneSegLib.scene.mask import segment_mask

ATTRIBUTE_PREFIX = "PelvicBoneSeg."
"""What runs leave on a segmentation node: which one wrote what, and how sure it was."""

_TEMPORARY = "the server's temporary folder"


@dataclass(frozen=True)
class Snapshot:
    """All that is kept of a segmentation.

    Attributes
    ----------
    content
        A .seg.nrrd file, by Slicer's own writer.
    attributes
        Of the node, as JSON: a .seg.nrrd file has no place for them.
    bones
        Of `anatomy.BONES` those that are in it.
    segments
        ``name`` and ``ml`` of each segment.
    """

    content: bytes
    attributes: bytes
    bones: list[str]
    segments: list[dict[str, Any]]


def take_snapshot(segmentation_node: Any) -> Snapshot:
    """Return a segmentation as it is now.

    Raises
    ------
    OutputNotWritableError
        The disk for temporary files is full, or cannot be written to.
    """
    segmentation = segmentation_node.GetSegmentation()
    ids = segmentation.GetSegmentIDs()
    found = {one.bone: None for one in bones_of(segmentation_node, ids).values()}
    return Snapshot(
        _written(segmentation_node),
        json.dumps(_attributes(segmentation_node)).encode(),
        list(found),
        [_described(segmentation.GetSegment(one)) for one in ids],
    )


def restore_attributes(segmentation_node: Any, attributes: Path) -> None:
    """Give a segmentation that was read again what its file has no place for."""
    for name, value in json.loads(attributes.read_bytes()).items():
        if name.startswith(ATTRIBUTE_PREFIX):
            segmentation_node.SetAttribute(name, value)


def _written(segmentation_node: Any) -> bytes:
    storage = vtkMRMLSegmentationStorageNode()
    try:
        with TemporaryDirectory(prefix="pelvicboneseg-") as folder:
            path = Path(folder) / "segmentation.seg.nrrd"
            storage.SetFileName(str(path))
            if not storage.WriteData(segmentation_node):
                raise OutputNotWritableError(_TEMPORARY, "the disk may be full")
            return path.read_bytes()
    except OSError as error:
        raise OutputNotWritableError(_TEMPORARY, str(error.strerror)) from error


def _attributes(segmentation_node: Any) -> Mapping[str, str]:
    names = segmentation_node.GetAttributeNames()
    return {
        name: segmentation_node.GetAttribute(name)
        for name in names
        if name.startswith(ATTRIBUTE_PREFIX)
    }


def _described(segment: Any) -> dict[str, Any]:
    mask = segment_mask(segment)
    if mask is None:
        return {"name": segment.GetName(), "ml": 0.0}
    voxel_mm3 = abs(np.linalg.det(mask.ijk_to_ras[:3, :3]))
    ml = float(np.count_nonzero(mask.voxels) * voxel_mm3 / 1000)
    return {"name": segment.GetName(), "ml": round(ml, 4)}
