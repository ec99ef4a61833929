"""The library's page and its files."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).with_name("page")

_PREFIX = "/static/library"


def add_pages(application: web.Application) -> None:
    """Add the page to a server that `routes.add_routes` was called for."""
    application.router.add_get("/", _library)
    application.router.add_static(_PREFIX, _FOLDER)


async def _library(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(_FOLDER / "index.html")
