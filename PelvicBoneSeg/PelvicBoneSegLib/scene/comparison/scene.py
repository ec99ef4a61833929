"""A comparison in the scene: one at a time, put there and taken away as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from ..transaction import SceneTransaction
from .job import DISTANCE_ARRAY, ComparisonJob, ComparisonResult
from .models import add_models
from .table import fill_table

MARK = "PelvicBoneSeg.Comparison"
"""Attribute of the table and of the folder. It and all below are saved with the scene."""

HIDDEN = "PelvicBoneSeg.ComparisonHidden"
"""Attribute of the table: which segments to show again, by the role of their node."""

MODEL = "PelvicBoneSeg.ComparisonModel"
HELPER = "PelvicBoneSeg.ComparisonHelper"
SEGMENTATION = "PelvicBoneSeg.ComparisonSegmentation"
REFERENCE = "PelvicBoneSeg.ComparisonReference"
"""Roles of the table's node references."""

Hidden = dict[str, list[str]]


def find_comparison(scene: Any) -> Any | None:
    """Return the table node of the comparison in the scene, or None."""
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLTableNode")):
        node = scene.GetNthNodeByClass(index, "vtkMRMLTableNode")
        if node.GetAttribute(MARK):
            return node
    return None


def add_comparison(
    job: ComparisonJob,
    result: ComparisonResult,
    titles: Mapping[str, str],
    descriptions: Mapping[str, str],
) -> tuple[Any, list[Any]]:
    """Write a comparison into the scene in place of an earlier one: all of it or nothing.

    Returns
    -------
    The vtkMRMLTableNode and the vtkMRMLModelNodes.
    """
    scene = job.segmentation_node.GetScene()
    earlier = find_comparison(scene)
    with ExitStack() as undo:
        undo.enter_context(SceneTransaction(scene))
        table = _add_table(job, result, titles, descriptions)
        legend_title = titles.get(DISTANCE_ARRAY, DISTANCE_ARRAY)
        models, helpers = add_models(scene, result.structures, legend_title)
        for role, nodes in ((MODEL, models), (HELPER, helpers)):
            for node in nodes:
                table.AddNodeReferenceID(role, node.GetID())
        hierarchy = scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
        if hierarchy:
            undo.callback(_remove_nodes, hierarchy, table, (*models, table))
            _place_in_folder(hierarchy, job.segmentation_node, table, models)
        shown = _compared(job, _is_shown)
        undo.callback(_show, table, shown, True)
        _show(table, shown, False)
        hidden = _compared(job, lambda node, one: one in _hidden_of(earlier, node))
        table.SetAttribute(HIDDEN, json.dumps({role: shown[role] + hidden[role] for role in shown}))
        undo.pop_all()
    if earlier is not None:
        _remove(earlier, keep_hidden=table)
    return table, models


def clear_comparison(scene: Any, keep_table: bool = False) -> None:
    """Take the comparison out of the scene, if there is one, and show the segments again.

    Parameters
    ----------
    scene
        A vtkMRMLScene.
    keep_table
        Leave the table node, which is just being removed by someone else.
    """
    table = find_comparison(scene)
    if table is not None:
        _remove(table, keep_table=keep_table)


def clear_comparison_of(segmentation_node: Any) -> None:
    """Take the comparison out of the scene if it is of this segmentation, which has changed."""
    table = find_comparison(segmentation_node.GetScene())
    if table is not None and segmentation_node in (
        table.GetNodeReference(SEGMENTATION),
        table.GetNodeReference(REFERENCE),
    ):
        _remove(table)


def _add_table(
    job: ComparisonJob,
    result: ComparisonResult,
    titles: Mapping[str, str],
    descriptions: Mapping[str, str],
) -> Any:
    segmentation, reference = job.segmentation_node, job.reference_node
    scene = segmentation.GetScene()
    name = f"{segmentation.GetName()} vs {reference.GetName()}"
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
    table.SetAttribute(MARK, "1")
    table.SetNodeReferenceID(SEGMENTATION, segmentation.GetID())
    table.SetNodeReferenceID(REFERENCE, reference.GetID())
    fill_table(table, result.structures, titles, descriptions)
    return table


def _compared(job: ComparisonJob, which: Callable[[Any, str], bool]) -> Hidden:
    """List compared segments, of which 3D views would show surfaces over the painted bones."""
    pairs = job.matches.pairs
    return {
        SEGMENTATION: [
            one for pair in pairs for one in pair.segment_ids if which(job.segmentation_node, one)
        ],
        REFERENCE: [
            one for pair in pairs for one in pair.reference_ids if which(job.reference_node, one)
        ],
    }


def _is_shown(node: Any, segment_id: str) -> bool:
    display = node.GetDisplayNode()
    return display is not None and bool(display.GetSegmentVisibility3D(segment_id))


def _hidden_by(table: Any) -> Hidden:
    return json.loads(table.GetAttribute(HIDDEN) or "{}")


def _hidden_of(table: Any | None, node: Any) -> list[str]:
    """Return which segments of a node a comparison has hidden."""
    if table is None:
        return []
    return [
        one
        for role, ids in _hidden_by(table).items()
        if table.GetNodeReference(role) is node
        for one in ids
    ]


def _show(table: Any, hidden: Hidden, visible: bool) -> None:
    for role, ids in hidden.items():
        node = table.GetNodeReference(role)
        if node is None or node.GetDisplayNode() is None:
            continue
        for segment_id in ids:
            if node.GetSegmentation().GetSegment(segment_id):
                node.GetDisplayNode().SetSegmentVisibility3D(segment_id, visible)


def _remove(table: Any, keep_hidden: Any | None = None, keep_table: bool = False) -> None:
    scene = table.GetScene()
    _show(table, _hidden_by(table), True)
    if keep_hidden is not None:
        _show(keep_hidden, _hidden_by(keep_hidden), False)
    nodes = [
        table.GetNthNodeReference(role, index)
        for role in (MODEL, HELPER)
        for index in range(table.GetNumberOfNodeReferences(role))
    ]
    hierarchy = scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    _remove_nodes(hierarchy, table, nodes if keep_table else (*nodes, table))


def _place_in_folder(hierarchy: Any, segmentation: Any, table: Any, models: list[Any]) -> None:
    """Put the models into a folder beside the segmentation."""
    item = hierarchy.GetItemByDataNode(segmentation)
    if not item:
        return
    folder = hierarchy.CreateFolderItem(hierarchy.GetItemParent(item), table.GetName())
    hierarchy.SetItemAttribute(folder, MARK, table.GetID())
    for node in (table, *models):
        # In Slicer new nodes have an item already; elsewhere they get one now.
        own = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(folder, node)
        hierarchy.SetItemParent(own, folder)


def _remove_nodes(hierarchy: Any | None, table: Any, nodes: Iterable[Any]) -> None:
    """Remove nodes, and the folder; what the user has put into it moves up."""
    scene = table.GetScene()
    if hierarchy:
        _remove_folder(hierarchy, table)
    for node in nodes:
        if node is None or node.GetScene() is not scene:
            continue
        if hierarchy and hierarchy.GetItemByDataNode(node):
            # Slicer would do it by itself; the core alone would not.
            hierarchy.RemoveItem(hierarchy.GetItemByDataNode(node), False, False)
        scene.RemoveNode(node)


def _remove_folder(hierarchy: Any, table: Any) -> None:
    from vtkmodules.vtkCommonCore import vtkIdList

    items = vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), items, True)
    for index in range(items.GetNumberOfIds()):
        item = items.GetId(index)
        if hierarchy.GetItemAttribute(item, MARK) == table.GetID():
            hierarchy.RemoveItem(item, False, False)
            return
