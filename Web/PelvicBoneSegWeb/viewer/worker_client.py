"""The process that segments, as a viewer sees it: asked through the front, which has the queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.worker.failure import restore_error
from PelvicBoneSegLib.worker.protocol import Frame
from PelvicBoneSegLib.worker.request import Request

from .channel import Channel


@dataclass(frozen=True)
class Waiting:
    """Others are segmenting: so many runs come first."""

    ahead: int


@dataclass(frozen=True)
class Progress:
    """How far the run is: fraction 0–1 and the name of the stage."""

    fraction: float
    stage: str


@dataclass(frozen=True)
class RunningOn:
    """Where it is computed: ``"cpu"``, ``"cuda"`` or ``"mps"``."""

    device: str


@dataclass(frozen=True, eq=False)
class Preview:
    """Some slices of the run, see `segmentation.result.PreviewCallback`."""

    axis: int
    start: int
    block: Any


@dataclass(frozen=True, eq=False)
class Finished:
    """The work is done."""

    result: Any


@dataclass(frozen=True, eq=False)
class Failed:
    """The work ended with an exception; `Cancelled` where the user stopped it."""

    error: Exception


Message = Waiting | Progress | RunningOn | Preview | Finished | Failed


class WorkerClient:
    """One run at a time.

    Parameters
    ----------
    channel
        To the front.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._run = 0
        self._request: Request | None = None
        self._receive: Callable[[Message], None] = lambda message: None

    @property
    def running(self) -> bool:
        """Whether a run is on, or is still stopping."""
        return self._request is not None

    def start(self, request: Request, receive: Callable[[Message], None]) -> None:
        """Start a run.

        Parameters
        ----------
        request
            What to do.
        receive
            Called with messages, at last once with `Finished` or `Failed`.

        Raises
        ------
        RuntimeError
            A run is on.
        WorkerProtocolError
            The request's arrays cannot be sent.
        """
        if self.running:
            raise RuntimeError("a run is on")
        self._run += 1
        header = {"operation": request.operation, "arguments": dict(request.header)}
        self._channel.send({"kind": "request", "run": self._run, **header}, request.arrays)
        self._request, self._receive = request, receive

    def cancel(self) -> None:
        """Stop the run. It ends with the batch that it is at, as `Failed` with `Cancelled`."""
        if self.running:
            self._channel.send({"kind": "cancel", "run": self._run})

    def take(self, frame: Frame) -> None:
        """Take a frame that came from the front."""
        if self._request is None or frame.header.get("run") != self._run:
            return
        try:
            message = _message(self._request, frame)
        except Exception as error:  # handed over whole: else the run would never end
            message = Failed(error)
        if isinstance(message, Finished | Failed):
            self._request = None
            if isinstance(message, Failed) and not isinstance(message.error, Cancelled):
                logging.error("The run failed", exc_info=message.error)
        self._receive(message)


def _message(request: Request, frame: Frame) -> Message:
    header = frame.header
    kind = header["kind"]
    if kind == "finished":
        return Finished(request.read_answer(header["answer"], frame.arrays))
    if kind == "failed":
        return Failed(restore_error(header))
    if kind == "waiting":
        return Waiting(int(header["ahead"]))
    if kind == "progress":
        return Progress(header["fraction"], header["stage"])
    if kind == "device":
        return RunningOn(header["device"])
    return Preview(header["axis"], header["start"], frame.arrays["block"])
