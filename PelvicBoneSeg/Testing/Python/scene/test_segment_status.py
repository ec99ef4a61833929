"""After a run a segment waits for review; what the user has said of others stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
import slicer

from PelvicBoneSegLib.scene.rerun import RerunMode

LOGIC = slicer.vtkSlicerSegmentationsModuleLogic


def status(node, segment_id):
    return LOGIC.GetSegmentStatus(node.GetSegmentation().GetSegment(segment_id))


def set_status(node, segment_id, value):
    LOGIC.SetSegmentStatus(node.GetSegmentation().GetSegment(segment_id), value)


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [(0.86, LOGIC.InProgress), (0.84, LOGIC.Flagged), (None, LOGIC.InProgress)],
)
def test_it_says_whether_the_run_was_sure(a_volume_node, a_logic, confidence, expected):
    job = a_logic.prepare(a_volume_node, ["sacrum"])
    result = job.run()
    sacrum = replace(result.segments[0], confidence=confidence)

    node = a_logic.apply(job, replace(result, segments=(sacrum,)))

    assert status(node, "sacrum") == expected


@pytest.mark.parametrize("mode", [RerunMode.REPLACE, RerunMode.UNEDITED_ONLY])
def test_only_replaced_segments_start_anew(a_volume_node, a_logic, mode):
    node = a_logic.segment(a_volume_node, ["sacrum", "femur"])
    for segment_id in ("sacrum", "left_femur"):
        set_status(node, segment_id, LOGIC.Completed)

    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=node, rerun=mode)

    assert status(node, "sacrum") == LOGIC.InProgress
    assert status(node, "left_femur") == LOGIC.Completed


def test_a_hand_made_segment_gets_none(a_hand_made_segmentation, a_volume_node, a_logic):
    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=a_hand_made_segmentation)

    assert status(a_hand_made_segmentation, "tumour") == LOGIC.NotStarted
    assert status(a_hand_made_segmentation, "sacrum") == LOGIC.NotStarted
    assert status(a_hand_made_segmentation, "sacrum_1") == LOGIC.InProgress
