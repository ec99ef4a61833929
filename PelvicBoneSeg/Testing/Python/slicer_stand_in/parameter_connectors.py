"""Which widget can show which parameter.

Written from Base/Python/slicer/parameterNodeWrapper/guiConnectors.py (read at 0e31bd8c): the pairs
there that the panel may use. Each connector sets its widget up, reads it and writes it, and says
which signal tells of a change. Any other pair raises, as there.
"""

from __future__ import annotations

import enum
from typing import Any

import slicer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
)

from .parameter_values import Choice, WithinRange, split
from .python_qt import Bound, wrapper_class
from .widgets import qMRMLNodeComboBox
from .widgets_ctk import ctkSliderWidget


class PropertyConnector:
    """A value that is a property of the widget."""

    def __init__(self, widget: Any, name: str, changed: Bound) -> None:
        self._widget = widget
        self._name = name
        self.changed = changed

    def read(self) -> Any:
        return getattr(self._widget, self._name)

    def write(self, value: Any) -> None:
        setattr(self._widget, self._name, value)


class ItemConnector:
    """A combo box that is filled with the values' labels: of an enum, or of a `Choice`."""

    def __init__(self, widget: Any, values: list[Any], labels: list[str]) -> None:
        self._widget = widget
        self._values = values
        widget.clear()
        for label in labels:
            widget.addItem(label)
        self.changed = widget.currentIndexChanged

    def read(self) -> Any:
        return self._values[self._widget.currentIndex]

    def write(self, value: Any) -> None:
        self._widget.currentIndex = self._values.index(value)


class NodeConnector:
    """A node selector, which is given the node's class."""

    def __init__(self, widget: Any, kind: type) -> None:
        self._widget = widget
        widget.nodeTypes = [kind.__name__]
        self.changed = widget.currentNodeChanged

    def read(self) -> Any:
        return self._widget.currentNode()

    def write(self, value: Any) -> None:
        self._widget.setCurrentNode(value)


Connector = PropertyConnector | ItemConnector | NodeConnector


def connector(widget: Any, annotated: Any) -> Connector:
    """Return what connects a widget to a parameter of this type.

    Raises
    ------
    RuntimeError
        Slicer connects no such widget to such a type.
    """
    kind, annotations = split(annotated)
    bounds = next((one for one in annotations if isinstance(one, WithinRange)), None)
    choice = next((one for one in annotations if isinstance(one, Choice)), None)
    if kind is bool and _is(widget, QCheckBox):
        return PropertyConnector(widget, "checked", widget.stateChanged)
    if kind is bool and _is(widget, QPushButton):
        widget.checkable = True
        return PropertyConnector(widget, "checked", widget.toggled)
    if kind is int and _is(widget, QSlider, QSpinBox):
        return _number(widget, bounds, (-(2**31), 2**31 - 1))
    if kind is float and _is(widget, QDoubleSpinBox, ctkSliderWidget):
        return _number(widget, bounds, (float("-inf"), float("inf")))
    if kind in (int, float, str, bool) and _is(widget, QComboBox) and choice:
        return ItemConnector(widget, choice.choices, [str(one) for one in choice.choices])
    if kind is str and _is(widget, QLineEdit):
        return PropertyConnector(widget, "text", widget.textChanged)
    if issubclass(kind, enum.Enum) and _is(widget, QComboBox):
        label = getattr(kind, "label", lambda member: member.name)
        return ItemConnector(widget, list(kind), [label(one) for one in kind])
    if issubclass(kind, slicer.vtkMRMLNode) and _is(widget, qMRMLNodeComboBox):
        return NodeConnector(widget, kind)
    raise RuntimeError(f"no connector from {annotated} to {type(widget).__name__}")


def _number(
    widget: Any, bounds: WithinRange | None, widest: tuple[float, float]
) -> PropertyConnector:
    if bounds is None and _is(widget, QSlider, ctkSliderWidget):
        raise RuntimeError("a slider needs a parameter with bounds")
    widget.minimum, widget.maximum = (bounds.minimum, bounds.maximum) if bounds else widest
    return PropertyConnector(widget, "value", widget.valueChanged)


def _is(widget: Any, *qt_classes: type) -> bool:
    return type(widget) in map(wrapper_class, qt_classes)
