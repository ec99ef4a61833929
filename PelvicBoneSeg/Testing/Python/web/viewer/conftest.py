"""A whole server, with real viewers and a made-up network, and a real browser."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

pytest.importorskip("trame_slicer", reason="needs the extra web")

import SimpleITK as sitk
from aiohttp import web

import scene
from PelvicBoneSegWeb.app.command import make_application
from PelvicBoneSegWeb.library.web.services import Settings
from web.library.fake_worker import FakeWorker
from web.viewer.patience import PATIENCE_MS

TOKENS = {"anna": "a-token-of-anna-0123456789", "bert": "a-token-of-bert-0123456789"}


class Serving:
    """The server, in a thread with a loop of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._run()])

    def __enter__(self) -> Serving:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _run(self) -> None:
        runner = web.AppRunner(make_application(self._settings), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()


@pytest.fixture
def worker(tmp_path, monkeypatch):
    # The made-up network is a program of the tests, which finds their other modules.
    folder = Path(scene.__path__[0]).parent
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    return FakeWorker(tmp_path)


@pytest.fixture
def a_server(tmp_path, worker):
    with Serving(Settings(tmp_path / "data", TOKENS, worker=worker.command)) as serving:
        yield serving


@pytest.fixture
def visit(a_server, a_browser):
    """Open the library as an owner, in a browser of his own; return its page."""
    contexts = []

    def visit(owner="anna"):
        context = a_browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{a_server.address}/?token={TOKENS[owner]}")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def scan_bytes(tmp_path, a_volume):
    """A scan of the six ellipsoids, as a file."""
    image = sitk.GetImageFromArray(a_volume.voxels)
    spacing = a_volume.spacing
    image.SetSpacing([float(one) for one in spacing])
    image.SetDirection((a_volume.ijk_to_lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(a_volume.ijk_to_lps[:3, 3].tolist())
    path = tmp_path / "scan.nii.gz"
    sitk.WriteImage(image, str(path))
    return path.read_bytes()


@pytest.fixture
def open_scan(a_server, scan_bytes):
    """Upload the scan from a page and open it in the viewer; return the scan's identifier."""

    def open_scan(page):
        upload = "/api/uploads/" + os.urandom(16).hex()
        answer = page.request.post(
            a_server.address + upload,
            data=scan_bytes,
            headers={"Origin": a_server.address},
            timeout=PATIENCE_MS,
        )
        assert answer.status == 201, answer.text()
        scan_id = answer.json()["scans"][0]["id"]
        page.goto(f"{a_server.address}/open/{scan_id}", timeout=PATIENCE_MS)
        page.get_by_role("tab", name="Segment").wait_for()
        return scan_id

    return open_scan
