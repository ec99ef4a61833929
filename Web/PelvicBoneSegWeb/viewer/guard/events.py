"""What mouse, keys and fingers can say to a view.

VTK's vtkRemoteInteractionAdapter, which reads it, ends the process where a field is of another type
than it expects.
"""

from __future__ import annotations

from typing import Any

from .values import is_number, is_word

_WORDS = ("type", "action", "key")
_MOST_FIELDS = 40
_MOST_FINGERS = 10

_FAR = 1e5
"""More pixels than a screen has; codes of keys are smaller too."""


def is_event(event: Any) -> bool:
    """Return whether it is an event as trame-rca's page sends them."""
    return (
        isinstance(event, dict)
        and "type" in event
        and len(event) <= _MOST_FIELDS
        and all(_is_field(name, value) for name, value in event.items())
    )


def _is_field(name: Any, value: Any) -> bool:
    if name in _WORDS:
        return is_word(value)
    if name == "firstRenderer":  # of VTK.js; it is not read here
        return value is None
    if name == "positions":
        return _are_fingers(value)
    if name == "translation":
        return isinstance(value, list) and len(value) == 2 and all(map(_is_measure, value))
    return isinstance(name, str) and (isinstance(value, bool) or _is_measure(value))


def _are_fingers(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= _MOST_FINGERS
        and all(
            isinstance(place, dict)
            and set(place) <= {"x", "y", "z"}
            and all(map(_is_measure, place.values()))
            for place in value.values()
        )
    )


def _is_measure(value: Any) -> bool:
    return is_number(value, -_FAR, _FAR)
