"""How a typed value lives in a vtkMRMLScriptedModuleNode.

Written from what serializers.py, validators.py and default.py in
Base/Python/slicer/parameterNodeWrapper do (read at 01f209e1, 01c2def0 and 50fddcdc): a number and a
text as text, a bool as "True" or "False", an enum by its name, a node as a node reference plus an
empty parameter of the same name. A value that does not fit raises and changes nothing.
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable
from typing import Any, Protocol

import slicer


class Validator(Protocol):
    """An annotation that refuses values."""

    def validate(self, value: Any) -> None: ...


class WithinRange:
    """A number from `minimum` to `maximum`, both included."""

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def validate(self, value: Any) -> None:
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value!r} is not within [{self.minimum}, {self.maximum}]")


class Choice:
    """One of some values."""

    def __init__(self, choices: list[Any]) -> None:
        self.choices = choices

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"{value!r} is none of {self.choices}")


class Default:
    """The value of a parameter that was never set."""

    def __init__(self, value: Any = None, *, generator: Callable[[], Any] | None = None) -> None:
        self._value = value
        self._generator = generator

    @property
    def value(self) -> Any:
        return self._generator() if self._generator else self._value


class Parameter:
    """One annotated name of a parameter node wrapper."""

    def __init__(self, name: str, annotated: Any) -> None:
        self.name = name
        self.annotated = annotated
        self.kind, annotations = split(annotated)
        self._validators = [one for one in annotations if hasattr(one, "validate")]
        defaults = [one for one in annotations if isinstance(one, Default)]
        unknown = [one for one in annotations if one not in (*self._validators, *defaults)]
        if unknown:  # Slicer only logs that they are unused
            raise TypeError(f"{name}: the stand-in knows no annotation {unknown}")
        if not _is_known(self.kind):
            raise TypeError(f"{name}: the stand-in has no serializer for {annotated}")
        self.default = defaults[0] if defaults else Default(self._first_value())

    def is_in(self, node: Any) -> bool:
        return bool(node.HasParameter(self.name))

    def write(self, node: Any, value: Any) -> None:
        self._validate(value)
        if self._is_node():
            node.SetParameter(self.name, "")
            node.SetNodeReferenceID(self.name, value.GetID() if value is not None else None)
        else:
            node.SetParameter(self.name, value.name if self._is_enum() else str(value))

    def read(self, node: Any) -> Any:
        if not self.is_in(node):  # a scene that is closed takes the parameters away
            self.write(node, self.default.value)
        if self._is_node():
            return node.GetNodeReference(self.name)
        text = node.GetParameter(self.name)
        if self._is_enum():
            if text not in self.kind.__members__:
                raise ValueError(f"{text!r} is no name in {self.kind!r}")
            return self.kind[text]
        return text == "True" if self.kind is bool else self.kind(text)

    def _validate(self, value: Any) -> None:
        if value is None and not self._is_node():
            raise ValueError(f"{self.name} must not be None")
        accepted = (int, float) if self.kind is float else self.kind
        if value is not None and not isinstance(value, accepted):
            raise TypeError(f"{self.name}: {value!r} is no {self.kind.__name__}")
        for validator in self._validators:
            validator.validate(value)

    def _first_value(self) -> Any:
        if self._is_node():
            return None
        return next(iter(self.kind)) if self._is_enum() else self.kind()

    def _is_node(self) -> bool:
        return issubclass(self.kind, slicer.vtkMRMLNode)

    def _is_enum(self) -> bool:
        return issubclass(self.kind, enum.Enum)


def split(annotated: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return a type and what `Annotated` adds to it."""
    if typing.get_origin(annotated) is not typing.Annotated:
        return annotated, ()
    kind, *annotations = typing.get_args(annotated)
    return kind, tuple(annotations)


def _is_known(kind: Any) -> bool:
    if kind in (bool, int, float, str):
        return True
    return isinstance(kind, type) and issubclass(kind, (enum.Enum, slicer.vtkMRMLNode))
