"""One session's viewer, as the front sees it."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..library.folder import ATTRIBUTES_FILE, RESULT_FILE
from ..library.intake.process import environment
from ..viewer.channel import Channel
from .errors import ViewerNotStartedError

_ENVIRONMENT = {"WSLINK_HEART_BEAT": "0"}
"""The front hears whether the browser is there; between it and the viewer nothing is lost."""

_PIPE_BYTES = 2**22

START_S = 120.0
"""A large scan on a busy computer takes its time; one that hangs is given up."""

STOP_S = 30.0
"""It saves before it ends: of a large scan that takes some seconds."""


class ViewerProcess:
    """``python -m PelvicBoneSegWeb.viewer``: see there.

    Parameters
    ----------
    process
        Just started.

    Attributes
    ----------
    key
        What a request has to bring to be answered by the viewer.
    port
        On the loopback interface; 0 until `open` is done.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        assert process.stdout is not None and process.stdin is not None
        self.reader, self.writer = process.stdout, process.stdin
        self._channel = Channel(self.reader, self.writer)
        self.key = secrets.token_urlsafe(32)
        self.port = 0

    @classmethod
    async def start(cls) -> ViewerProcess:
        """Start a viewer. It gets ready for `open` by itself, which takes some seconds."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "PelvicBoneSegWeb.viewer",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**environment(), **_ENVIRONMENT},
            limit=_PIPE_BYTES,
        )
        return cls(process)

    @property
    def id(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.returncode is None

    async def open(self, scan: Path, name: str, segmentation: Path | None) -> None:
        """Have it show a scan, and wait until it listens.

        Raises
        ------
        ViewerNotStartedError
            It ended instead.
        """
        self._channel.send(
            {
                "kind": "open",
                "scan": str(scan),
                "segmentation": None if segmentation is None else str(segmentation),
                "attributes": _beside(segmentation, ATTRIBUTES_FILE),
                "result": _beside(segmentation, RESULT_FILE),
                "name": name,
                "key": self.key,
            }
        )
        try:
            frame = await asyncio.wait_for(self._channel.receive(), START_S)
        except asyncio.TimeoutError as error:
            raise ViewerNotStartedError from error
        if frame is None:
            raise ViewerNotStartedError
        self.port = int(frame.header["port"])

    def send(self, header: Mapping[str, Any]) -> None:
        """Tell it something; one that ended hears nothing."""
        if not self.writer.is_closing():
            self._channel.send(header)

    async def stop(self) -> None:
        """End it: it ends by itself when it hears nothing more, and is killed if it does not."""
        self.writer.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except asyncio.TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once, without saving."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


def _beside(segmentation: Path | None, name: str) -> str | None:
    path = None if segmentation is None else segmentation.with_name(name)
    return str(path) if path is not None and path.is_file() else None
