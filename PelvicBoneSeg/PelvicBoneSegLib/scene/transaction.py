"""All of a change to the scene, or none of it."""

from __future__ import annotations

from types import TracebackType
from typing import Any

OWN_PREFIX = "PelvicBoneSeg."
"""Attributes of nodes that are ours."""


class SceneTransaction:
    """Context manager that puts the scene back when its body raises.

    Nodes that the body added are removed. The given segmentation node gets back its segments with
    all representations, its reference geometry, its display and its attributes of ours.

    Parameters
    ----------
    scene
        A vtkMRMLScene.
    segmentation_node
        The only existing node that the body may change; None where it adds its own.
    """

    def __init__(self, scene: Any, segmentation_node: Any | None = None) -> None:
        self._scene = scene
        self._node = segmentation_node
        self._added: list[Any] = []

    def __enter__(self) -> SceneTransaction:
        self._before = set(_nodes(self._scene))
        self._backup = None if self._node is None else _Backup(self._node)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._added = [node for node in _nodes(self._scene) if node not in self._before]
        # Nodes that are removed later on must not live on here.
        self._before.clear()
        if kind is not None:
            self.take_back()

    def take_back(self) -> None:
        """Put the scene back, also some time after the body has ended."""
        if self._backup is not None:
            self._backup.restore()
        for node in self._added:
            # Removing a node may have taken its display node away already.
            if node.GetScene() is self._scene:
                remove_node(node)


def remove_node(node: Any) -> None:
    """Remove a node from its scene with its display, file and place in the subject hierarchy."""
    scene = node.GetScene()
    hierarchy = scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    item = hierarchy.GetItemByDataNode(node) if hierarchy else 0
    if item:
        # Slicer would do it by itself; the core alone would not.
        hierarchy.RemoveItem(item, False, False)
    helpers = []
    if node.IsA("vtkMRMLDisplayableNode"):
        helpers = [node.GetNthDisplayNode(one) for one in range(node.GetNumberOfDisplayNodes())]
        helpers.append(node.GetStorageNode())
    for one in (node, *helpers):
        if one is not None and one.GetScene() is scene:
            scene.RemoveNode(one)


class _Backup:
    """A deep copy of what a run may change in a segmentation node."""

    def __init__(self, node: Any) -> None:
        import slicer

        self._node = node
        self._segmentation = slicer.vtkSegmentation()
        self._segmentation.DeepCopy(node.GetSegmentation())
        self._reference_role = node.GetReferenceImageGeometryReferenceRole()
        self._reference_id = node.GetNodeReferenceID(self._reference_role)
        self._attributes = _own_attributes(node)
        self._displays = []
        for index in range(node.GetNumberOfDisplayNodes()):
            display = node.GetNthDisplayNode(index)
            copy = display.CreateNodeInstance()
            copy.UnRegister(None)
            copy.Copy(display)
            self._displays.append((display, copy))

    def restore(self) -> None:
        self._node.GetSegmentation().DeepCopy(self._segmentation)
        self._node.SetNodeReferenceID(self._reference_role, self._reference_id)
        for name in _own_attributes(self._node).keys() - self._attributes.keys():
            self._node.RemoveAttribute(name)
        for name, value in self._attributes.items():
            self._node.SetAttribute(name, value)
        for display, copy in self._displays:
            if display.GetScene() is self._node.GetScene():
                display.Copy(copy)


def _own_attributes(node: Any) -> dict[str, str]:
    names = [name for name in node.GetAttributeNames() if name.startswith(OWN_PREFIX)]
    return {name: node.GetAttribute(name) for name in names}


def _nodes(scene: Any) -> list[Any]:
    return [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
