"""One session's viewer, as the front sees it."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

import PelvicBoneSegLib

from ..viewer.channel import Channel
from .errors import ViewerNotStartedError

_PATHS = (Path(__file__).resolve().parents[2], Path(PelvicBoneSegLib.__file__).resolve().parents[1])
"""Where the viewer finds this package and the library."""

_ENVIRONMENT = {"WSLINK_HEART_BEAT": "0"}
"""The front hears whether the browser is there; between it and the viewer nothing is lost."""

_PIPE_BYTES = 2**22

STOP_S = 3.0


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
        self.key = secrets.token_urlsafe(32)
        self.port = 0

    @classmethod
    async def start(cls) -> ViewerProcess:
        """Start a viewer. It gets ready for `open` by itself, which takes some seconds."""
        paths = [*map(str, _PATHS), *filter(None, [os.environ.get("PYTHONPATH")])]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "PelvicBoneSegWeb.viewer",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths)},
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
        channel = Channel(self.reader, self.writer)
        channel.send(
            {
                "kind": "open",
                "scan": str(scan),
                "segmentation": None if segmentation is None else str(segmentation),
                "name": name,
                "key": self.key,
            }
        )
        frame = await channel.receive()
        if frame is None:
            raise ViewerNotStartedError
        self.port = int(frame.header["port"])

    async def stop(self) -> None:
        """End it: it ends by itself when it hears nothing more, and is killed if it does not."""
        self.writer.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except asyncio.TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
