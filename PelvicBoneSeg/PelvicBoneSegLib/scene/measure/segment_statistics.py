"""Slicer's own Segment Statistics, segment by segment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..matrices import between_nodes

_VOXELS = "LabelmapSegmentStatisticsPlugin.volume_mm3"
_SURFACE = "ClosedSurfaceSegmentStatisticsPlugin.volume_mm3"
_AREA = "ClosedSurfaceSegmentStatisticsPlugin.surface_mm2"
"""Keys of SegmentStatisticsLogic.getStatistics: name of the plugin's class and of the measure."""

_PARAMETERS = "vtkMRMLScriptedModuleNode"


@dataclass(frozen=True)
class Statistics:
    """What Slicer measures of a segment; None where it did not."""

    volume_mm3: float | None
    surface_volume_mm3: float | None
    surface_area_mm2: float | None


NOTHING = Statistics(None, None, None)


class SegmentStatistics:
    """Slicer's logic at work on one segmentation.

    It measures nothing where the module is not there, as in a browser, and where a parent transform
    stretches: for one segment at a time, Slicer measures in the segmentation's own coordinates.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode in Slicer's scene.
    """

    def __init__(self, segmentation_node: Any) -> None:
        self._logic: Any = None
        try:
            from SegmentStatistics import SegmentStatisticsLogic
        except ModuleNotFoundError:
            return
        turn = between_nodes(segmentation_node, None)[:3, :3]
        if np.allclose(turn @ turn.T, np.eye(3), atol=1e-6):
            scene = segmentation_node.GetScene()
            self._logic = _without_trace(SegmentStatisticsLogic, scene)
            self._logic.getParameterNode().SetParameter("Segmentation", segmentation_node.GetID())

    def of(self, segment_id: str) -> Statistics:
        """Measure a segment."""
        if self._logic is None:
            return NOTHING
        self._logic.updateStatisticsForSegment(segment_id)
        found = self._logic.getStatistics()
        return Statistics(*(found.get((segment_id, key)) for key in (_VOXELS, _SURFACE, _AREA)))


def _without_trace(make_logic: Callable[[], Any], scene: Any) -> Any:
    """Make a logic with settings of its own, outside of the scene.

    A new one takes those of the user's own Segment Statistics, or adds a node where there is none.
    """
    count = scene.GetNumberOfNodesByClass(_PARAMETERS)
    before = [scene.GetNthNodeByClass(index, _PARAMETERS) for index in range(count)]
    logic = make_logic()
    if logic.getParameterNode() not in before:
        scene.RemoveNode(logic.getParameterNode())
    logic.setParameterNode(logic.createParameterNode())
    return logic
