"""What is heard of work that goes on elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .failure import restore_error
from .protocol import Frame
from .request import Request


@dataclass(frozen=True)
class Progress:
    """How far the work is: fraction 0–1 and the name of the stage."""

    fraction: float
    stage: str


@dataclass(frozen=True)
class RunningOn:
    """Where it is computed: ``"cpu"``, ``"cuda"`` or ``"mps"``."""

    device: str


@dataclass(frozen=True, eq=False)
class Preview:
    """What was found in some slices so far: see `segmentation.result.PreviewCallback`.

    Attributes
    ----------
    axis, start
        The block is the part of the scan's (K, J, I) array along this axis from this index on.
    block
        uint8: 0 background, else 1 + index into `anatomy.BONES`.
    """

    axis: int
    start: int
    block: Any


@dataclass(frozen=True, eq=False)
class Finished:
    """The work is done."""

    result: Any


@dataclass(frozen=True, eq=False)
class Failed:
    """The work ended with an exception."""

    error: Exception


Message = Progress | RunningOn | Preview | Finished | Failed


def read_message(request: Request, frame: Frame) -> Message:
    """Read what a worker says of a request: see `server` for what it may say."""
    header = frame.header
    kind = header["kind"]
    if kind == "finished":
        return Finished(request.read_answer(header["answer"], frame.arrays))
    if kind == "failed":
        return Failed(restore_error(header))
    if kind == "progress":
        return Progress(header["fraction"], header["stage"])
    if kind == "device":
        return RunningOn(header["device"])
    return Preview(header["axis"], header["start"], frame.arrays["block"])
