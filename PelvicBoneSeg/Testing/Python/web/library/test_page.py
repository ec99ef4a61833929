"""The library's page in a real Chromium."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from PelvicBoneSegWeb.bench.chromium import FLAGS, PROGRAM
from web.library.browser import TOKEN, TOKENS, serving
from web.library.fake_worker import FREE, HELD, FakeWorker
from web.library.uploads import voxels, write_bones, write_image, zip_of

playwright = pytest.importorskip("playwright.async_api", reason="needs playwright")

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium")

WAIT_MS = 180_000
expect = playwright.expect
expect.set_options(timeout=WAIT_MS)


@pytest.fixture
def worker(tmp_path):
    return FakeWorker(tmp_path)


@pytest.fixture
def a_scan(tmp_path):
    """Write a scan in which every bone has voxels."""
    return write_bones(tmp_path / "Mustermann.nii.gz")


@asynccontextmanager
async def chromium():
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        yield browser
        await browser.close()


async def open_page(browser, server, token=TOKEN, **settings):
    """Open the library in a browser window of its own; faults of the page fail the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, **settings)
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
        await expect(page.get_by_text("There is no scan yet.")).to_be_visible()
        assert TOKEN not in page.url
        await page.set_input_files("#files", a_scan)
        await expect(page.locator(".scan .series")).to_have_text("coronal")
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
    letter = tmp_path / "<img src=x onerror=alert(1)>.docx"
    outside, bomb = tmp_path / "a.zip", tmp_path / "b.zip"
    letter.write_bytes(b"Dear colleague")
    zip_of(outside, {"../../outside.dcm": bytes(128) + b"DICM"})
    zip_of(bomb, {"a.dcm": bytes(128) + b"DICM" + bytes(30 << 20)})

    async def visit(browser, server):
        page = await open_page(browser, server)
        for file, words in (
            (letter, "The file was not accepted"),
            (outside, "a path that leads out of its folder"),
            (bomb, "would grow suspiciously much"),
        ):
            await page.set_input_files("#files", file)
            line = page.locator("#uploads li", has_text=file.name)
            await expect(line.get_by_role("alert")).to_contain_text(words)
            await expect(page.locator("#uploads img")).to_have_count(0)
            await line.get_by_role("button", name="Dismiss").click()
        await page.fill("#pseudonym", "Max Mustermann")
        await page.set_input_files("#files", a_scan)
        await expect(page.locator("#pseudonym")).to_be_focused()
        await expect(page.locator("#uploads li")).to_have_count(0)
        assert page.faults == []

    run(data, worker, visit)
    assert [*(data / "incoming").iterdir(), *(data / "scans").iterdir()] == []
    assert not list(tmp_path.rglob("outside*"))


def test_a_gigabyte_is_refused_without_being_sent(data, tmp_path):
    large = tmp_path / "large.nii"
    with large.open("wb") as file:
        file.truncate(1 << 30)

    async def visit(browser, server):
        page = await open_page(browser, server)
        sent = []
        page.on("request", lambda request: sent.append(request.method))
        line = page.locator("#uploads li").get_by_role("alert")
        await page.set_input_files("#files", large)
        await expect(line).to_contain_text("1024 MB are more than the limit of 512 MB")

        # A page that was loaded from a server with another limit asks before it sends.
        async def generous(route):
            answer = await route.fetch()
            told = await answer.json()
            told["limits"]["upload_bytes"] = 1 << 40
            await route.fulfill(json=told)

        await page.route("**/api/session", generous)
        await page.reload()
        await expect(page.locator("#limit")).to_have_text("1048576 MB")
        await page.set_input_files("#files", large)
        await expect(line).to_contain_text("The file is larger than 512 MB")
        assert set(sent) == {"GET"}
        assert page.faults == []

    run(data, None, visit)


def test_bones_and_side_are_chosen_with_keys_alone(data, worker, a_scan):
    async def visit(browser, server):
        page = await open_page(browser, server)
        await page.get_by_role("checkbox", name="Hip bone").focus()
        await page.keyboard.press("Space")
        await page.set_input_files("#files", a_scan)
        await expect(page.get_by_text("4 bones segmented")).to_be_visible()

        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.locator(".scan").focus()
        await page.keyboard.press("s")
        await expect(page.get_by_text("Which bones of")).to_be_visible()
        for name in ("Hip bone", "Sacrum", "Lumbar spine"):
            await page.locator("#wish").get_by_role("checkbox", name=name).press("Space")
        await page.locator("#wish").get_by_role("combobox", name="Side").press("l")
        await page.keyboard.press("Enter")
        await page.locator("#wish").get_by_role("button", name="Segment").press("Enter")
        await expect(page.get_by_text("Left femur segmented")).to_be_visible()
        await expect(page.locator(".scan")).to_be_focused()

        await page.keyboard.press("s")
        await page.locator("#wish").get_by_role("checkbox", name="Femur").press("Space")
        await page.locator("#wish").get_by_role("button", name="Segment").press("Enter")
        await expect(page.get_by_text("Which bones of")).to_be_visible()  # none is no choice
        await page.keyboard.press("Escape")
        assert page.faults == []

    run(data, worker, visit)
    assert worker.started == ["both", "left"]


def test_the_list_is_sorted_searched_and_gone_through_with_keys(data, worker, tmp_path):
    scans = [write_image(tmp_path / f"{n}.nii.gz", voxels(seed=n)) for n in range(3)]

    async def visit(browser, server):
        page = await open_page(browser, server)
        names = page.locator(".scan .patient")
        await page.get_by_role("checkbox", name="Segment at once").uncheck()
        for name, scan in zip(("b", "c", "a"), scans, strict=True):
            await page.fill("#pseudonym", name)
            await page.set_input_files("#files", scan)
            await expect(page.locator(".scan .patient", has_text=name)).to_be_visible()
            await expect(page.locator("#uploads li")).to_have_count(0)
        await page.get_by_label("Sort by").select_option("patient")
        await expect(names).to_have_text(["c", "b", "a"])
        await expect(page.locator('.scan[tabindex="0"] .patient')).to_have_text(["c"])
        await page.get_by_role("button", name="Descending").press("Enter")
        await expect(names).to_have_text(["a", "b", "c"])

        await page.locator(".scan").first.focus()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Delete")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(names).to_have_text(["a", "c"])
        await expect(page.locator(".scan").last).to_be_focused()

        await page.get_by_role("searchbox").fill("nobody")
        await expect(page.get_by_text("No scan fits the search.")).to_be_visible()
        await page.get_by_role("button", name="Clear the search").press("Enter")
        await expect(names).to_have_text(["a", "c"])
        assert page.faults == []

    run(data, worker, visit)


def test_what_goes_wrong_is_told_with_a_next_step(data, worker, a_scan):
    async def visit(browser, server):
        page = await open_page(browser, server)
        await expect(page.get_by_role("link", name="Try the sample scan")).to_be_visible()
        await page.get_by_role("checkbox", name="Segment at once").uncheck()
        await page.set_input_files("#files", a_scan)
        await expect(page.locator(".scan")).to_have_count(1)

        await page.route("**/api/**", lambda route: route.abort())
        await page.get_by_role("button", name="Descending").click()
        await expect(page.locator("#problem")).to_contain_text("The server does not answer.")
        await expect(page.locator(".scan")).to_have_count(1)
        await page.reload()
        await expect(page.get_by_text("The list could not be loaded.")).to_be_visible()
        await expect(page.get_by_role("button", name="Upload a scan")).to_be_disabled()
        await page.unroute("**/api/**")
        await page.get_by_role("button", name="Try again").click()
        await expect(page.locator(".scan")).to_have_count(1)
        await expect(page.locator("#problem")).to_be_hidden()

        worker.be(HELD)
        await page.route("**/segmentations", refuse)
        await page.locator(".scan").press("s")
        await page.locator("#wish").get_by_role("button", name="Segment").click()
        await page.get_by_role("button", name="Descending").click()
        await expect(page.locator("#refused")).to_contain_text("64 are waiting. Wait.")
        await page.get_by_role("button", name="Dismiss").click()
        await expect(page.locator("#refused")).to_be_hidden()

        await page.goto(f"{server.make_url('/')}api/scans?sort=x")
        await expect(page.get_by_text("cannot be sorted by")).to_be_visible()
        await page.get_by_role("link", name="Back to the library").click()
        await expect(page.locator(".scan")).to_have_count(1)
        assert page.faults == []

    run(data, worker, visit)


async def refuse(route):
    told = {"error": "QueueFullError", "message": "64 are waiting. Wait."}
    await route.fulfill(status=429, json=told)


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_colours_are_the_systems_until_others_are_chosen(data, system, other):
    async def brightness(page):
        return await page.evaluate(
            "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0] / 255"
        )

    async def visit(browser, server):
        page = await open_page(browser, server, color_scheme=system)
        assert (await brightness(page) > 0.5) == (system == "light")
        await page.get_by_label("Colours").select_option(other)
        await page.reload()
        assert (await brightness(page) > 0.5) == (other == "light")
        await page.get_by_label("Colours").select_option("as the system")
        await page.reload()
        assert (await brightness(page) > 0.5) == (system == "light")

    run(data, None, visit)


def test_a_foreign_page_leads_to_the_library_and_asks_for_nothing_else(data):
    """Pages of another port are the same site to a browser: our cookie goes with what they ask."""

    async def visit(browser, server):
        links = {"token": f"/?token={TOKEN}", "bare": "/", "scans": "/api/scans"}
        html = "".join(
            f'<a id="{name}" href="{server.make_url(path)}">x</a>' for name, path in links.items()
        )

        async def foreign(request):
            return web.Response(text=html, content_type="text/html")

        application = web.Application()
        application.router.add_get("/", foreign)
        async with TestServer(application) as other:
            page = await (await browser.new_context()).new_page()
            for host, link, words in (
                ("localhost", "token", "There is no scan yet."),
                ("127.0.0.1", "bare", "There is no scan yet."),
                ("127.0.0.1", "scans", "from a page of another address"),
                ("localhost", "scans", "for those who have its token"),
            ):
                await page.goto(f"http://{host}:{other.port}/")
                await page.click(f"#{link}")
                await expect(page.get_by_text(words)).to_be_visible()
                assert TOKEN not in page.url

    run(data, None, visit)


def test_two_browsers_at_once_see_their_own_scans(data, worker, a_scan):
    async def visit(browser, server):
        anna, bert = [await open_page(browser, server, TOKENS[one]) for one in ("anna", "bert")]
        await anna.set_input_files("#files", a_scan)
        await expect(anna.locator(".scan")).to_have_count(1)
        await bert.reload()
        await expect(bert.get_by_text("There is no scan yet.")).to_be_visible()
        await expect(bert.locator(".scan")).to_have_count(0)

    run(data, worker, visit)
