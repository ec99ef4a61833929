"""Loads a .ui file as Slicer's QUiLoader does, and refuses what the widgets do not have."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QObject
from PySide6.QtUiTools import QUiLoader as QtUiLoader
from PySide6.QtWidgets import QLabel, QWidget

from .python_qt import unwrap, wrap
from .widgets import WIDGETS

DYNAMIC_PROPERTIES = {"SlicerParameterName"}
"""Base/Python/slicer/parameterNodeWrapper/wrapper.py: SlicerParameterNamePropertyName."""


class _Loader(QtUiLoader):
    def createWidget(self, class_name: str, parent: QWidget | None, name: str) -> QWidget:
        if class_name not in WIDGETS:
            return super().createWidget(class_name, parent, name)
        widget = WIDGETS[class_name](parent)
        widget.setObjectName(name)
        return widget


class QUiLoader:
    """PythonQt's `qt.QUiLoader`."""

    def load(self, file: Any) -> Any:
        """Return the wrapped top-level widget of a .ui file.

        Raises
        ------
        AttributeError
            The file names a widget, property, signal or slot that Slicer does not have.
        """
        tree = ElementTree.fromstring(bytes(unwrap(file).readAll().data()))
        # Signals of VTK objects cannot be found by signature in PySide: connected below.
        connections = tree.find("connections")
        if connections is not None:
            tree.remove(connections)
        buffer = QBuffer()
        buffer.setData(QByteArray(ElementTree.tostring(tree)))
        loader = _Loader()
        root = loader.load(buffer)
        if root is None:
            raise RuntimeError(loader.errorString())
        for element in tree.iter("widget"):
            _check_properties(_child(root, element.get("name", "")), element)
        for connection in connections if connections is not None else ():
            _connect(root, connection)
        return wrap(root)


def _check_properties(widget: QObject, element: ElementTree.Element) -> None:
    # Qt takes unknown properties silently as dynamic ones, and so would Slicer.
    meta = widget.metaObject()
    for name in [one.get("name", "") for one in element.findall("property")]:
        if name == "buddy" and isinstance(widget, QLabel):
            # No property: the form builder looks the buddy up by its name.
            _check_buddy(widget, element)
        elif meta.indexOfProperty(name) < 0 and name not in DYNAMIC_PROPERTIES:
            raise AttributeError(f"{element.get('class')} has no property '{name}'")


def _check_buddy(label: QLabel, element: ElementTree.Element) -> None:
    named = element.findtext("property[@name='buddy']/cstring", "")
    if label.buddy() is None or label.buddy().objectName() != named:
        raise AttributeError(f"{label.objectName()}: there is no widget '{named}' to be its buddy")


def _connect(root: QWidget, connection: ElementTree.Element) -> None:
    sender = _child(root, connection.findtext("sender", ""))
    receiver = _child(root, connection.findtext("receiver", ""))
    slot_name = connection.findtext("slot", "").split("(")[0]
    slot = getattr(wrap(receiver), slot_name)
    wrap(sender).connect(connection.findtext("signal", ""), slot)


def _child(root: QWidget, name: str) -> QObject:
    found = root if root.objectName() == name else root.findChild(QObject, name)
    if found is None:
        raise AttributeError(f"the .ui file has no widget '{name}'")
    return found
