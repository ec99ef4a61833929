"""PythonQt's manners on PySide6 objects.

PythonQt (MeVisLab/pythonqt, PythonQtClassInfo.cpp and PythonQtInstanceWrapper.cpp) looks a name up
among the properties first, which become attributes; then among methods and signals. It knows
`name` for `objectName`, connects signals as `widget.connect("clicked()", f)` and
`widget.clicked.connect(f)`, and refuses to make up attributes. PySide6 differs in each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, SignalInstance

from . import api
from .widgets import WIDGETS


class Bound:
    """A signal of one object."""

    def __init__(self, signal: SignalInstance) -> None:
        self._signal = signal

    def connect(self, callback: Callable) -> None:
        self._signal.connect(callback)

    def disconnect(self, callback: Callable) -> None:
        self._signal.disconnect(callback)


class _WrapperType(type):
    """Lets enums and static functions be reached on the class, as `qt.QTimer.singleShot`."""

    _qt_class: type

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(cls._qt_class, name)


class Wrapper(metaclass=_WrapperType):
    """One Qt object as PythonQt shows it."""

    _qt_class: type = QObject

    def __init__(self, *arguments: Any) -> None:
        object.__setattr__(self, "_qt", self._qt_class(*map(unwrap, arguments)))
        object.__setattr__(self, "_slots", {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wrapper) and _address(self) == _address(other)

    def __hash__(self) -> int:
        return hash(_address(self))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        name = "objectName" if name == "name" else name
        if _property(self._qt, name):
            return wrap(self._qt.property(name))
        _check_member(self._qt, name)
        member = getattr(self._qt, name)
        if isinstance(member, SignalInstance):
            return Bound(member)
        return lambda *arguments: wrap(member(*map(unwrap, arguments)))

    def __setattr__(self, name: str, value: Any) -> None:
        name = "objectName" if name == "name" else name
        found = _property(self._qt, name)
        if not found or not found.isWritable():
            raise AttributeError(
                f"{type(self).__name__} has no property '{name}' to set, and PythonQt makes no "
                "new attributes on Qt objects"
            )
        self._qt.setProperty(name, unwrap(value))

    def connect(self, signal: str, callback: Callable) -> bool:
        """Connect a signal by its C++ signature: the slot gets the arguments named there."""
        slot = _without_arguments(callback) if signal.endswith("()") else callback
        self._slots[signal, callback] = slot
        self._signal(signal).connect(slot)
        return True

    def disconnect(self, signal: str, callback: Callable) -> bool:
        self._signal(signal).disconnect(self._slots.pop((signal, callback)))
        return True

    def property(self, name: str) -> Any:
        """QObject::property, which also has the dynamic ones."""
        return wrap(self._qt.property(name))

    def _signal(self, signature: str) -> SignalInstance:
        name = signature.split("(")[0]
        members = api.WIDGETS.get(type(self._qt).__name__, {})
        if name in members:
            known = members[name].declaration == signature
        else:
            known = self._qt.metaObject().indexOfSignal(signature) >= 0
        if not known:
            raise AttributeError(f"{type(self).__name__} has no signal '{signature}'")
        return getattr(self._qt, name)


def wrap(value: Any) -> Any:
    """Show a Qt object as PythonQt does; leave anything else."""
    if isinstance(value, QObject):
        wrapper = object.__new__(wrapper_class(type(value)))
        object.__setattr__(wrapper, "_qt", value)
        object.__setattr__(wrapper, "_slots", {})
        return wrapper
    if isinstance(value, (list, tuple)):
        return type(value)(map(wrap, value))
    return value


def unwrap(value: Any) -> Any:
    """Return the Qt object in a wrapper; leave anything else."""
    if isinstance(value, Wrapper):
        return value._qt
    if isinstance(value, _WrapperType):
        return value._qt_class
    return value


@cache
def wrapper_class(qt_class: type) -> type[Wrapper]:
    """Return the class that stands for a Qt class. Its bases follow Qt's."""
    if qt_class is QObject:
        return Wrapper
    base = next(one for one in qt_class.__bases__ if issubclass(one, QObject))
    return _WrapperType(qt_class.__name__, (wrapper_class(base),), {"_qt_class": qt_class})


def find_class(name: str) -> type:
    """Return a Qt class by name.

    Raises
    ------
    AttributeError
        Qt has none of that name.
    """
    for module in (QtWidgets, QtGui, QtCore):
        if name.startswith("Q") and hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"qt has no '{name}' here")


def _address(wrapper: Wrapper) -> int:
    return shiboken6.getCppPointer(wrapper._qt)[0]


def _property(qt_object: QObject, name: str) -> QtCore.QMetaProperty | None:
    meta = qt_object.metaObject()
    index = meta.indexOfProperty(name)
    if index < 0:
        return None
    class_name = type(qt_object).__name__
    if class_name in WIDGETS and index >= meta.propertyOffset():
        _check_own_member(class_name, name)
    return meta.property(index)


def _check_member(qt_object: QObject, name: str) -> None:
    """Let pass what Qt has, and of Slicer's and CTK's own only what `api` names."""
    class_name = type(qt_object).__name__
    base = find_class(api.QT_BASE[class_name]) if class_name in WIDGETS else type(qt_object)
    if not hasattr(base, name):
        _check_own_member(class_name, name)


def _check_own_member(class_name: str, name: str) -> None:
    if name not in api.WIDGETS.get(class_name, {}):
        raise AttributeError(f"{class_name} has no '{name}' in Slicer")


def _without_arguments(callback: Callable) -> Callable:
    return lambda *arguments: callback()
