"""Segmentations with a run's confidence in them, as a run leaves it."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.scene.matrices import between_nodes, ijk_to_ras
from PelvicBoneSegLib.scene.run_record import RunRecord, SegmentRecord, write_run_record

NAN = float("nan")


def remember(node, volume_node, confidence, slice_axis=0) -> None:
    """Give a segmentation the record of a run: confidence of each slice by segment."""
    run = ("default 1.0.0", "cpu", "float32", "2025-06-01T12:00:00+02:00", slice_axis)
    to_node = between_nodes(volume_node, node) @ ijk_to_ras(volume_node)
    segments = {
        segment_id: SegmentRecord(*run, float(np.nanmean(values)), np.array(values), to_node)
        for segment_id, values in confidence.items()
    }
    write_run_record(node, RunRecord(*run, segments))
