"""A server killed in the middle of its work, and the next one on the same folder."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys

import numpy as np
import SimpleITK as sitk
from aiohttp import ClientError

from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegWeb.library.library import Library
from PelvicBoneSegWeb.library.status import DONE
from web.library.browser import Browser, serving, visiting
from web.library.fake_worker import FREE, HELD, FakeWorker
from web.library.uploads import write_image

WAIT_S = 180

MOMENTS_S = (0.05, 0.35, 0.6, 0.9, 1.4, 2.0, 2.7)

PNG_END = b"IEND\xaeB`\x82"

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


async def started(data, folder) -> tuple[asyncio.subprocess.Process, FarServer]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", A_SERVER, data, folder),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
    )
    return process, FarServer(int(await asyncio.wait_for(process.stdout.readline(), WAIT_S)))


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
        process, server = await started(data, tmp_path)
        async with visiting(server) as browser:
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


async def work(browser: Browser, scan: bytes) -> None:
    """Do all that writes, again and again, until the server is gone."""
    while True:
        _, told = await browser.upload(scan, "segment=1")
        _, listed = await browser.ask("GET", "/api/scans")
        if len(listed["scans"]) > 3:
            await browser.ask("DELETE", f"/api/scans/{told['scans'][0]['id']}")


def check(data, voxels) -> list[str]:
    """Check that the index and the files say the same, and that no file is half; return states."""
    with sqlite3.connect(data / "library.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    library = Library(data)
    try:
        assert list(library.folder.incoming.iterdir()) == []
        scans = library.index.scans("anna")
        assert {path.name for path in library.folder.scans.iterdir()} == {one.id for one in scans}
        states = []
        for scan in scans:
            stored = read_volume(library.scan_file("anna", scan.id))
            assert np.array_equal(stored.voxels, voxels)
            assert library.thumbnail("anna", scan.id).read_bytes().endswith(PNG_END)
            folders = library.folder.scan(scan.id).glob("segmentations/*")
            done = {one.id for one in scan.segmentations if one.status == DONE}
            assert {path.name for path in folders} == done
            for one in done:
                sitk.ReadImage(library.segmentation_file("anna", one))
                json.loads(library.report_file("anna", one).read_text())
            states += [one.status for one in scan.segmentations]
        return states
    finally:
        library.close()


def test_a_server_killed_again_and_again_in_the_midst_of_its_work(tmp_path):
    data = tmp_path / "data"
    FakeWorker(tmp_path)
    array = np.random.default_rng(0).integers(0, 600, (6, 12, 16)).astype(np.int16)
    scan = write_image(tmp_path / "scan.nii.gz", array).read_bytes()

    async def killed(after_s):
        process, server = await started(data, tmp_path)
        async with visiting(server) as browser:
            at_work = asyncio.create_task(work(browser, scan))
            await asyncio.sleep(after_s)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            (end,) = await asyncio.gather(at_work, return_exceptions=True)
            assert isinstance(end, ClientError), end

    states = []
    for after_s in MOMENTS_S:
        asyncio.run(killed(after_s))
        states += check(data, array)
    assert DONE in states
