"""Base/Python/slicer/parameterNodeWrapper, for node and enum parameters.

Written from what wrapper.py, serializers.py and guiConnectors.py there do: values live in a
vtkMRMLScriptedModuleNode (an enum by its name, a node as a node reference plus an empty parameter
of the same name), a combo box is filled with the `label()` of each enum member, and
`connectParametersToGui` gives the tag that `disconnectGui` needs. `connectGui`, which gives none,
is left out.
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable
from typing import Any

import slicer
import vtk
from PySide6.QtWidgets import QComboBox

from .python_qt import wrapper_class
from .widgets import qMRMLNodeComboBox


class _NodeParameter:
    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.default = None

    def write(self, node: Any, name: str, value: Any) -> None:
        if value is not None and not isinstance(value, self.kind):
            raise TypeError(f"{name}: {value!r} is no {self.kind.__name__}")
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node: Any, name: str) -> Any:
        return node.GetNodeReference(name)

    def connector(self, widget: Any) -> _NodeConnector:
        return _NodeConnector(widget, self.kind)


class _EnumParameter:
    def __init__(self, kind: type[enum.Enum]) -> None:
        self.kind = kind
        self.default = next(iter(kind))

    def write(self, node: Any, name: str, value: enum.Enum) -> None:
        if not isinstance(value, self.kind):
            raise TypeError(f"{name}: {value!r} is no {self.kind.__name__}")
        node.SetParameter(name, value.name)

    def read(self, node: Any, name: str) -> enum.Enum:
        return self.kind[node.GetParameter(name)]

    def connector(self, widget: Any) -> _EnumConnector:
        return _EnumConnector(widget, self.kind)


class _NodeConnector:
    """guiConnectors.py, qMRMLNodeComboBoxToNodeConnector."""

    def __init__(self, widget: Any, kind: type) -> None:
        if type(widget) is not wrapper_class(qMRMLNodeComboBox):
            raise RuntimeError(f"no connector from a node to {type(widget).__name__}")
        self.widget = widget
        widget.nodeTypes = [kind.__name__]
        self.changed = widget.currentNodeChanged

    def read(self) -> Any:
        return self.widget.currentNode()

    def write(self, value: Any) -> None:
        self.widget.setCurrentNode(value)


class _EnumConnector:
    """guiConnectors.py, QComboBoxToEnumConnector."""

    def __init__(self, widget: Any, kind: type[enum.Enum]) -> None:
        if type(widget) is not wrapper_class(QComboBox):
            raise RuntimeError(f"no connector from an enum to {type(widget).__name__}")
        self.widget = widget
        self.members = list(kind)
        label = getattr(kind, "label", lambda member: member.name)
        widget.clear()
        for member in self.members:
            widget.addItem(label(member))
        self.changed = widget.currentIndexChanged

    def read(self) -> enum.Enum:
        return self.members[self.widget.currentIndex]

    def write(self, value: enum.Enum) -> None:
        self.widget.currentIndex = self.members.index(value)


def parameterNodeWrapper(wrapped: type) -> type:
    """Make a class with annotations into one whose attributes live in a parameter node."""
    parameters = {name: _parameter(kind) for name, kind in typing.get_type_hints(wrapped).items()}
    for name, parameter in parameters.items():
        parameter.default = getattr(wrapped, name, parameter.default)
        setattr(wrapped, name, _attribute(name, parameter))
    for name, method in vars(_Methods).items():
        if not name.startswith("__") or name == "__init__":
            setattr(wrapped, name, method)
    wrapped.allParameters = parameters
    return wrapped


def _parameter(kind: type) -> _NodeParameter | _EnumParameter:
    if issubclass(kind, slicer.vtkMRMLNode):
        return _NodeParameter(kind)
    if issubclass(kind, enum.Enum):
        return _EnumParameter(kind)
    raise TypeError(f"the stand-in has no serializer for {kind}")


def _attribute(name: str, parameter: _NodeParameter | _EnumParameter) -> property:
    return property(
        lambda self: parameter.read(self.parameterNode, name),
        lambda self, value: parameter.write(self.parameterNode, name, value),
    )


class _Methods:
    """What the decorator puts on the class: wrapper.py, _processClass."""

    parameterNode: Any
    allParameters: dict[str, Any]

    def __init__(self, parameterNode: Any) -> None:
        self.parameterNode = parameterNode
        self._connected: dict[int, dict[str, tuple[Any, Callable]]] = {}
        self._updating = False
        for name, parameter in self.allParameters.items():
            if not parameterNode.HasParameter(name):
                parameter.write(parameterNode, name, parameter.default)

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        tag = len(self._connected)
        self._connected[tag] = {}
        for name, widget in mapping.items():
            connector = self.allParameters[name].connector(widget)
            connector.write(getattr(self, name))
            callback = self._reader(name, connector)
            connector.changed.connect(callback)
            self._connected[tag][name] = connector, callback
        self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: self._update())
        return tag

    def disconnectGui(self, tag: int | None) -> None:
        for connector, callback in self._connected.get(tag, {}).values():
            connector.changed.disconnect(callback)
        if tag in self._connected:
            self._connected[tag] = {}

    def StartModify(self) -> int:
        return self.parameterNode.StartModify()

    def EndModify(self, was_modified: int) -> int:
        return self.parameterNode.EndModify(was_modified)

    def AddObserver(self, event: Any, callback: Callable, priority: float = 0.0) -> int:
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def _reader(self, name: str, connector: Any) -> Callable:
        def read() -> None:
            if not self._updating:
                with slicer.util.NodeModify(self):
                    setattr(self, name, connector.read())

        return read

    def _update(self) -> None:
        if self._updating:
            return
        self._updating = True
        try:
            for connected in list(self._connected.values()):
                for name, (connector, _) in connected.items():
                    connector.write(getattr(self, name))
        finally:
            self._updating = False
