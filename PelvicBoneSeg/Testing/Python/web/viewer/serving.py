"""A whole server in the tests' own process."""

from __future__ import annotations

import asyncio
import threading

from aiohttp import web

from PelvicBoneSegWeb.app.command import make_application
from PelvicBoneSegWeb.library.web.services import Settings

TOKENS = {"anna": "a-token-of-anna-0123456789", "bert": "a-token-of-bert-0123456789"}


class Serving:
    """The server, in a thread with a loop of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Serving:
        self._thread.start()
        self._ready.wait()
        assert self._thread.is_alive()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def _serve(self) -> None:
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._ready.set()  # also where it could not be started

    async def _run(self) -> None:
        runner = web.AppRunner(make_application(self._settings), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
