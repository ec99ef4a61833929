"""Opening scans, and everything below ``/view/``.

======  ==========================  ==============================================================
GET     /open/SCAN                  starts the visitor's viewer of a scan, or finds it, and leads to
GET     /sample                     the same of the sample, which is put into the library first
GET     /view/VIEWER/               its page
GET     /view/VIEWER/ws             its WebSocket
GET     /view/VIEWER/…              its files and downloads
======  ==========================  ==============================================================
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import ClientSession, ClientTimeout, web

from ..library.queue.frames import serve
from ..library.security.headers import VIEWER_PREFIX
from ..library.security.middleware import visitor_of
from ..library.web.services import SERVICES, ScanFiles, scan_files
from ..viewer.saving.kinds import SAVE, TAKE_BACK
from .errors import ViewerGoneError
from .proxy import connect, forward
from .sample import sample_scan
from .saves import Saves
from .sessions import Sessions, Viewer

SESSIONS: web.AppKey[Sessions] = web.AppKey("SESSIONS", Sessions)
_CLIENT: web.AppKey[ClientSession] = web.AppKey("VIEWER_CLIENT", ClientSession)


SAMPLE_PATH = "/sample"


def add_viewers(application: web.Application, limit: int, idle_s: float) -> None:
    """Add viewers to a server that `library.web.services.set_up` was called for.

    Parameters
    ----------
    limit, idle_s
        See `Sessions`.
    """

    async def work(viewer: Viewer) -> None:
        services, process, visitor = application[SERVICES], viewer.process, viewer.visitor
        saves = Saves(
            services.library,
            visitor,
            viewer.scan_id,
            viewer.edited,
            process.send,
            partial(setattr, viewer, "shown"),
        )
        try:
            await serve(
                process.reader,
                process.writer,
                services.queue,
                visitor.user,
                {SAVE: saves.take, TAKE_BACK: saves.take},
            )
        finally:
            await saves.close()

    async def run(application: web.Application) -> AsyncIterator[None]:
        sessions = Sessions(work, limit, idle_s)
        # Exports of large segmentations take their time.
        async with ClientSession(
            timeout=ClientTimeout(total=None), auto_decompress=False
        ) as client:
            application[SESSIONS], application[_CLIENT] = sessions, client
            sessions.start()
            yield

    async def end(application: web.Application) -> None:
        # Before the server waits for its connections: those of viewers end with them.
        await application[SESSIONS].close()

    application.cleanup_ctx.append(run)
    application.on_shutdown.append(end)
    application.router.add_routes(
        [
            web.get("/open/{scan}", open_scan),
            web.get(SAMPLE_PATH, open_sample),
            web.get(f"{VIEWER_PREFIX}{{viewer}}/ws", socket),
            web.get(f"{VIEWER_PREFIX}{{viewer}}/{{tail:.*}}", page),
        ]
    )


async def open_scan(request: web.Request) -> web.Response:
    """Lead to the viewer of a scan."""
    return await _open(request, request.match_info["scan"])


async def open_sample(request: web.Request) -> web.Response:
    """Lead to the viewer of the sample."""
    scan = await sample_scan(request.app[SERVICES], visitor_of(request))
    return await _open(request, scan.id)


async def _open(request: web.Request, scan_id: str) -> web.Response:
    visitor = visitor_of(request)

    async def look() -> ScanFiles:
        return await asyncio.to_thread(scan_files, request.app, visitor, scan_id)

    request.app[SERVICES].background.warm_up()  # while the viewer gets ready
    viewer = await request.app[SESSIONS].open(visitor, scan_id, look)
    raise web.HTTPSeeOther(f"{VIEWER_PREFIX}{viewer.id}/index.html")


async def page(request: web.Request) -> web.StreamResponse:
    """Answer for a viewer."""
    return await forward(request, _viewer(request), request.app[_CLIENT])


async def socket(request: web.Request) -> web.StreamResponse:
    """Connect a browser with its viewer."""
    return await connect(request, _viewer(request), request.app[_CLIENT])


def _viewer(request: web.Request) -> Viewer:
    viewer = request.app[SESSIONS].find(visitor_of(request), request.match_info["viewer"])
    if viewer is None or not viewer.process.is_alive:
        raise ViewerGoneError
    return viewer
