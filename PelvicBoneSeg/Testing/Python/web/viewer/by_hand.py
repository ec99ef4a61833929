"""A viewer's process without a server before it, and messages to it that no page sends."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgpack
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from wslink.chunking import UnChunker, generate_chunks

from PelvicBoneSegWeb.app.viewer_process import ViewerProcess
from PelvicBoneSegWeb.viewer.application_key import KEY_HEADER

WAIT_S = 120


class RefusedError(Exception):
    """The viewer answered with an error."""


class Hand:
    """Says what it likes, as the page would: wslink's messages in wslink's chunks."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count()
        self._chunks = UnChunker()
        self._chunks.set_max_message_size(2**26)
        self.state: dict[str, Any] = {}

    async def call(self, method: str, *arguments: Any, number: str = "rpc:hand") -> Any:
        """Ask, and return the answer."""
        message_id = f"{number}:{next(self._numbers)}"
        message = {"wslink": "1.0", "id": message_id, "method": method, "args": list(arguments)}
        for chunk in generate_chunks(msgpack.packb({**message, "kwargs": {}}), 2**18):
            await self._socket.send_bytes(chunk)
        while True:
            said = await self._hear()
            if said.get("id") == message_id:
                if "error" in said:
                    raise RefusedError(str(said["error"]))
                return said["result"]

    async def set(self, key: str, value: Any) -> Any:
        """Set a variable of the page; return what the server has for it then."""
        await self.call("trame.state.update", [{"key": key, "value": value}])
        return await self.value(key)

    async def value(self, key: str) -> Any:
        """Return a variable as the server has it."""
        return (await self.call("trame.state.get"))["state"].get(key)

    async def hear_of(self, key: str) -> Any:
        """Wait until the viewer says what a variable is, without having been asked."""
        while True:
            said = await self._hear()
            told = said.get("result", {})
            if "publish" in said["id"] and key in told.get("data", told):
                return told.get("data", told)[key]

    async def send_raw(self, content: bytes) -> None:
        """Send bytes."""
        await self._socket.send_bytes(content)

    async def is_closed(self) -> bool:
        """Wait for the next message and return whether it is the last."""
        while True:
            message = await self._socket.receive(WAIT_S)
            if message.type is not WSMsgType.BINARY:
                return True

    async def _hear(self) -> dict[str, Any]:
        while True:
            message = await self._socket.receive(WAIT_S)
            assert message.type is WSMsgType.BINARY, message
            whole = self._chunks.process_chunk(message.data)
            if whole is not None:
                return whole


@asynccontextmanager
async def a_viewer(scan: Path) -> AsyncIterator[ViewerProcess]:
    """Start a viewer of a scan."""
    process = await ViewerProcess.start()
    try:
        await process.open(scan, "a scan", None)
        yield process
    finally:
        await process.kill()


@asynccontextmanager
async def a_hand(process: ViewerProcess) -> AsyncIterator[Hand]:
    """Connect to a viewer."""
    headers = {KEY_HEADER: process.key}
    url = f"http://127.0.0.1:{process.port}/ws"
    async with ClientSession() as session, session.ws_connect(url, headers=headers) as socket:
        hand = Hand(socket)
        await hand.call("wslink.hello", {"secret": "wslink-secret"}, number="system:hand")
        yield hand
