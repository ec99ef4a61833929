"""What native libraries print past Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from threading import RLock

_STDERR = 2

_ONE_AT_A_TIME = RLock()
"""Two threads would put back each other's temporary file, and standard error would be lost."""


@contextmanager
def captured_native_stderr() -> Iterator[Callable[[], str]]:
    """Keep ITK's libraries from writing warnings between our own lines.

    They print to the process's standard error, of which Python's ``sys.stderr`` knows nothing,
    so the file descriptor itself is turned to a temporary file for the while.

    Yields
    ------
    A function that returns what was printed so far.
    """
    with _ONE_AT_A_TIME, TemporaryFile() as file:

        def printed() -> str:
            file.seek(0)
            return file.read().decode(errors="replace")

        if sys.stderr is not None:
            sys.stderr.flush()
        try:
            kept = os.dup(_STDERR)
        except OSError:  # a program without a console, such as Slicer on Windows, may have none
            yield printed
            return
        os.dup2(file.fileno(), _STDERR)
        try:
            yield printed
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
