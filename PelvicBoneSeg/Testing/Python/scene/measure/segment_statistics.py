"""Slicer's module SegmentStatistics as far as we call it, for a Python without it.

Names and manners are those of Modules/Scripted/SegmentStatistics/SegmentStatistics.py, class
SegmentStatisticsLogic (read as stored in the index of public repositories, 52 353 characters): its
`__init__`, `getParameterNode`, `setParameterNode`, `setDefaultParameters`, `getStatistics`, `reset`
and `updateStatisticsForSegment`; of `getParameterNode` and `createParameterNode` in
Base/Python/slicer/ScriptedLoadableModule.py, class ScriptedLoadableModuleLogic; and of the keys in
SegmentStatisticsPlugins/LabelmapSegmentStatisticsPlugin.py:17 and
ClosedSurfaceSegmentStatisticsPlugin.py:12.
"""

from __future__ import annotations

from types import ModuleType

import slicer
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkMassProperties

from scene.reading import mask

PARAMETERS = "vtkMRMLScriptedModuleNode"
LABELMAP, SURFACE = "LabelmapSegmentStatisticsPlugin", "ClosedSurfaceSegmentStatisticsPlugin"


def module_for(scene, factor: float = 1.0) -> ModuleType:
    """Return the module; its volumes are `factor` times too large, to be told from ours."""

    class SegmentStatisticsLogic:
        moduleName = "SegmentStatistics"

        def __init__(self) -> None:
            self.parameterNode = None
            self.reset()

        def getParameterNode(self):
            if not self.parameterNode:
                self.setParameterNode(self._shared_parameter_node())
            return self.parameterNode

        def setParameterNode(self, node) -> None:
            if self.parameterNode == node:
                return
            for plugin in (LABELMAP, SURFACE):
                if not node.GetParameter(f"{plugin}.enabled"):
                    node.SetParameter(f"{plugin}.enabled", str(True))
            self.parameterNode = node

        def createParameterNode(self):
            node = scene.CreateNodeByClass(PARAMETERS)
            node.UnRegister(None)
            node.SetAttribute("ModuleName", self.moduleName)
            node.SetName(scene.GenerateUniqueName(self.moduleName))
            return node

        def getStatistics(self):
            parameters = self.getParameterNode()
            if not hasattr(parameters, "statistics"):
                parameters.statistics = {"SegmentIDs": [], "MeasurementInfo": {}}
            return parameters.statistics

        def reset(self) -> None:
            self.getParameterNode().statistics = {"SegmentIDs": [], "MeasurementInfo": {}}

        def updateStatisticsForSegment(self, segment_id) -> None:
            node = scene.GetNodeByID(self.getParameterNode().GetParameter("Segmentation"))
            found = self.getStatistics()
            found["SegmentIDs"].append(segment_id)
            image = slicer.vtkOrientedImageData()
            node.GetBinaryLabelmapRepresentation(segment_id, image)
            x, y, z = image.GetSpacing()
            voxels = int(mask(node, segment_id).sum())
            found[segment_id, f"{LABELMAP}.volume_mm3"] = factor * voxels * x * y * z
            if not node.GetSegmentation().ContainsRepresentation("Closed surface"):
                return
            surface = vtkPolyData()
            node.GetClosedSurfaceRepresentation(segment_id, surface)
            mass = vtkMassProperties()
            mass.SetInputData(surface)
            found[segment_id, f"{SURFACE}.volume_mm3"] = factor * mass.GetVolume()
            found[segment_id, f"{SURFACE}.surface_mm2"] = factor * mass.GetSurfaceArea()

        def _shared_parameter_node(self):
            for index in range(scene.GetNumberOfNodesByClass(PARAMETERS)):
                node = scene.GetNthNodeByClass(index, PARAMETERS)
                if node.GetAttribute("ModuleName") == self.moduleName:
                    return node
            return scene.AddNode(self.createParameterNode())

    module = ModuleType("SegmentStatistics")
    module.SegmentStatisticsLogic = SegmentStatisticsLogic
    return module
