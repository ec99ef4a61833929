"""What ``pelvicboneseg serve`` does."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from ipaddress import ip_address

from aiohttp import web

from ..library.limits import MEGABYTE
from ..library.web.routes import add_routes
from ..library.web.services import Settings, set_up
from .routes import add_viewers

MAX_VIEWERS = 8
"""What each needs of memory is in docs/web.md."""

IDLE_S = 600.0
"""Long enough for a tab that a laptop sleeps over at lunch to be no loss in most cases."""

_LOG = logging.getLogger(__name__)

_NO_HTTPS = (
    "Others can reach this server, and it does not speak HTTPS: who reads along has the token. Put "
    "a proxy before it that does (docs/web.md)."
)


def make_application(
    settings: Settings, viewers: int = MAX_VIEWERS, idle_s: float = IDLE_S
) -> web.Application:
    """Return the server: library and viewers.

    Parameters
    ----------
    settings
        Of the library.
    viewers, idle_s
        See `sessions.Sessions`.

    Raises
    ------
    PelvicBoneSegError
        The data folder cannot be used.
    """
    application = web.Application(client_max_size=MEGABYTE)
    set_up(application, settings)
    add_routes(application)
    add_viewers(application, viewers, idle_s)
    return application


def serve(
    settings: Settings, host: str, port: int, tell: Callable[[str], None], page: str = "/"
) -> None:
    """Serve until the process is told to stop (Ctrl+C, SIGTERM).

    Parameters
    ----------
    settings
        Of the library.
    host, port
        Where to listen; 0 for any free port.
    tell
        Called with each owner's address once the server listens.
    page
        Path of the address.

    Raises
    ------
    PelvicBoneSegError
        See `make_application`.
    OSError
        The address cannot be listened to.
    """
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_serve(settings, host, port, tell, page))


async def _serve(
    settings: Settings, host: str, port: int, tell: Callable[[str], None], page: str
) -> None:
    runner = web.AppRunner(make_application(settings), access_log=None)
    await runner.setup()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    try:
        await web.TCPSite(runner, host, port).start()
        address, port = runner.addresses[0][:2]
        for token in settings.tokens.values():
            tell(f"http://{_in_url(address)}:{port}{page}?token={token}")
        if not ip_address(address).is_loopback:
            _LOG.warning(_NO_HTTPS)
        await stop.wait()
    finally:
        await runner.cleanup()


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address
