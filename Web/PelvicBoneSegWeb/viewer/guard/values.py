"""What a value may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

Check = Callable[[Any], bool]
"""Returns whether a value may be taken."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")

_MOST_LETTERS = 200

_HUGE = 1e9
"""More than any length, place or grey value. Not-a-number is not less than it either."""

_ROUNDING = 1e-9
"""Of the span: sliders compute their ends."""


def is_flag(value: Any) -> bool:
    """Return whether it is true or false."""
    return isinstance(value, bool)


def is_colour(value: Any) -> bool:
    """Return whether it is a colour such as ``#f2c45b``."""
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def is_finite(value: Any) -> bool:
    """Return whether it is a number, and none that is used up in computing."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _HUGE


def is_number(value: Any, low: float, high: float) -> bool:
    """Return whether it is a number within bounds."""
    slack = _ROUNDING * (high - low)
    return is_finite(value) and low - slack <= value <= high + slack


def is_word(value: Any) -> bool:
    """Return whether it is a short text."""
    return isinstance(value, str) and len(value) <= _MOST_LETTERS


def is_argument(value: Any) -> bool:
    """Return whether buttons have something like it to say."""
    return is_word(value) or is_finite(value)


def is_range(value: Any, low: float, high: float) -> bool:
    """Return whether it is two numbers within bounds, the lower one first."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(is_number(one, low, high) for one in value)
        and value[0] <= value[1]
    )


def number(low: float, high: float) -> Check:
    """Allow for numbers within bounds."""
    return lambda value: is_number(value, low, high)


def one_of(known: Collection[Any]) -> Check:
    """Allow for what is known; true is not 1."""
    return lambda value: any(type(value) is type(one) and value == one for one in known)


def some_of(known: Collection[str]) -> Check:
    """Allow for lists of what is known, each once."""
    return lambda value: (
        isinstance(value, list)
        and all(isinstance(one, str) and one in known for one in value)
        and len(set(value)) == len(value)
    )


def text(most: int) -> Check:
    """Allow for one line of so many characters."""
    return lambda value: isinstance(value, str) and len(value) <= most and value.isprintable()
