"""Frames between a viewer process and the front process, over the viewer's own pipes."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from PelvicBoneSegLib.worker.protocol import Frame, FrameDecoder, encode
from PelvicBoneSegLib.worker.streams import take_pipes

_READ_BYTES = 2**20


class Channel:
    """Frames in and out.

    Parameters
    ----------
    reader, writer
        Streams to whom one talks with.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = FrameDecoder()
        self._waiting: deque[Frame] = deque()

    @classmethod
    async def to_parent(cls) -> Channel:
        """Take standard input and output for frames: see `worker.streams.take_pipes`."""
        source, target = take_pipes()
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_READ_BYTES)
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(source, "rb", 0)
        )
        transport, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(target, "wb", 0)
        )
        return cls(reader, asyncio.StreamWriter(transport, protocol, None, loop))

    async def receive(self) -> Frame | None:
        """Return the next frame; None where the other side is gone.

        Raises
        ------
        WorkerProtocolError
            It is no frame of ours.
        """
        while not self._waiting:
            piece = await self._reader.read(_READ_BYTES)
            if not piece:
                return None
            self._waiting.extend(self._decoder.feed(piece))
        return self._waiting.popleft()

    def send(
        self, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Send a frame; it is written when the other side takes it.

        Raises
        ------
        WorkerProtocolError
            The arrays cannot be sent.
        """
        for piece in encode(Frame(header, arrays or {})):
            self._writer.write(bytes(piece))

    async def flush(self) -> None:
        """Wait until the other side has taken all that was sent."""
        self._writer.transport.set_write_buffer_limits(high=0)
        await self._writer.drain()
