"""The child process: one request after the other, until its parent closes the pipe.

Two kinds of frames come in, ``request`` with the name of an operation and ``cancel``, and five go
out: ``progress``, ``device``, ``preview``, and at the end ``finished`` or ``failed``. ``run`` in
each header says which request is meant.
"""

from __future__ import annotations

import faulthandler
import os
import traceback
from collections.abc import Mapping
from queue import Queue
from threading import Thread

import numpy as np

from ..errors import Cancelled, WorkerProtocolError
from ..segmentation.memory import is_out_of_memory
from .failure import describe_error
from .operations import OPERATIONS, Operation
from .protocol import Frame, FrameDecoder, encode
from .segmenters import Segmenters
from .streams import give_way, take_pipes, write_all

_READ_BYTES = 2**20


class Server:
    """Answers requests.

    Parameters
    ----------
    pipes
        File descriptors to read from and to write to.
    operations
        What can be asked for.
    """

    def __init__(
        self, pipes: tuple[int, int], operations: Mapping[str, Operation] = OPERATIONS
    ) -> None:
        self._input, self._output = pipes
        self._operations = operations
        self._requests: Queue[Frame] = Queue()
        self._cancelled: set[int] = set()
        self._segmenters = Segmenters()

    def run(self) -> None:
        """Work until the parent closes its end or dies. Does not return."""
        Thread(target=self._listen, daemon=True).start()
        while True:
            self._answer(self._requests.get())

    def _listen(self) -> None:
        """Take requests, and hear of their cancelling, while another one is worked on."""
        decoder = FrameDecoder()
        try:
            while piece := os.read(self._input, _READ_BYTES):
                for frame in decoder.feed(piece):
                    self._take(frame)
        except BaseException:  # the process must not live on deaf; the parent reads this
            traceback.print_exc()
            os._exit(1)
        # Nobody is there to hear of what the other thread is at, so it need not come to its end.
        os._exit(0)

    def _take(self, frame: Frame) -> None:
        kind = frame.header["kind"]
        if kind == "cancel":
            self._cancelled.add(frame.header["run"])
        elif kind == "request":
            self._requests.put(frame)
        else:
            raise WorkerProtocolError(f"a message of the kind {kind!r}")

    def _answer(self, frame: Frame) -> None:
        run = frame.header["run"]
        try:
            operation = self._operations[frame.header["operation"]]
            if run in self._cancelled:
                raise Cancelled
            header, arrays = operation(
                frame.header["arguments"],
                frame.arrays,
                self._segmenters,
                _Report(self, run),
                lambda: run in self._cancelled,
            )
            self.send({"kind": "finished", "run": run, "answer": header}, arrays)
        except Exception as error:  # told whole to the parent, which shows and logs it
            if is_out_of_memory(error):
                self._segmenters.clear()
            self.send({"kind": "failed", "run": run, **describe_error(error)})
        self._cancelled.discard(run)

    def send(self, header: Mapping, arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Tell the parent."""
        write_all(self._output, encode(Frame(header, arrays or {})))


class _Report:
    """Sends what an operation reports."""

    def __init__(self, server: Server, run: int) -> None:
        self._server = server
        self._run = run

    def progress(self, fraction: float, stage: str) -> None:
        self._server.send(
            {"kind": "progress", "run": self._run, "fraction": float(fraction), "stage": stage}
        )

    def device(self, name: str) -> None:
        self._server.send({"kind": "device", "run": self._run, "device": name})

    def preview(self, axis: int, start: int, block: np.ndarray) -> None:
        self._server.send(
            {"kind": "preview", "run": self._run, "axis": int(axis), "start": int(start)},
            {"block": block},
        )


def main(operations: Mapping[str, Operation] = OPERATIONS) -> None:
    """Be the child process."""
    pipes = take_pipes()
    give_way()
    faulthandler.enable()
    Server(pipes, operations).run()
