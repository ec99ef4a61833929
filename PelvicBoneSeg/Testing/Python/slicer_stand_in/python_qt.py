"""PythonQt's manners on PySide6 objects.

PythonQt (MeVisLab/pythonqt, PythonQtClassInfo.cpp and PythonQtInstanceWrapper.cpp) looks a name up
among the properties first, which become attributes; then among methods and signals. It knows
`name` for `objectName`, connects signals as `widget.connect("clicked()", f)` and
`widget.clicked.connect(f)`, and refuses to make up attributes and to set a property to what it
does not take. An object whose C++ side is gone is false, and is refused otherwise. PySide6 differs
in each. What is connected to signals is in `python_qt_signals`.

PythonQt also finds dynamic properties and children by their names as attributes: not here, so that
a name that is not declared is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, SignalInstance

from . import api, python_qt_signals
from .widgets import WIDGETS

_ACCEPTED: dict[str, Any] = {
    "bool": int,
    "int": (int, float),
    "double": (int, float),
    "QString": str,
}
"""What Python gives for a property of a plain type (PythonQtConversion.cpp, PyObjToQVariant)."""


class Bound:
    """A signal of one object. Its methods return whether they did something, as PythonQt's."""

    def __init__(self, wrapper: Wrapper, signature: str) -> None:
        self._wrapper = wrapper
        self._signature = signature

    def connect(self, callback: Callable) -> bool:
        return self._wrapper.connect(self._signature, callback)

    def disconnect(self, callback: Callable) -> bool:
        return self._wrapper.disconnect(self._signature, callback)


class ByteArray:
    """A QByteArray, which PythonQt does not turn into bytes: `data()` does."""

    def __init__(self, value: QtCore.QByteArray) -> None:
        self._value = value

    def __bool__(self) -> bool:
        return not self._value.isEmpty()

    def data(self) -> bytes:
        return self._value.data()

    def size(self) -> int:
        return self._value.size()


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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wrapper) and _address(self) == _address(other)

    def __hash__(self) -> int:
        return hash(_address(self))

    def __bool__(self) -> bool:
        return shiboken6.isValid(self._qt)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse_if_destroyed(name)
        name = "objectName" if name == "name" else name
        if _property(self._qt, name):
            return wrap(self._qt.property(name))
        _check_member(self._qt, name)
        member = getattr(self._qt, name)
        if isinstance(member, SignalInstance):
            return Bound(self, _signature(self._qt, name))
        return lambda *arguments: wrap(member(*map(unwrap, arguments)))

    def __setattr__(self, name: str, value: Any) -> None:
        self._refuse_if_destroyed(name)
        name = "objectName" if name == "name" else name
        found = _property(self._qt, name)
        if not found or not found.isWritable():
            raise AttributeError(
                f"{type(self).__name__} has no property '{name}' to set, and PythonQt makes no "
                "new attributes on Qt objects"
            )
        # PySide would take a text for a bool, and None to reset a property.
        accepted = _ACCEPTED.get(found.typeName(), object)
        fits = value is not None and isinstance(value, accepted)
        if not fits or not self._qt.setProperty(name, unwrap(value)):
            raise AttributeError(
                f"Property '{name}' of type '{found.typeName()}' does not accept {value!r}"
            )

    def connect(self, signal: str, callback: Callable) -> bool:
        """Connect a signal by its C++ signature: the slot gets the arguments named there."""
        emitter = self._signal(signal)
        python_qt_signals.connect(self._qt, emitter, signal, callback, wrap)
        return True

    def disconnect(self, signal: str, callback: Callable) -> bool:
        """Disconnect; False where nothing was connected."""
        return python_qt_signals.disconnect(self._qt, self._signal(signal), signal, callback)

    def property(self, name: str) -> Any:
        """QObject::property, which also has the dynamic ones."""
        return wrap(self._qt.property(name))

    def _signal(self, signature: str) -> SignalInstance:
        self._refuse_if_destroyed(signature)
        name = signature.split("(")[0]
        members = api.WIDGETS.get(type(self._qt).__name__, {})
        if name in members:
            known = members[name].declaration == signature
        else:
            known = self._qt.metaObject().indexOfSignal(signature) >= 0
        if not known:
            raise AttributeError(f"{type(self).__name__} has no signal '{signature}'")
        return getattr(self._qt, name)

    def _refuse_if_destroyed(self, name: str) -> None:
        if not shiboken6.isValid(self._qt):
            raise ValueError(f"Trying to use '{name}' of a destroyed {type(self).__name__} object")


def wrap(value: Any) -> Any:
    """Show a Qt object as PythonQt does; leave anything else."""
    if isinstance(value, QObject):
        wrapper = object.__new__(wrapper_class(type(value)))
        object.__setattr__(wrapper, "_qt", value)
        return wrapper
    if isinstance(value, QtCore.QByteArray):
        return ByteArray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(wrap, value))
    return value


def unwrap(value: Any) -> Any:
    """Return the Qt object in a wrapper; leave anything else."""
    if isinstance(value, Wrapper):
        return value._qt
    if isinstance(value, ByteArray):
        return value._value
    if isinstance(value, _WrapperType):
        return value._qt_class
    return value


@cache
def wrapper_class(qt_class: type) -> type[Wrapper]:
    """Return the class that stands for a Qt class. Its bases follow Qt's."""
    if qt_class is QObject:
        return Wrapper
    if not issubclass(qt_class, QObject):
        return qt_class  # A value or an item, such as QColor: all methods, in PythonQt as here.
    base = next(one for one in qt_class.__bases__ if issubclass(one, QObject))
    return _WrapperType(qt_class.__name__, (wrapper_class(base),), {"_qt_class": qt_class})


def public_class(qt_class: type) -> type:
    """Return what `qt` has in place of a Qt class; a value such as QSize is PySide's own."""
    return wrapper_class(qt_class) if issubclass(qt_class, QObject) else qt_class


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


def _signature(qt_object: QObject, name: str) -> str:
    """Return the C++ signature of a signal; of overloads the first, as PythonQt does."""
    members = api.WIDGETS.get(type(qt_object).__name__, {})
    if name in members:
        return members[name].declaration
    meta = qt_object.metaObject()
    methods = [meta.method(index) for index in range(meta.methodCount())]
    found = [bytes(one.methodSignature().data()).decode() for one in methods if one.name() == name]
    return found[0]
