"""A server killed in the middle of its work, and the next one on the same folder."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys

import numpy as np

from web.library.browser import Browser, serving, visiting
from web.library.fake_worker import FREE, HELD, FakeWorker
from web.library.uploads import write_image

WAIT_S = 180

A_SERVER = """
import asyncio, sys
from pathlib import Path
from web.library.browser import serving
from web.library.fake_worker import FakeWorker

async def main():
    async with serving(Path(sys.argv[1]), FakeWorker(Path(sys.argv[2]))) as server:
        print(server.port, flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


class FarServer:
    """The address of a server in another process."""

    host = "127.0.0.1"

    def __init__(self, port: int) -> None:
        self.port = port

    def make_url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"


async def until(browser: Browser, scan_id: str, status: str) -> None:
    async def look():
        while True:
            _, scan = await browser.ask("GET", f"/api/scans/{scan_id}")
            if [one["status"] for one in scan["segmentations"]] == [status]:
                return
            await asyncio.sleep(0.05)

    await asyncio.wait_for(look(), WAIT_S)


def test_a_server_killed_in_an_upload_and_a_run_is_taken_up_again(tmp_path):
    data, worker = tmp_path / "data", FakeWorker(tmp_path)
    array = np.random.default_rng(0).integers(0, 600, (6, 12, 16)).astype(np.int16)
    scan = write_image(tmp_path / "scan.nii.gz", array).read_bytes()

    async def killed():
        worker.be(HELD)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", A_SERVER, data, tmp_path),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        port = int(await asyncio.wait_for(process.stdout.readline(), WAIT_S))
        async with visiting(FarServer(port)) as browser:
            _, told = await browser.upload(scan, "segment=1")
            await until(browser, told["scans"][0]["id"], "running")

            async def half():
                yield scan[:50]
                await asyncio.sleep(3600)

            half_sent = asyncio.create_task(browser.upload(half()))
            while len(list(data.glob("incoming/*/upload"))) < 1:
                await asyncio.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await asyncio.gather(half_sent, return_exceptions=True)
        return told["scans"][0]["id"]

    async def restarted(scan_id):
        worker.be(FREE)
        async with serving(data, worker) as server, visiting(server) as browser:
            assert list((data / "incoming").iterdir()) == []
            await until(browser, scan_id, "done")
            _, told = await browser.ask("GET", "/api/scans")
            assert [one["id"] for one in told["scans"]] == [scan_id]

    asyncio.run(restarted(asyncio.run(killed())))
    with sqlite3.connect(data / "library.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
