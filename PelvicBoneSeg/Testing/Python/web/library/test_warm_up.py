"""The network is loaded before somebody waits for it."""

from __future__ import annotations

import asyncio

import pytest

from PelvicBoneSegWeb.library.web.services import SERVICES
from web.library.browser import serving, visiting
from web.library.fake_worker import FakeWorker
from web.library.uploads import write_image


async def comes_to_the_page(browser, scan):
    return await browser.ask("GET", "/")


async def uploads(browser, scan):
    return await browser.upload(scan)


async def uploads_to_be_segmented(browser, scan):
    return await browser.upload(scan, "segment=1")


@pytest.mark.parametrize("visit", [comes_to_the_page, uploads, uploads_to_be_segmented])
def test_whoever_comes_has_it_loaded(data, tmp_path, visit):
    async def run():
        async with serving(data, FakeWorker(tmp_path)) as server, visiting(server) as browser:
            child = server.app[SERVICES].queue._child
            assert child.process_id is None
            status, _ = await visit(browser, write_image(tmp_path / "scan.nrrd").read_bytes())
            assert status in (200, 201)
            while child.process_id is None:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(run(), 60))
