"""Runs that wait for the child process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from PelvicBoneSegLib.errors import Cancelled, PelvicBoneSegError, WorkerError, WorkerFailedError
from PelvicBoneSegLib.worker.failure import describe_error
from PelvicBoneSegLib.worker.protocol import Frame
from PelvicBoneSegLib.worker.request import Request

from ..errors import QueueFullError
from ..limits import Limits
from .child import Receive, WorkerChild
from .fair_order import FairOrder

_NOBODY = ""
"""Who waits for the network to be loaded."""

Load = Callable[[], Request]
"""Makes the request, in a thread, when its turn has come: what waits holds no voxels."""


class Ticket:
    """One run, from the line to its end.

    Attributes
    ----------
    user
        Whom the queue is fair to.
    ahead
        How many runs come before it, the one that is on included; 0 once it is its turn.
    """

    def __init__(self, user: str, load: Load, receive: Receive) -> None:
        self.user = user
        self.ahead = 0
        self.load = load
        self.receive = receive
        self.cancelled = asyncio.Event()
        self._end: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

    def end(self, frame: Frame) -> None:
        """Say how it ended."""
        if not self._end.done():
            self._end.set_result(frame)

    async def ended(self) -> Frame:
        """Wait for the end: a frame ``finished``, or ``failed`` for `failure.restore_error`.

        Who stops waiting does not stop the run.
        """
        return await asyncio.shield(self._end)


class RunQueue:
    """Has one child process work on one run at a time.

    Parameters
    ----------
    child
        The process.
    limits
        How many may wait.
    """

    def __init__(self, child: WorkerChild, limits: Limits) -> None:
        self._child = child
        self._limits = limits
        self._order: FairOrder[Ticket] = FairOrder()
        self._current: Ticket | None = None
        self._arrived = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to work."""
        self._working = asyncio.create_task(self._work())

    async def close(self) -> None:
        """End the child process, and all runs with it."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
            self._working = None
        await self._child.close()
        left = [*self._order.in_order(), *([self._current] if self._current else [])]
        for ticket in left:
            ticket.end(_failed(Cancelled()))

    def check_room(self, user: str) -> None:
        """Check that a user may put one more run in line; to be asked before `submit`.

        Raises
        ------
        QueueFullError
            Too many wait.
        """
        if len(self._order) >= self._limits.waiting_runs:
            raise QueueFullError(self._limits.waiting_runs)
        if self._order.count(user) >= self._limits.waiting_runs_each:
            raise QueueFullError(self._limits.waiting_runs_each)

    def submit(
        self, user: str, load: Load, receive: Receive = lambda frame: None, urgent: bool = False
    ) -> Ticket:
        """Put a run in line.

        Parameters
        ----------
        user
            See `FairOrder`.
        receive
            Called with the frames that the process sends before the last.
        urgent
            Whether somebody sits and waits.
        """
        ticket = Ticket(user, load, receive)
        self._order.add(user, ticket, urgent)
        self._count_ahead()
        self._arrived.set()
        return ticket

    def warm_up(self, load: Load) -> None:
        """Have the process started and its network loaded, unless there is work anyway.

        Nothing is heard of it: what goes wrong will go wrong in the run as well.
        """
        if self._current is None and not len(self._order):
            self.submit(_NOBODY, load)

    def cancel(self, ticket: Ticket) -> None:
        """Stop a run, or take it out of line. It ends as ``failed`` with `Cancelled`."""
        ticket.cancelled.set()
        if self._order.discard(ticket):
            ticket.end(_failed(Cancelled()))
            self._count_ahead()

    def _count_ahead(self) -> None:
        is_on = self._current is not None and self._current.user != _NOBODY
        for number, ticket in enumerate(self._order.in_order()):
            ticket.ahead = number + is_on

    async def _work(self) -> None:
        while True:
            await self._arrived.wait()
            if not len(self._order):
                self._arrived.clear()
                continue
            self._current = ticket = self._order.take()
            ticket.ahead = 0
            self._count_ahead()
            ticket.end(await self._run(ticket))
            self._current = None

    async def _run(self, ticket: Ticket) -> Frame:
        try:
            request = await asyncio.to_thread(ticket.load)
            if ticket.cancelled.is_set():
                raise Cancelled
            return await self._child.run(request, ticket.receive, ticket.cancelled)
        except PelvicBoneSegError as error:
            if isinstance(error, WorkerError):
                logging.getLogger(__name__).warning("%s\n%s", error.message, error.details)
            return _failed(Cancelled() if ticket.cancelled.is_set() else error)
        except Exception as error:  # a run that failed must not stop those behind it
            logging.getLogger(__name__).exception("a run failed")
            return _failed(WorkerFailedError(type(error).__name__, str(error)))


def _failed(error: PelvicBoneSegError) -> Frame:
    return Frame({"kind": "failed", "run": 0, **describe_error(error)})
