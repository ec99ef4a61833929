from __future__ import annotations

import pytest
import slicer

from PelvicBoneSegLib.anatomy import BONES
from scene.review.reviewed import NAN, remember

SURE, UNSURE = 0.93, 0.62


def confidence_of(**doubtful: int) -> dict[str, list[float]]:
    """Confidence of the fake segmenter's balls, in slices 6 to 14 of 21, with doubtful ones."""
    values = {}
    for segment_id, index in doubtful.items():
        values[segment_id] = [SURE if 6 <= k <= 14 else NAN for k in range(21)]
        values[segment_id][index] = UNSURE
    return values


@pytest.fixture
def find_bones(panel):
    """Writes the fake segmenter's balls into the scene, without the panel."""

    def find(volume, bones, segmentation=None):
        return panel.widget.logic.segment(
            volume,
            bones,
            segmentationNode=segmentation,
            progress=lambda fraction, stage: None,
            cancel=lambda: False,
        )

    return find


@pytest.fixture
def a_segmentation(panel, a_volume, find_bones):
    """What a run leaves: left femur doubtful in slice 8, right femur in 12, sacrum in 7."""
    node = find_bones(a_volume, list(BONES))
    remember(node, a_volume, confidence_of(left_femur=8, right_femur=12, sacrum=7))
    panel.parameters.inputVolume = a_volume
    panel.parameters.segmentation = node
    panel.go_to("Correct")
    return node


@pytest.fixture
def slice_view(scene):
    """An axial slice view."""
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    view = slicer.vtkMRMLSliceNode()
    view.SetLayoutName("Red")
    scene.AddNode(view)
    view.SetOrientation("Axial")
    return view
