"""Who has which viewer."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ..library.security.access import Visitor
from ..library.web.services import ScanFiles
from .errors import TooManyViewersError, ViewerNotStartedError
from .viewer_process import ViewerProcess

_LOOK_EVERY_S = 5.0

_SPARE_AFTER_S = 10.0
"""What the page of a scan that was just opened and its first run have to themselves: another
process takes some seconds of a core to get ready."""


@dataclass(eq=False)
class Viewer:
    """One scan, opened by one visitor.

    Attributes
    ----------
    id
        Part of its address; nobody can guess it.
    visitor
        Whose it is: nobody else is let in, whatever address he knows.
    scan_id, edited
        What it shows: see `library.web.services.ScanFiles`.
    process
        That shows it.
    connections
        How many browser tabs are connected.
    left
        When the last one left, by `time.monotonic`.
    """

    id: str
    visitor: Visitor
    scan_id: str
    edited: str | None
    process: ViewerProcess
    connections: int = 0
    left: float = field(default_factory=time.monotonic)


Serve = Callable[[Viewer], Awaitable[None]]
"""Answers what a viewer asks for, until it ends."""


class Sessions:
    """A viewer process for each scan that a visitor has open, and one that is ready for the next.

    Parameters
    ----------
    serve
        Does the viewers' work.
    limit
        How many viewers there may be, so that memory is bounded.
    idle_s
        After how many seconds without a browser a viewer is ended; a reload takes one or two.
    """

    def __init__(self, serve: Serve, limit: int, idle_s: float) -> None:
        self._serve = serve
        self._limit = limit
        self._idle_s = idle_s
        self._viewers: dict[str, Viewer] = {}
        self._opening: dict[tuple[Visitor, str], asyncio.Task[Viewer]] = {}
        self._spare: asyncio.Task[ViewerProcess] | None = None
        self._taken = time.monotonic()
        self._work: dict[str, asyncio.Future[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Get the first viewer ready, and look after all of them from now on."""
        self._make_spare()
        self._looking = asyncio.create_task(self._look())

    async def open(self, visitor: Visitor, scan_id: str, files: ScanFiles) -> Viewer:
        """Return the visitor's viewer of a scan; start one where there is none.

        Raises
        ------
        TooManyViewersError, ViewerNotStartedError
            There can be none.
        """
        for viewer in self._viewers.values():
            if (viewer.visitor, viewer.scan_id) == (visitor, scan_id) and viewer.process.is_alive:
                return viewer
        # Two clicks on a scan are one viewer.
        key = visitor, scan_id
        if key not in self._opening:
            if len(self._viewers) + len(self._opening) >= self._limit:
                raise TooManyViewersError(self._limit)
            self._opening[key] = asyncio.create_task(self._open(visitor, scan_id, files))
            self._opening[key].add_done_callback(lambda _: self._opening.pop(key, None))
        return await asyncio.shield(self._opening[key])

    def find(self, visitor: Visitor, viewer_id: str) -> Viewer | None:
        """Return a viewer of this visitor; None where there is none, also if it is another's."""
        viewer = self._viewers.get(viewer_id)
        return viewer if viewer is not None and viewer.visitor == visitor else None

    async def close(self) -> None:
        """End all viewers, after what they have not saved is stored."""
        if self._looking is not None:
            self._looking.cancel()
        await asyncio.gather(*self._opening.values(), return_exceptions=True)
        spares = [] if self._spare is None else [(await self._spare).kill()]
        await asyncio.gather(*map(self._end, list(self._viewers.values())), *spares)

    async def _open(self, visitor: Visitor, scan_id: str, files: ScanFiles) -> Viewer:
        process = await self._take_spare()
        try:
            await process.open(files.scan, files.name, files.segmentation)
        except ViewerNotStartedError:
            await process.stop()
            raise
        viewer = Viewer(secrets.token_urlsafe(16), visitor, scan_id, files.edited, process)
        self._viewers[viewer.id] = viewer
        self._work[viewer.id] = asyncio.ensure_future(self._serve(viewer))
        return viewer

    def _make_spare(self) -> None:
        if self._spare is None:
            self._spare = asyncio.create_task(ViewerProcess.start())

    async def _take_spare(self) -> ViewerProcess:
        spare, self._spare = self._spare, None
        self._taken = time.monotonic()
        process = await spare if spare is not None else None
        return process if process and process.is_alive else await ViewerProcess.start()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if time.monotonic() - self._taken > _SPARE_AFTER_S:
                self._make_spare()
            for viewer in list(self._viewers.values()):
                if not viewer.process.is_alive or self._is_idle(viewer):
                    await self._end(viewer)

    async def _end(self, viewer: Viewer) -> None:
        del self._viewers[viewer.id]
        await viewer.process.stop()
        try:
            await self._work.pop(viewer.id)
        except Exception:  # of one viewer; the others live on
            logging.getLogger(__name__).exception("a viewer broke off")

    def _is_idle(self, viewer: Viewer) -> bool:
        return not viewer.connections and time.monotonic() - viewer.left > self._idle_s
