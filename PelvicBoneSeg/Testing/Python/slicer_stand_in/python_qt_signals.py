"""What is connected to the signals of Qt objects, as PythonQtSignalReceiver.cpp does it.

A callback is kept until it is disconnected or the sender is gone, through whichever wrapper it was
connected. It gets the arguments that the signature names, as PythonQt shows them, and no more of
them than it has parameters (a default counts as a parameter).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, SignalInstance

_Slots = list[tuple[str, Callable, Callable]]

_slots: dict[int, _Slots] = {}
"""By the address of the sender: signature, callback, and what Qt calls in its place."""


def connect(
    sender: QObject,
    signal: SignalInstance,
    signature: str,
    callback: Callable,
    wrap: Callable[[Any], Any],
) -> None:
    """Call back at each signal."""
    count = _argument_count(signature, callback)

    def call(*arguments: Any) -> None:
        callback(*map(wrap, arguments))

    # PySide gives a slot as many arguments as it names.
    slot: Callable = (
        lambda: call(),
        lambda one: call(one),
        lambda one, two: call(one, two),
        lambda one, two, three: call(one, two, three),
    )[count]
    address = shiboken6.getCppPointer(sender)[0]
    if address not in _slots:
        _slots[address] = []
        sender.destroyed.connect(lambda: _slots.pop(address, None))
    _slots[address].append((signature, callback, slot))
    signal.connect(slot)


def disconnect(sender: QObject, signal: SignalInstance, signature: str, callback: Callable) -> bool:
    """Disconnect one callback. Return whether it was connected."""
    connected = _slots.get(shiboken6.getCppPointer(sender)[0], [])
    for entry in connected:
        if entry[:2] == (signature, callback):
            signal.disconnect(entry[2])
            connected.remove(entry)
            return True
    return False


def _argument_count(signature: str, callback: Callable) -> int:
    arguments = signature.partition("(")[2].rstrip(")")
    count = len(arguments.split(",")) if arguments else 0
    function = getattr(callback, "__func__", callback)
    if not inspect.isfunction(function) or function.__code__.co_flags & inspect.CO_VARARGS:
        return count
    parameters = function.__code__.co_argcount - (function is not callback)
    return min(count, parameters)
