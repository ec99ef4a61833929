"""The library's page and its files."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from ..security.middleware import STATIC_PREFIX
from .services import SERVICES

_FOLDER = Path(__file__).with_name("page")


def add_pages(application: web.Application) -> None:
    """Add the page to a server that `routes.add_routes` was called for."""
    application.router.add_get("/", _library)
    application.router.add_static(STATIC_PREFIX, _FOLDER)


async def _library(request: web.Request) -> web.StreamResponse:
    request.app[SERVICES].background.warm_up()  # who comes here will segment
    return web.FileResponse(_FOLDER / "index.html")
