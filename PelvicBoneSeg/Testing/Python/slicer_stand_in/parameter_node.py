"""Base/Python/slicer/parameterNodeWrapper, as far as the panel uses it.

Written from what wrapper.py there does (read at 07cbed69). Values are cached and read again at each
ModifiedEvent of the node: what is written to the node within StartModify and EndModify is not seen
before the end. `connectParametersToGui` leaves an observer on the node for good, which keeps the
wrapper alive as long as the node; `disconnectGui` only takes the widgets away from it.
"""

from __future__ import annotations

import typing
import weakref
from collections.abc import Callable
from typing import Any

import slicer
import vtk
from PySide6.QtWidgets import QWidget

from .parameter_connectors import Connector, connector
from .parameter_values import Default, Parameter
from .python_qt import wrapper_class

PROPERTY = "SlicerParameterName"
"""wrapper.py, SlicerParameterNamePropertyName."""


class _Cached:
    """One parameter of one node."""

    def __init__(self, parameter: Parameter, node: Any) -> None:
        self._parameter = parameter
        self._node = node
        self._writing = False
        self.value = parameter.read(node)
        reference = weakref.ref(self)

        def modified(caller: Any, event: str) -> None:
            cached = reference()
            if cached is not None and not cached._writing:
                cached.value = parameter.read(node)

        self._tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, modified)

    def __del__(self) -> None:
        if hasattr(self, "_tag"):
            self._node.RemoveObserver(self._tag)

    def write(self, value: Any) -> None:
        self._writing = True
        try:
            with slicer.util.NodeModify(self._node):
                self._parameter.write(self._node, value)
                self.value = self._parameter.read(self._node)
        finally:
            self._writing = False


def parameterNodeWrapper(wrapped: type) -> type:
    """Make a class with annotations into one whose attributes live in a parameter node."""
    hints = typing.get_type_hints(wrapped, include_extras=True)
    parameters = {name: Parameter(name, annotated) for name, annotated in hints.items()}
    for name, parameter in parameters.items():
        if hasattr(wrapped, name):
            parameter.default = Default(getattr(wrapped, name))
        setattr(wrapped, name, _attribute(name))
    members = {name: one for name, one in vars(_Methods).items() if not name.startswith("__")}
    for name, member in {"allParameters": parameters, **members}.items():
        if hasattr(wrapped, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
        setattr(wrapped, name, member)
    wrapped.__init__ = _Methods.__init__
    return wrapped


def _attribute(name: str) -> property:
    return property(
        lambda self: self.getValue(name), lambda self, value: self.setValue(name, value)
    )


class _Methods:
    """What the decorator puts on the class."""

    allParameters: dict[str, Parameter]

    def __init__(self, parameterNode: Any) -> None:
        self.parameterNode = parameterNode
        self._connected: dict[int, dict[str, tuple[Connector, Callable]]] = {}
        self._nextTag = 0
        self._updating = False
        self._values: dict[str, _Cached] = {}
        for name, parameter in self.allParameters.items():
            self._values[name] = _Cached(parameter, parameterNode)

    def getValue(self, name: str) -> Any:
        self._checkName(name)
        return self._values[name].value

    def setValue(self, name: str, value: Any) -> None:
        self._checkName(name)
        self._values[name].write(value)

    def default(self, name: str) -> Default:
        self._checkName(name)
        return self.allParameters[name].default

    def dataType(self, name: str) -> Any:
        self._checkName(name)
        return self.allParameters[name].annotated

    def isCached(self, name: str) -> bool:
        self._checkName(name)
        return True  # of the types here

    def connectGui(self, gui: Any) -> None:
        """Connect the widgets that name a parameter. Gives no tag: they stay connected."""
        qt_widget = wrapper_class(QWidget)
        widgets = gui.findChildren(qt_widget) if _isWidget(gui) else vars(gui).values()
        named = {widget.property(PROPERTY): widget for widget in widgets}
        named.pop(None, None)
        self.connectParametersToGui(named)

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        for name in mapping:
            self._checkName(name)
        connectors = {name: connector(one, self.dataType(name)) for name, one in mapping.items()}
        tag = self._nextTag
        self._nextTag += 1
        self._connected[tag] = {
            name: (one, self._reader(name, one)) for name, one in connectors.items()
        }
        for name, (one, callback) in self._connected[tag].items():
            one.write(self.getValue(name))
            one.changed.connect(callback)
        self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: self._update())
        return tag

    def disconnectGui(self, tag: int | None) -> None:
        for one, callback in self._connected.pop(tag, {}).values():
            one.changed.disconnect(callback)

    def StartModify(self) -> int:
        return self.parameterNode.StartModify()

    def EndModify(self, was_modified: int) -> int:
        return self.parameterNode.EndModify(was_modified)

    def AddObserver(self, event: Any, callback: Callable, priority: float = 0.0) -> int:
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def Modified(self) -> None:
        self.parameterNode.Modified()

    def _checkName(self, name: str) -> None:
        if name not in self.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}")

    def _reader(self, name: str, one: Connector) -> Callable:
        def read() -> None:
            with slicer.util.NodeModify(self):
                if not self._updating:
                    self.setValue(name, one.read())

        return read

    def _update(self) -> None:
        if self._updating:
            return
        self._updating = True
        try:
            with slicer.util.NodeModify(self):
                for connected in list(self._connected.values()):
                    for name, (one, _) in connected.items():
                        one.write(self.getValue(name))
        finally:
            self._updating = False


def _isWidget(gui: Any) -> bool:
    return getattr(gui, "isWidgetType", lambda: False)()
