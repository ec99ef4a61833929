"""Exceptions on their way from one process to the other."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

from ..errors import OutOfMemoryError, PelvicBoneSegError, WorkerError, WorkerFailedError
from ..message import from_json, to_json
from ..segmentation.memory import is_out_of_memory
from .request import Header


def describe_error(error: Exception) -> dict[str, Any]:
    """Put an exception into words. Want of memory, of whatever kind, is one `OutOfMemoryError`."""
    if is_out_of_memory(error):
        error = OutOfMemoryError()
    return {
        "class": type(error).__name__,
        "message": to_json(error.message if isinstance(error, PelvicBoneSegError) else str(error)),
        "trace": "".join(traceback.format_exception(error)),
    }


def restore_error(header: Header) -> PelvicBoneSegError:
    """Make the exception again, of the class that it had.

    Its constructor is not called: a class of `PelvicBoneSegError` takes the causes, not the
    message. Any other exception becomes a `WorkerFailedError`.
    """
    name, message = str(header["class"]), from_json(header["message"])
    for known in _family(PelvicBoneSegError):
        if known.__name__ == name:
            error = known.__new__(known)
            Exception.__init__(error, message)
            if isinstance(error, WorkerError):
                error.details = str(header["trace"])
            return error
    return WorkerFailedError(f"{name}: {message}", str(header["trace"]))


def _family(base: type[PelvicBoneSegError]) -> Iterator[type[PelvicBoneSegError]]:
    yield base
    for one in base.__subclasses__():
        yield from _family(one)
