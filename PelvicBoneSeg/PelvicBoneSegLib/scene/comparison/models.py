"""The distance to the reference, painted on the bones in the 3D views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..matrices import RAS_TO_LPS, to_vtk
from .job import DISTANCE_ARRAY, StructureComparison

RANGE_MM = 5.0
"""Colours run from this far inside the reference to as far outside; beyond they stay."""

_INSIDE, _OUTSIDE = (0.230, 0.299, 0.754), (0.706, 0.016, 0.150)
"""Blue and red of K. Moreland, Diverging Color Maps for Scientific Visualization, ISVC 2009."""

LEGEND_SIZE = (0.1, 0.4)
"""Width and height, in parts of the view's. The text grows with it, in Slicer's default too far."""

_COLOURS = 256
_LEGEND_CLASS = "vtkMRMLColorLegendDisplayNode"


def add_models(
    scene: Any, structures: Sequence[StructureComparison], legend_title: str
) -> tuple[list[Any], list[Any]]:
    """Add a model for each structure that has a surface, one colour table and one legend.

    The models are in world coordinates, where the two segmentations were compared.

    Returns
    -------
    The vtkMRMLModelNodes, and the nodes that they need.
    """
    painted = [one for one in structures if one.surface is not None]
    if not painted:
        return [], []
    colours = _add_colours(scene)
    models = [_add_model(scene, one, colours) for one in painted]
    displays = [model.GetDisplayNode() for model in models]
    return models, [*displays, colours, *_add_legend(models[0], legend_title)]


def _add_colours(scene: Any) -> Any:
    from vtkmodules.vtkRenderingCore import vtkColorTransferFunction

    diverging = vtkColorTransferFunction()
    diverging.SetColorSpaceToDiverging()
    diverging.AddRGBPoint(0, *_INSIDE)
    diverging.AddRGBPoint(_COLOURS - 1, *_OUTSIDE)
    node = scene.AddNewNodeByClass("vtkMRMLColorTableNode", DISTANCE_ARRAY)
    node.SetTypeToUser()
    node.SetAttribute("Category", "User Generated")
    node.SetNumberOfColors(_COLOURS)
    for index, distance in enumerate(np.linspace(-RANGE_MM, RANGE_MM, _COLOURS)):
        node.SetColor(index, f"{distance:+.2f} mm", *diverging.GetColor(index), 1.0)
    node.GetLookupTable().SetRange(-RANGE_MM, RANGE_MM)
    return node


def _add_model(scene: Any, structure: StructureComparison, colours: Any) -> Any:
    from vtkmodules.vtkFiltersCore import vtkAssignAttribute

    node = scene.AddNewNodeByClass("vtkMRMLModelNode", f"{structure.pair.name} distance")
    node.SetAndObservePolyData(_in_ras(structure.surface))
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(colours.GetID())
    display.SetActiveScalar(DISTANCE_ARRAY, vtkAssignAttribute.POINT_DATA)
    display.SetScalarRangeFlag(display.UseManualScalarRange)
    display.SetScalarRange(-RANGE_MM, RANGE_MM)
    display.SetScalarVisibility(True)
    display.SetVisibility(True)
    return node


def _in_ras(surface: Any) -> Any:
    from vtkmodules.vtkCommonTransforms import vtkTransform
    from vtkmodules.vtkFiltersGeneral import vtkTransformPolyDataFilter

    transform = vtkTransform()
    transform.SetMatrix(to_vtk(RAS_TO_LPS))
    moved = vtkTransformPolyDataFilter()
    moved.SetInputData(surface)
    moved.SetTransform(transform)
    moved.Update()
    return moved.GetOutput()


def _add_legend(model: Any, title: str) -> list[Any]:
    """Add a colour bar; without Slicer's module Colors there is none."""
    import slicer

    if not model.GetScene().IsNodeClassRegistered(_LEGEND_CLASS):
        return []
    legend = slicer.vtkSlicerColorLogic.AddDefaultColorLegendDisplayNode(model)
    legend.SetTitleText(title)
    legend.SetLabelFormat("%.1f")
    legend.SetNumberOfLabels(5)
    legend.SetSize(*LEGEND_SIZE)
    legend.SetVisibility(True)
    return [legend]
