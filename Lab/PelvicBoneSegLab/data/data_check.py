"""What a look at the data has found so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PelvicBoneSegLib.errors import PelvicBoneSegError


@dataclass
class DataCheck:
    """What was found.

    Attributes
    ----------
    cases
        How many cases were looked at.
    faults
        What training stops at, one message each with the file in it.
    suspicions
        What it does not stop at, but somebody should look at.
    """

    cases: int = 0
    faults: list[str] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Keep the error that is raised within, and go on after it."""
        try:
            yield
        except PelvicBoneSegError as error:
            self.faults.append(str(error))
