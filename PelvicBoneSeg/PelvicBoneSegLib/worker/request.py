"""What a process is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .protocol import Frame

Header = Mapping[str, Any]
"""What JSON can say: texts, numbers, lists, None."""

Arrays = Mapping[str, np.ndarray]
"""By name; see `protocol.DTYPES` for what they may hold."""


def _no_result(header: Header, arrays: Arrays) -> None:
    return None


@dataclass(frozen=True, eq=False)
class Request:
    """One call of an operation.

    Attributes
    ----------
    operation
        A name of `operations.OPERATIONS`.
    header, arrays
        Its arguments.
    read_answer
        Makes the result out of the header and the arrays that the operation returns. It is
        called in the asking process, in the UI thread: it should only put views together.
    """

    operation: str
    header: Header
    arrays: Arrays = field(default_factory=dict)
    read_answer: Callable[[Header, Arrays], Any] = _no_result

    def frame(self, run: int) -> Frame:
        """Return what asks a worker for it, under a number that its answers will have."""
        asked = {"operation": self.operation, "arguments": dict(self.header)}
        return Frame({"kind": "request", "run": run, **asked}, self.arrays)
