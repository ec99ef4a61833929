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
from .errors import TooManyViewersError
from .viewer_process import ViewerProcess

_LOOK_EVERY_S = 5.0

_SPARE_AFTER_S = 10.0
"""What the page of a scan that was just opened and its first run have to themselves: another
process takes some seconds of a core to get ready."""

_LEFT_S = 30.0
"""Whoever has not come back by then may come back to a viewer that is started anew."""

_Key = tuple[Visitor, str]
"""Whose viewer, of which scan."""

_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class Viewer:
    """One scan, opened by one visitor.

    Attributes
    ----------
    id
        Part of its address; nobody can guess it.
    visitor
        Whose it is: nobody else is let in, whatever address he knows.
    scan_id, shown, edited
        What it shows: see `library.web.services.ScanFiles`. `shown` follows what is saved from it.
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
    shown: str | None
    edited: str | None
    process: ViewerProcess
    connections: int = 0
    left: float = field(default_factory=time.monotonic)


Look = Callable[[], Awaitable[ScanFiles]]
"""Looks up what there is of a scan now."""

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
        self._starting = 0
        self._opening: dict[_Key, asyncio.Task[Viewer]] = {}
        self._ending: dict[_Key, asyncio.Future[None]] = {}
        self._spare: asyncio.Task[ViewerProcess] | None = None
        self._taken = time.monotonic()
        self._work: dict[str, asyncio.Future[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Get the first viewer ready, and look after all of them from now on."""
        self._make_spare()
        self._looking = asyncio.create_task(self._look())

    async def open(self, visitor: Visitor, scan_id: str, look: Look) -> Viewer:
        """Return the visitor's viewer of a scan; start one where there is none.

        One that nobody looks at is started anew where there is a newer segmentation.

        Raises
        ------
        TooManyViewersError, ViewerNotStartedError
            There can be none.
        """
        # Two clicks on a scan are one viewer.
        key = visitor, scan_id
        if key not in self._opening:
            self._opening[key] = asyncio.create_task(self._find_or_start(key, look))
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
        await asyncio.gather(*map(self._end, list(self._viewers.values())))
        await asyncio.gather(*self._work.values(), return_exceptions=True)
        if (spare := await self._spare_or_none()) is not None:
            await spare.kill()

    async def _find_or_start(self, key: _Key, look: Look) -> Viewer:
        if key in self._ending:  # what it saves at last is to be seen
            await asyncio.wait([self._ending[key]])
        files = await look()
        for viewer in list(self._viewers.values()):
            if (viewer.visitor, viewer.scan_id) == key and viewer.process.is_alive:
                if viewer.connections or viewer.shown == files.shown:
                    return viewer
                await self._end(viewer)
                files = await look()
        self._starting += 1
        try:
            await self._make_room()
            return await self._start(key, files)
        finally:
            self._starting -= 1

    async def _make_room(self) -> None:
        """End the viewer that was left longest, where there are as many as there may be."""
        if len(self._viewers) + self._starting <= self._limit:
            return
        long_ago = time.monotonic() - _LEFT_S
        left = [
            one for one in self._viewers.values() if not one.connections and one.left < long_ago
        ]
        if not left:
            raise TooManyViewersError(self._limit)
        await self._end(min(left, key=lambda one: one.left))

    async def _start(self, key: _Key, files: ScanFiles) -> Viewer:
        process = await self._take_spare()
        try:
            await process.open(files.scan, files.name, files.segmentation)
        except BaseException:
            await process.kill()
            raise
        viewer = Viewer(secrets.token_urlsafe(16), *key, files.shown, files.edited, process)
        self._viewers[viewer.id] = viewer
        self._work[viewer.id] = work = asyncio.ensure_future(self._serve(viewer))
        work.add_done_callback(lambda _: self._forget(viewer.id))
        return viewer

    def _forget(self, viewer_id: str) -> None:
        work = self._work.pop(viewer_id)
        if not work.cancelled() and (error := work.exception()) is not None:
            _LOG.error("a viewer broke off; the others live on", exc_info=error)

    def _make_spare(self) -> None:
        if self._spare is None:
            self._spare = asyncio.create_task(ViewerProcess.start())

    async def _take_spare(self) -> ViewerProcess:
        self._taken = time.monotonic()
        process = await self._spare_or_none()
        return process if process and process.is_alive else await ViewerProcess.start()

    async def _spare_or_none(self) -> ViewerProcess | None:
        spare, self._spare = self._spare, None
        try:
            return await spare if spare is not None else None
        except OSError:  # there may be room for a process now
            _LOG.warning("a viewer could not be kept ready", exc_info=True)
            return None

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
        key = viewer.visitor, viewer.scan_id
        ended = self._ending[key] = asyncio.get_running_loop().create_future()
        try:
            await viewer.process.stop()
            if viewer.id in self._work:  # it stores what was handed over at last
                await asyncio.wait([self._work[viewer.id]])
        except OSError:
            _LOG.exception("a viewer could not be ended")
        finally:
            del self._ending[key]
            ended.set_result(None)

    def _is_idle(self, viewer: Viewer) -> bool:
        return not viewer.connections and time.monotonic() - viewer.left > self._idle_s
