"""The queue for another process, which speaks to it as it would to a child of its own.

What comes and goes is said in `PelvicBoneSegLib.worker.server`; one kind of frame is added, sent
while a run waits: ``waiting`` with the number of runs ``ahead``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from PelvicBoneSegLib.errors import PelvicBoneSegError, WorkerProtocolError
from PelvicBoneSegLib.worker.failure import describe_error
from PelvicBoneSegLib.worker.operations import OPERATIONS
from PelvicBoneSegLib.worker.protocol import Frame, FrameDecoder, encode
from PelvicBoneSegLib.worker.request import Request

from .run_queue import RunQueue, Ticket

_READ_BYTES = 2**20
_MOST_RUNS = 4
"""At a time: each holds its voxels."""

_WAITING_EVERY_S = 0.5


async def serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    queue: RunQueue,
    user: str,
    others: Mapping[str, Callable[[Frame], None]] | None = None,
) -> None:
    """Pass frames on until the other side closes its end; its runs are cancelled then.

    Parameters
    ----------
    user
        Whom the queue is fair to.
    others
        Called with frames of further kinds.

    Raises
    ------
    WorkerProtocolError
        The other side says what nobody understands.
    """
    connection = _Connection(writer, queue, user)
    decoder = FrameDecoder()
    try:
        with suppress(ConnectionResetError):  # it was ended in the middle of a frame
            while piece := await reader.read(_READ_BYTES):
                for frame in decoder.feed(piece):
                    take = others.get(frame.header["kind"]) if others else None
                    (take or connection.take)(frame)
    finally:
        await connection.close()


class _Connection:
    def __init__(self, writer: asyncio.StreamWriter, queue: RunQueue, user: str) -> None:
        self._writer = writer
        self._queue = queue
        self._user = user
        self._tickets: dict[int, Ticket] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, frame: Frame) -> None:
        kind, run = frame.header["kind"], frame.header["run"]
        if kind == "cancel":
            if run in self._tickets:
                self._queue.cancel(self._tickets[run])
        elif kind == "request":
            self._submit(run, frame)
        else:
            raise WorkerProtocolError(f"a message of the kind {kind!r}")

    async def close(self) -> None:
        for ticket in self._tickets.values():
            self._queue.cancel(ticket)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _submit(self, run: int, frame: Frame) -> None:
        operation = frame.header["operation"]
        if operation not in OPERATIONS:
            raise WorkerProtocolError(f"the operation {operation!r}")
        if len(self._tickets) >= _MOST_RUNS:
            raise WorkerProtocolError(f"more than {_MOST_RUNS} runs at a time")
        try:
            self._queue.check_room(self._user)
        except PelvicBoneSegError as error:
            self._send(Frame({"kind": "failed", "run": run, **describe_error(error)}))
            return
        request = Request(operation, frame.header["arguments"], frame.arrays)
        ticket = self._queue.submit(
            self._user,
            lambda: request,
            lambda said: self._send(Frame({**said.header, "run": run}, said.arrays)),
            urgent=True,
        )
        self._tickets[run] = ticket
        task = asyncio.create_task(self._tell_end(run, ticket))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_end(self, run: int, ticket: Ticket) -> None:
        waiting = asyncio.create_task(self._tell_place(run, ticket))
        try:
            end = await ticket.ended()
        finally:
            waiting.cancel()
        del self._tickets[run]
        self._send(Frame({**end.header, "run": run}, end.arrays))
        with suppress(ConnectionError):
            await self._writer.drain()

    async def _tell_place(self, run: int, ticket: Ticket) -> None:
        told = None
        while True:
            if ticket.ahead != told:
                told = ticket.ahead
                self._send(Frame({"kind": "waiting", "run": run, "ahead": told}))
            await asyncio.sleep(_WAITING_EVERY_S)

    def _send(self, frame: Frame) -> None:
        if not self._writer.is_closing():
            self._writer.writelines(encode(frame))
