"""The process that segments, as a viewer sees it: asked through the front, which has the queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.worker.messages import Failed, Finished, Message, read_message
from PelvicBoneSegLib.worker.protocol import Frame
from PelvicBoneSegLib.worker.request import Request

from .channel import Channel


@dataclass(frozen=True)
class Waiting:
    """Others are segmenting: so many runs come first."""

    ahead: int


Said = Waiting | Message


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
        self._receive: Callable[[Said], None] = lambda message: None

    @property
    def running(self) -> bool:
        """Whether a run is on, or is still stopping."""
        return self._request is not None

    def start(self, request: Request, receive: Callable[[Said], None]) -> None:
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
        frame = request.frame(self._run)
        self._channel.send(frame.header, frame.arrays)
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
            message = _read(self._request, frame)
        except Exception as error:  # handed over whole: else the run would never end
            message = Failed(error)
        if isinstance(message, Finished | Failed):
            self._request = None
            if isinstance(message, Failed) and not isinstance(message.error, Cancelled):
                logging.error("The run failed", exc_info=message.error)
        self._receive(message)


def _read(request: Request, frame: Frame) -> Said:
    if frame.header["kind"] == "waiting":
        return Waiting(int(frame.header["ahead"]))
    return read_message(request, frame)
