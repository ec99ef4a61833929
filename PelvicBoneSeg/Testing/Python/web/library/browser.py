"""A server with the library's routes, and visitors to it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from PelvicBoneSegWeb.library.web.routes import add_routes
from PelvicBoneSegWeb.library.web.services import Settings, set_up

TOKEN = "a-token-of-anna-0123456789"
TOKENS = {"anna": TOKEN, "bert": "a-token-of-bert-0123456789"}


NO_WORKER = (sys.executable, "-c", "import sys; sys.stdin.buffer.read()")
"""Loads no network for who comes; it is there until the server ends."""


class Browser:
    """What a page of ours does: cookies, and the header that browsers send by themselves."""

    def __init__(self, server: TestServer, session: ClientSession) -> None:
        self.server, self.session = server, session
        self.origin = str(server.make_url("")).rstrip("/")

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        headers = {"Origin": self.origin, **more.pop("headers", {})}
        async with self.session.request(method, path, headers=headers, **more) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.read())

    async def upload(self, content: Any, query: str = "", **more: Any) -> tuple[int, Any]:
        path = f"/api/uploads/{secrets.token_hex(16)}?{query}"
        return await self.ask("POST", path, data=content, **more)


@asynccontextmanager
async def serving(data, worker=None, **settings) -> AsyncIterator[TestServer]:
    application = web.Application()
    command = worker.command if worker else NO_WORKER
    set_up(application, Settings(data, TOKENS, worker=command, **settings))
    add_routes(application)

    async def boom(request: web.Request) -> web.Response:
        raise RuntimeError("the inside of the server")

    async def view(request: web.Request) -> web.Response:
        return web.Response(headers={"Content-Security-Policy": "default-src *"})

    application.router.add_get("/boom", boom)
    application.router.add_get("/view/1/", view)
    async with TestServer(application) as server:
        yield server


@asynccontextmanager
async def visiting(server: TestServer, token: str | None = TOKEN) -> AsyncIterator[Browser]:
    # Addresses of numbers have cookies too: our own server has no other.
    jar = CookieJar(unsafe=True)
    async with ClientSession(server.make_url("/"), cookie_jar=jar) as session:
        if token is not None:
            async with session.get(f"/api/session?token={token}") as answer:
                await answer.read()
        yield Browser(server, session)
