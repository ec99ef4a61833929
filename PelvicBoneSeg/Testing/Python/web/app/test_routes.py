"""Opening scans and what lies below /view/: the way to a made-up viewer."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from PelvicBoneSegWeb.app import sessions
from PelvicBoneSegWeb.app.command import make_application
from PelvicBoneSegWeb.library.web.services import Settings
from PelvicBoneSegWeb.viewer.application_key import KEY_HEADER
from web.library.browser import NO_WORKER, TOKENS, visiting
from web.library.uploads import write_image

KEY = "the key of this viewer"


async def page(request):
    return web.Response(text=f"{request.path} {len(request.cookies)} {request.headers[KEY_HEADER]}")


async def saved(request):
    headers = {"Content-Disposition": 'attachment; filename="a.stl"', "X-Inside": "1"}
    return web.Response(body=b"\x00\x01", content_type="model/stl", headers=headers)


async def echo(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(f"{message.data}, {request.headers[KEY_HEADER]}")
        else:
            await socket.send_bytes(message.data * 2)
    return socket


class AViewer:
    """What `ViewerProcess` is to the rest, with a server of its own in this process."""

    key = KEY
    made: list[AViewer] = []

    def __init__(self, server):
        self._server = server
        self.port = server.port
        self.is_alive = True
        self.reader, self.writer = asyncio.StreamReader(), None
        self.told = []

    @classmethod
    async def start(cls):
        application = web.Application()
        routes = [web.get("/ws", echo), web.get("/download/stl", saved), web.get("/{_:.*}", page)]
        application.router.add_routes(routes)
        server = TestServer(application)
        await server.start_server()
        cls.made.append(cls(server))
        return cls.made[-1]

    async def open(self, scan, name, segmentation):
        self.opened = scan, name, segmentation

    def send(self, header):
        self.told.append(header["kind"])

    async def kill(self):
        await self.stop()

    async def stop(self):
        self.is_alive = False
        self.reader.feed_eof()
        await self._server.close()


@pytest.fixture(autouse=True)
def viewers(monkeypatch):
    AViewer.made = []
    monkeypatch.setattr(sessions, "ViewerProcess", AViewer)
    return AViewer.made


@asynccontextmanager
async def serving(data):
    settings = Settings(data, TOKENS, worker=NO_WORKER)
    async with TestServer(make_application(settings)) as server:
        yield server


def run(tmp_path, visit):
    content = write_image(tmp_path / "scan.nii.gz").read_bytes()

    async def go():
        async with serving(tmp_path / "data") as server, visiting(server) as browser:
            status, told = await browser.upload(content, "pseudonym=Case-7")
            assert status == 201
            await visit(server, browser, told["scans"][0]["id"])

    asyncio.run(go())


async def opened(browser, scan_id):
    """Open a scan; return the path of its viewer."""
    async with browser.session.get(f"/open/{scan_id}", allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.headers["Location"].removesuffix("index.html")


def test_a_scan_leads_to_its_viewer(tmp_path, viewers):
    async def visit(server, browser, scan_id):
        path = await opened(browser, scan_id)
        assert path == await opened(browser, scan_id)
        scan, name, segmentation = viewers[0].opened
        assert scan.is_file() and name.startswith("Case-7") and segmentation is None
        status, text = await browser.ask("GET", f"{path}index.html")
        assert (status, text) == (200, f"/index.html 0 {KEY}".encode())

    run(tmp_path, visit)


def test_a_scan_that_is_not_there_opens_nothing(tmp_path, viewers):
    async def visit(server, browser, scan_id):
        async with visiting(server, TOKENS["bert"]) as bert:
            assert (await bert.ask("GET", f"/open/{scan_id}"))[0] == 404
        assert (await browser.ask("GET", f"/open/{'0' * 32}"))[0] == 404
        assert not any(hasattr(one, "opened") for one in viewers)

    run(tmp_path, visit)


def test_files_come_with_their_names_and_our_headers(tmp_path):
    async def visit(server, browser, scan_id):
        path = await opened(browser, scan_id)
        async with browser.session.get(f"{path}download/stl") as answer:
            assert await answer.read() == b"\x00\x01"
            assert answer.headers["Content-Disposition"] == 'attachment; filename="a.stl"'
            assert answer.content_type == "model/stl"
            assert "X-Inside" not in answer.headers
            assert "unsafe-eval" in answer.headers["Content-Security-Policy"]

    run(tmp_path, visit)


def test_a_websocket_is_passed_on_both_ways(tmp_path):
    async def visit(server, browser, scan_id):
        path = await opened(browser, scan_id)
        origin = {"Origin": browser.origin}
        async with browser.session.ws_connect(f"{path}ws", headers=origin) as socket:
            await socket.send_str("here")
            assert await socket.receive_str() == f"here, {KEY}"
            await socket.send_bytes(b"ab" * 100_000)
            assert await socket.receive_bytes() == b"ab" * 200_000

    run(tmp_path, visit)


def test_a_viewer_saves_when_the_last_tab_is_closed(tmp_path, viewers):
    async def visit(server, browser, scan_id):
        path = await opened(browser, scan_id)
        origin = {"Origin": browser.origin}
        connect = browser.session.ws_connect
        async with connect(f"{path}ws", headers=origin) as first:
            async with connect(f"{path}ws", headers=origin) as second:
                await second.send_str("here")
                await second.receive_str()
            await first.send_str("here")
            await first.receive_str()
            assert viewers[0].told == []
        while not viewers[0].told:
            await asyncio.sleep(0.001)
        assert viewers[0].told == ["save"]

    run(tmp_path, visit)


def test_another_visitor_is_not_let_in(tmp_path):
    async def visit(server, browser, scan_id):
        path = await opened(browser, scan_id)
        for token in TOKENS.values():
            async with visiting(server, token) as other:
                assert (await other.ask("GET", f"{path}index.html"))[0] == 404
                assert (await other.ask("GET", f"{path}ws"))[0] == 404
        async with visiting(server, None) as stranger:
            assert (await stranger.ask("GET", f"{path}index.html"))[0] in (401, 403)

    run(tmp_path, visit)


def test_a_viewer_that_died_says_what_to_do(tmp_path, viewers):
    async def visit(server, browser, scan_id):
        path = await opened(browser, scan_id)
        await viewers[0].stop()
        status, told = await browser.ask("GET", f"{path}index.html")
        assert status == 404 and "Open the scan again" in told["message"]
        assert await opened(browser, scan_id) != path

    run(tmp_path, visit)


def test_the_sample_is_put_into_the_library_once(tmp_path):
    async def visit(server, browser, scan_id):
        for _ in range(2):
            async with browser.session.get("/sample", allow_redirects=False) as answer:
                assert answer.status == 303, await answer.text()
                assert answer.headers["Location"].startswith("/view/")
        _, told = await browser.ask("GET", "/api/scans?search=sample")
        assert [one["size"] for one in told["scans"]] == [[378, 366, 32]]

    run(tmp_path, visit)
