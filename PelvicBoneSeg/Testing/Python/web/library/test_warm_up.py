"""The network is loaded before somebody waits for it."""

from __future__ import annotations

import asyncio

import pytest

from PelvicBoneSegWeb.library.web.services import SERVICES
from web.library.browser import serving, visiting
from web.library.fake_worker import FakeWorker
from web.library.uploads import write_image


@pytest.mark.parametrize("query", ["", "segment=1"])
def test_whoever_uploads_has_it_loaded(data, tmp_path, query):
    async def run():
        async with serving(data, FakeWorker(tmp_path)) as server, visiting(server) as browser:
            child = server.app[SERVICES].queue._child
            assert child.process_id is None
            content = write_image(tmp_path / "scan.nrrd").read_bytes()
            status, _ = await browser.upload(content, query)
            assert status == 201
            while child.process_id is None:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(run(), 60))
