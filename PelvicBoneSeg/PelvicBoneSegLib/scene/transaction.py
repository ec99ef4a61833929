"""All of a change to the scene, or none of it."""

from __future__ import annotations

from types import TracebackType
from typing import Any


class SceneTransaction:
    """Context manager that puts the scene back when its body raises.

    Nodes that the body added are removed. The given segmentation node gets back its segments with
    all representations, its reference geometry and its display.

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

    def __enter__(self) -> SceneTransaction:
        self._nodes = set(_nodes(self._scene))
        self._backup = None if self._node is None else _Backup(self._node)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            return
        if self._backup is not None:
            self._backup.restore()
        for node in _nodes(self._scene):
            # Removing a node may have taken its display node away already.
            if node not in self._nodes and node.GetScene() is self._scene:
                self._scene.RemoveNode(node)


class _Backup:
    """A deep copy of what a run may change in a segmentation node."""

    def __init__(self, node: Any) -> None:
        import slicer

        self._node = node
        self._segmentation = slicer.vtkSegmentation()
        self._segmentation.DeepCopy(node.GetSegmentation())
        self._reference_role = node.GetReferenceImageGeometryReferenceRole()
        self._reference_id = node.GetNodeReferenceID(self._reference_role)
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
        for display, copy in self._displays:
            display.Copy(copy)


def _nodes(scene: Any) -> list[Any]:
    return [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
