"""From a bone and a slice to the slice views."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..mask import segment_mask
from ..matrices import between_nodes
from ..run_record import read_run_record

HALF_A_SLICE = 0.501
"""In slices, with room for rounding: an edited segment may have smaller voxels than the scan."""


def bone_centre(segmentation_node: Any, segment_id: str, index: int) -> np.ndarray | None:
    """Return the centre of a bone's voxels in one slice of the scan, as they are now.

    Parameters
    ----------
    segmentation_node
        A segmentation with the record of a run.
    segment_id
        A segment that the run wrote.
    index
        Number of the slice along the run's axis, from 0.

    Returns
    -------
    World RAS in mm, shape (3,), parent transforms included; None where the bone has no voxels there
    any more, or the segmentation has no such segment.

    Raises
    ------
    NonLinearTransformError
        A parent transform is not linear.
    """
    record = read_run_record(segmentation_node)
    segment = segmentation_node.GetSegmentation().GetSegment(segment_id)
    if record is None or segment is None or segment_id not in record.segments:
        return None
    run = record.segments[segment_id]
    mask = segment_mask(segment)
    if mask is None:
        return None
    points = np.ones((np.count_nonzero(mask.voxels), 4))
    points[:, :3] = np.argwhere(mask.voxels)[:, ::-1]
    points = points @ mask.ijk_to_ras.T
    slices = points @ np.linalg.inv(run.ijk_to_ras)[2 - run.slice_axis]
    inside = points[np.abs(slices - index) <= HALF_A_SLICE]
    if not len(inside):
        return None
    return np.asarray((between_nodes(segmentation_node, None) @ inside.mean(axis=0))[:3])


def jump_to(scene: Any, position: np.ndarray) -> None:
    """Bring all slice views to a place, in their middle, as Slicer's table of segments does.

    Parameters
    ----------
    scene
        A vtkMRMLScene.
    position
        World RAS in mm.
    """
    import slicer

    slice_node = slicer.vtkMRMLSliceNode
    slice_node.JumpAllSlices(scene, *map(float, position), slice_node.CenteredJumpSlice)
