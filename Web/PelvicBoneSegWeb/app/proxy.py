"""The way from the browser to a viewer: pages, files and the WebSocket."""

from __future__ import annotations

import asyncio
import logging
import time

from aiohttp import ClientConnectorError, ClientSession, ClientWebSocketResponse, WSMsgType, web

from ..viewer.application_key import KEY_HEADER
from ..viewer.saving.kinds import SAVE
from .errors import ViewerGoneError
from .sessions import Viewer

_LOG = logging.getLogger(__name__)

_KEPT = (
    "Content-Type",
    "Content-Disposition",
    "Cache-Control",
    "ETag",
    "Last-Modified",
    "Location",
)
"""Headers of an answer that reach the browser."""

_SENT = ("Accept", "If-None-Match", "If-Modified-Since", "Range")
"""Headers of a request that reach the viewer; cookies, which hold the token, do not."""

MAX_MESSAGE_BYTES = 2**24
"""An image of a view has some 100 kB."""


_Socket = web.WebSocketResponse | ClientWebSocketResponse[bool]

HEARTBEAT_S = 60.0
"""A laptop that is busy may take its time to answer."""


async def forward(
    request: web.Request, viewer: Viewer, client: ClientSession
) -> web.StreamResponse:
    """Answer a request for a page or a file of a viewer."""
    headers = {name: request.headers[name] for name in _SENT if name in request.headers}
    headers[KEY_HEADER] = viewer.process.key
    url = f"{_address(viewer)}/{request.match_info['tail']}"
    try:
        asked = await client.get(url, headers=headers, params=request.query, allow_redirects=False)
    except ClientConnectorError as error:  # it died a moment ago
        raise ViewerGoneError from error
    async with asked as answer:
        kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
        response = web.StreamResponse(status=answer.status, headers=kept)
        await response.prepare(request)
        async for piece in answer.content.iter_any():
            await response.write(piece)
        await response.write_eof()
        return response


async def connect(
    request: web.Request, viewer: Viewer, client: ClientSession
) -> web.StreamResponse:
    """Join the browser's WebSocket and the viewer's until one of them closes."""
    browser = web.WebSocketResponse(
        max_msg_size=MAX_MESSAGE_BYTES,
        compress=False,
        heartbeat=HEARTBEAT_S,
        protocols=_protocols(request),
    )
    await browser.prepare(request)
    viewer.connections += 1
    try:
        async with client.ws_connect(
            f"{_address(viewer)}/ws",
            headers={KEY_HEADER: viewer.process.key},
            max_msg_size=MAX_MESSAGE_BYTES,
            protocols=_protocols(request),
        ) as inner:
            pumps = {
                asyncio.create_task(_pump(browser, inner)),
                asyncio.create_task(_pump(inner, browser)),
            }
            _, rest = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for one in rest:
                one.cancel()
            for end in await asyncio.gather(*pumps, return_exceptions=True):
                # A tab that was closed in the middle of a picture is no fault.
                if isinstance(end, Exception) and not isinstance(end, ConnectionError):
                    raise end
            _LOG.info("closed: browser %s, viewer %s", browser.close_code, inner.close_code)
    finally:
        viewer.connections -= 1
        viewer.left = time.monotonic()
        if not viewer.connections:
            viewer.process.send({"kind": SAVE})  # nobody is left to do it
        await browser.close()
    return browser


async def _pump(source: _Socket, target: _Socket) -> None:
    async for message in source:
        if message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)
        elif message.type is WSMsgType.TEXT:
            await target.send_str(message.data)


def _address(viewer: Viewer) -> str:
    return f"http://127.0.0.1:{viewer.process.port}"


def _protocols(request: web.Request) -> tuple[str, ...]:
    text = request.headers.get("Sec-WebSocket-Protocol", "")
    return tuple(one.strip() for one in text.split(",") if one.strip())
