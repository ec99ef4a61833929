"""The library's page in a real Chromium."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from PelvicBoneSegWeb.library.limits import Limits
from web.library.browser import TOKEN, TOKENS, serving
from web.library.fake_worker import FREE, HELD, FakeWorker
from web.library.uploads import write_image

playwright = pytest.importorskip("playwright.async_api", reason="needs playwright")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

WAIT_MS = 180_000


@pytest.fixture
def worker(tmp_path):
    return FakeWorker(tmp_path)


@pytest.fixture
def a_scan(tmp_path):
    """Write a scan in which every bone has voxels."""
    array = np.zeros((6, 12, 16), np.int16)
    for label in range(1, 7):
        array[:, 2 * label - 2 : 2 * label, :2] = 100 * label
    return write_image(tmp_path / "Mustermann.nii.gz", array)


@asynccontextmanager
async def chromium():
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def open_page(browser, server, token=TOKEN):
    """Open the library in a browser window of its own; faults of the page fail the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720})
    page = await context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    await page.goto(f"{server.make_url('/')}?token={token}")
    return page


def run(data, worker, visit, **settings):
    async def go():
        async with serving(data, worker, **settings) as server, chromium() as browser:
            await visit(browser, server)

    asyncio.run(go())


def test_from_the_empty_page_to_masks_and_back(data, worker, a_scan):
    async def visit(browser, server):
        worker.be(HELD)
        page = await open_page(browser, server)
        expect = playwright.expect
        await expect(page.get_by_text("There is no scan yet.")).to_be_visible()
        assert TOKEN not in page.url
        await page.set_input_files("#files", a_scan)
        await expect(page.locator(".scan .series")).to_have_text("coronal", timeout=WAIT_MS)
        await expect(page.get_by_text("Segmenting")).to_be_visible(timeout=WAIT_MS)
        await page.reload()
        await expect(page.get_by_text("Segmenting")).to_be_visible(timeout=WAIT_MS)
        worker.be(FREE)
        await expect(page.get_by_text("6 bones segmented")).to_be_visible(timeout=WAIT_MS)
        async with page.expect_download() as arriving:
            await page.get_by_role("link", name="Masks").click()
        masks = await (await arriving.value).path()
        assert b"Left femur" in masks.read_bytes()
        assert "Mustermann" not in await page.content()

        await page.locator(".scan").focus()
        await page.keyboard.press("Delete")
        await page.get_by_role("button", name="Keep").click()
        await expect(page.locator(".scan")).to_have_count(1)
        await page.locator(".scan").focus()
        await page.keyboard.press("Delete")
        await page.locator("dialog").get_by_role("button", name="Delete").click()
        await expect(page.get_by_text("There is no scan yet.")).to_be_visible()
        assert page.faults == []

    run(data, worker, visit)
    assert list((data / "scans").iterdir()) == []


def test_what_is_refused_is_told_beside_the_file(data, worker, tmp_path, a_scan):
    letter, large = tmp_path / "letter.docx", tmp_path / "large.nii"
    letter.write_bytes(b"Dear colleague")
    large.write_bytes(bytes(2 << 20))

    async def visit(browser, server):
        page = await open_page(browser, server)
        sent = []
        page.on("request", lambda request: sent.append(request.method))
        await page.set_input_files("#files", large)
        await playwright.expect(page.get_by_text("more than the limit of 1.0 MB")).to_be_visible()
        assert "POST" not in sent
        await page.set_input_files("#files", letter)
        refusal = page.get_by_text("The file was not accepted")
        await playwright.expect(refusal).to_be_visible(timeout=WAIT_MS)
        await page.fill("#pseudonym", "Max Mustermann")
        await page.set_input_files("#files", a_scan)
        assert sent.count("POST") == 1
        assert page.faults == []

    run(data, worker, visit, limits=replace(Limits(), upload_bytes=1 << 20))


def test_two_browsers_at_once_see_their_own_scans(data, worker, a_scan):
    async def visit(browser, server):
        anna, bert = [await open_page(browser, server, TOKENS[one]) for one in ("anna", "bert")]
        await anna.set_input_files("#files", a_scan)
        await playwright.expect(anna.locator(".scan")).to_have_count(1, timeout=WAIT_MS)
        await bert.reload()
        await playwright.expect(bert.get_by_text("There is no scan yet.")).to_be_visible()
        await playwright.expect(bert.locator(".scan")).to_have_count(0)

    run(data, worker, visit)
