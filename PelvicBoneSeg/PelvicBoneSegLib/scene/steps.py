"""Work cut into steps, so that a window stays alive, done at one go."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

Result = TypeVar("Result")


def all_steps(steps: Generator[Any, None, Result]) -> Result:
    """Go through a generator and return what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
