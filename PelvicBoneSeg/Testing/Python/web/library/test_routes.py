"""The library as a browser uses it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import FileIO
from pathlib import Path

import numpy as np
import pytest

from PelvicBoneSegWeb.library.limits import Limits
from PelvicBoneSegWeb.library.security.access import Access
from PelvicBoneSegWeb.library.web.services import scan_files
from web.library.browser import TOKENS, serving, visiting
from web.library.fake_worker import HELD, FakeWorker
from web.library.uploads import dicom_bytes, voxels, write_bones, write_image, zip_of

FULL = "/dev/full"
"""A disk without room."""


@pytest.fixture
def worker(tmp_path):
    return FakeWorker(tmp_path)


@pytest.fixture
def a_scan(tmp_path):
    """Bytes of a scan with 24 voxels of each bone."""
    return write_bones(tmp_path / "scan.nii.gz").read_bytes()


def run(data, visit, worker=None, **settings):
    async def go():
        async with serving(data, worker, **settings) as server, visiting(server) as browser:
            return await visit(browser)

    return asyncio.run(go())


async def until(browser, scan_id, status):
    while True:
        _, scan = await browser.ask("GET", f"/api/scans/{scan_id}")
        if scan["segmentations"] and scan["segmentations"][0]["status"] == status:
            return scan["segmentations"][0]
        await asyncio.sleep(0.05)


def leftovers(data):
    return [*(data / "incoming").iterdir(), *(data / "scans").iterdir()]


def test_a_scan_from_upload_to_deletion(data, a_scan):
    async def visit(browser):
        status, told = await browser.upload(a_scan, "pseudonym=Case-7")
        assert (status, told["warnings"]) == (201, [])
        (scan,) = told["scans"]
        assert (scan["patient"], scan["plane"], scan["size"]) == ("Case-7", "coronal", [16, 12, 6])
        assert scan["segmentations"] == []
        path = f"/api/scans/{scan['id']}"
        assert await browser.ask("GET", path) == (200, scan)
        assert await browser.ask("GET", "/api/scans?search=case") == (200, {"scans": [scan]})
        assert await browser.ask("GET", "/api/scans?search=axial") == (200, {"scans": []})
        _, picture = await browser.ask("GET", f"{path}/thumbnail.png")
        assert picture.startswith(b"\x89PNG")
        async with browser.session.get(f"{path}/thumbnail.png") as answer:
            assert answer.headers["Cache-Control"] == "no-store"
        async with browser.session.get(f"{path}/scan.nrrd") as answer:
            assert (await answer.read()).startswith(b"NRRD")
            said = answer.headers["Content-Disposition"]
            assert said == 'attachment; filename="Case-7_coronal.nrrd"'
        assert await browser.ask("DELETE", path) == (204, b"")
        assert (await browser.ask("GET", path))[0] == 404

    run(data, visit)
    assert leftovers(data) == []


def test_an_upload_is_segmented_if_the_user_wishes(data, a_scan, worker):
    async def visit(browser):
        _, told = await browser.upload(a_scan, "segment=1")
        (scan,) = told["scans"]
        (one,) = scan["segmentations"]
        done = await until(browser, scan["id"], "done")
        assert done["progress"] is None
        assert done["summary"]["segments"][0]["ml"] == pytest.approx(24 * 4 * 4 * 9 / 1000)
        path = f"/api/segmentations/{one['id']}"
        _, content = await browser.ask("GET", f"{path}/seg.nrrd")
        _, report = await browser.ask("GET", f"{path}/report.json")
        application = browser.server.app
        visitor = Access(TOKENS).visitor(Access(TOKENS).new_cookie("anna"))
        files = await asyncio.to_thread(scan_files, application, visitor, scan["id"])
        assert files.segmentation.read_bytes() == content
        return content, report

    content, report = run(data, visit, worker)
    assert b"Left femur" in content
    assert b'"files"' in report
    assert str(data).encode() not in report


def test_a_run_that_finds_nothing_hides_nothing(data, tmp_path, worker):
    femurs_alone = np.zeros((6, 12, 16), np.int16)
    femurs_alone[:, 0:2, :2], femurs_alone[:, 2:4, :2] = 100, 200

    async def visit(browser):
        content = write_image(tmp_path / "femurs.nii.gz", femurs_alone).read_bytes()
        _, told = await browser.upload(content, "segment=1&bones=sacrum")
        (scan,) = told["scans"]
        await until(browser, scan["id"], "done")
        visitor = Access(TOKENS).visitor(Access(TOKENS).new_cookie("anna"))
        application = browser.server.app
        assert scan_files(application, visitor, scan["id"]).segmentation is None

        for bones in ("femur", "sacrum"):
            path = f"/api/scans/{scan['id']}/segmentations"
            await browser.ask("POST", path, json={"bones": [bones], "side": "both"})
            while True:
                _, now = await browser.ask("GET", f"/api/scans/{scan['id']}")
                if all(one["status"] == "done" for one in now["segmentations"]):
                    break
                await asyncio.sleep(0.05)
        _, second, _ = now["segmentations"]
        files = scan_files(application, visitor, scan["id"])
        assert files.shown == second["id"] and files.segmentation.is_file()

    run(data, visit, worker)


def test_of_an_upload_the_wanted_bones_are_segmented(data, a_scan, worker):
    async def visit(browser):
        _, told = await browser.upload(a_scan, "segment=1&bones=sacrum,femur,femur&side=left")
        (scan,) = told["scans"]
        return await until(browser, scan["id"], "done")

    one = run(data, visit, worker)
    assert (one["bones"], one["side"]) == (["femur", "sacrum"], "left")
    assert [found["name"] for found in one["summary"]["segments"]] == ["Left femur", "Sacrum"]


@pytest.mark.parametrize("query", ["bones=skull", "bones=", "bones=femur&side=upper"])
def test_a_wish_that_cannot_be_is_refused_before_the_file_comes(data, query):
    async def visit(browser):
        head = head_of_upload(browser, 1000).replace(
            b" HTTP/1.1", f"?segment=1&{query} HTTP/1.1".encode(), 1
        )
        reader, writer = await asyncio.open_connection(browser.server.host, browser.server.port)
        writer.write(head)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.close()
        return answer

    assert run(data, visit).startswith(b"HTTP/1.1 400")
    assert leftovers(data) == []


def test_a_run_is_watched_and_cancelled(data, a_scan, worker):
    async def visit(browser):
        worker.be(HELD)
        _, told = await browser.upload(a_scan)
        scan = told["scans"][0]["id"]
        body = {"bones": ["femur"], "side": "left"}
        status, one = await browser.ask("POST", f"/api/scans/{scan}/segmentations", json=body)
        assert (status, one["status"]) == (202, "queued")
        running = await until(browser, scan, "running")
        assert set(running["progress"]) == {"ahead", "fraction", "stage"}
        path = f"/api/segmentations/{one['id']}"
        assert (await browser.ask("GET", f"{path}/seg.nrrd"))[0] == 404
        assert (await browser.ask("POST", f"{path}/cancel"))[0] == 204
        return await until(browser, scan, "cancelled")

    assert run(data, visit, worker)["message"] == ""


@pytest.mark.parametrize(
    "body", [b"[1]", b"not json", b'{"bones": "femur"}', b'{"bones": ["femur"], "side": 1}']
)
def test_requests_that_no_page_of_ours_sends(data, a_scan, body):
    async def visit(browser):
        _, told = await browser.upload(a_scan)
        path = f"/api/scans/{told['scans'][0]['id']}/segmentations"
        return await browser.ask("POST", path, data=body)

    status, told = run(data, visit)
    assert (status, told["error"]) == (400, "BadRequestError")


def test_bones_that_do_not_exist_are_refused(data, a_scan):
    async def visit(browser):
        _, told = await browser.upload(a_scan)
        path = f"/api/scans/{told['scans'][0]['id']}/segmentations"
        return await browser.ask("POST", path, json={"bones": ["skull"]})

    status, told = run(data, visit)
    assert (status, told["error"]) == (400, "UnknownBoneError")


def test_a_scan_has_a_bounded_number_of_segmentations(data, a_scan, worker):
    async def visit(browser):
        _, told = await browser.upload(a_scan, "segment=1")
        (scan,) = told["scans"]
        await until(browser, scan["id"], "done")
        return await browser.ask("POST", f"/api/scans/{scan['id']}/segmentations", json={})

    status, told = run(data, visit, worker, limits=replace(Limits(), runs_of_scan=1))
    assert (status, told["error"]) == (429, "TooManyRunsError")


def test_two_users_never_see_each_others_scans(data, a_scan):
    async def go():
        async with (
            serving(data) as server,
            visiting(server) as anna,
            visiting(server, TOKENS["bert"]) as bert,
        ):
            _, told = await anna.upload(a_scan)
            path = f"/api/scans/{told['scans'][0]['id']}"
            assert await bert.ask("GET", "/api/scans") == (200, {"scans": []})
            for method, what in (
                ("GET", path),
                ("DELETE", path),
                ("GET", f"{path}/scan.nrrd"),
                ("GET", f"{path}/thumbnail.png"),
                ("POST", f"{path}/segmentations"),
            ):
                assert (await bert.ask(method, what))[0] == 404, what
            assert (await anna.ask("GET", path))[0] == 200

    asyncio.run(go())


def test_of_a_study_all_stacks_are_listed_under_one_patient(data, tmp_path):
    first = dicom_bytes(tmp_path / "a", PatientID="4711", prefix="a")
    second = dicom_bytes(tmp_path / "b", voxels(seed=1), PatientID="4711", prefix="b")
    torn = dicom_bytes(tmp_path / "c", prefix="c", places=[0, 1, 2, 3, 9])
    archive = zip_of(tmp_path / "study.zip", {**first, **second, **torn}).read_bytes()
    status, told = run(data, lambda browser: browser.upload(archive))
    assert status == 201
    assert len({scan["patient"] for scan in told["scans"]}) == 1
    assert len(told["scans"]) == 2
    assert "not a regular stack" in told["warnings"][0]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "UploadIncompleteError"),
        (b"a letter", "RefusedFileError"),
        (b"PK\x03\x04 no zip", "ArchiveError"),
    ],
)
def test_what_is_refused_leaves_nothing(data, content, error):
    status, told = run(data, lambda browser: browser.upload(content))
    assert status in (400, 422)
    assert told["error"] == error
    assert leftovers(data) == []


def test_an_archive_with_a_path_out_of_its_folder_leaves_nothing(data, tmp_path):
    archive = zip_of(tmp_path / "a.zip", {"../../outside.dcm": bytes(128) + b"DICM"}).read_bytes()
    status, told = run(data, lambda browser: browser.upload(archive))
    assert (status, told["error"]) == (422, "ArchiveError")
    assert leftovers(data) == []
    assert not list(tmp_path.rglob("outside*"))


def test_a_bomb_leaves_nothing(data, tmp_path):
    bomb = zip_of(tmp_path / "a.zip", {"a": bytes(128) + b"DICM" + bytes(30 << 20)}).read_bytes()
    status, told = run(data, lambda browser: browser.upload(bomb))
    assert (status, told["error"]) == (422, "ArchiveError")
    assert leftovers(data) == []


def head_of_upload(browser, length):
    (cookie,) = browser.session.cookie_jar
    lines = [
        f"POST /api/uploads/{'a' * 32} HTTP/1.1",
        f"Host: {browser.server.host}:{browser.server.port}",
        f"Origin: {browser.origin}",
        f"Cookie: {cookie.key}={cookie.value}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_gigabyte_is_refused_before_it_is_sent(data):
    async def visit(browser):
        reader, writer = await asyncio.open_connection(browser.server.host, browser.server.port)
        writer.write(head_of_upload(browser, 1 << 30))
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.close()
        return answer

    assert run(data, visit).startswith(b"HTTP/1.1 413")
    assert leftovers(data) == []


@pytest.mark.parametrize(
    ("size", "limits", "status"),
    [
        ("1000", {}, 204),
        ("1073741824", {}, 413),
        ("0", {}, 400),
        ("1000", {"uploads": 0}, 429),
        ("1000", {"library_bytes": 999}, 507),
        ("-1", {}, 400),
        ("", {}, 400),
        ("9" * 5000, {}, 400),
    ],
)
def test_a_page_may_ask_before_it_sends(data, size, limits, status):
    path = f"/api/room?bytes={size}"
    answer, _ = run(
        data, lambda browser: browser.ask("GET", path), limits=replace(Limits(), **limits)
    )
    assert answer == status


def test_an_upload_without_a_length_is_stopped_at_the_limit(data):
    async def endless():
        while True:
            yield bytes(1 << 16)

    async def visit(browser):
        return await browser.upload(endless())

    status, told = run(data, visit, limits=replace(Limits(), upload_bytes=1 << 20))
    assert (status, told["error"]) == (413, "UploadTooLargeError")
    assert leftovers(data) == []


def test_an_upload_that_stalls_is_given_up(data):
    async def stalling():
        yield b"\x1f\x8b"
        await asyncio.sleep(30)

    async def visit(browser):
        return await browser.upload(stalling())

    status, told = run(data, visit, limits=replace(Limits(), stall_s=0.1))
    assert (status, told["error"]) == (400, "UploadIncompleteError")
    assert leftovers(data) == []


def test_an_upload_that_drips_is_given_up_too(data):
    async def dripping():
        while True:
            yield b"\x1f\x8b"
            await asyncio.sleep(0.02)

    async def visit(browser):
        return await browser.upload(dripping())

    status, told = run(data, visit, limits=replace(Limits(), upload_s=0.2))
    assert (status, told["error"]) == (400, "UploadIncompleteError")
    assert "0.2 seconds" in told["message"]
    assert leftovers(data) == []


@pytest.mark.skipif(not Path(FULL).exists(), reason="needs Linux")
def test_a_disk_that_fills_up_meanwhile_is_told_as_what_it_is(data, a_scan, monkeypatch):
    async def visit(browser):
        monkeypatch.setattr(Path, "open", lambda path, mode: FileIO(FULL, "w"))
        answer = await browser.upload(a_scan)
        monkeypatch.undo()
        return answer

    status, told = run(data, visit)
    assert (status, told["error"]) == (507, "LibraryFullError")
    assert leftovers(data) == []


def test_an_upload_that_the_browser_gives_up_leaves_nothing(data, caplog):
    async def visit(browser):
        _, writer = await asyncio.open_connection(browser.server.host, browser.server.port)
        writer.write(head_of_upload(browser, 1000) + b"\x1f\x8b some bytes")
        path = f"/api/uploads/{'a' * 32}"
        while (told := (await browser.ask("GET", path))[1]) is None or not told["received"]:
            await asyncio.sleep(0.01)
        writer.close()
        while (await browser.ask("GET", path))[1] is not None:
            await asyncio.sleep(0.01)

    run(data, visit)
    assert leftovers(data) == []
    assert caplog.text == ""


@pytest.mark.parametrize("limit", [{"uploads": 1}, {"uploads_each": 1}])
def test_progress_is_told_and_more_uploads_than_allowed_are_not(data, a_scan, limit):
    async def visit(browser):
        gate = asyncio.Event()

        async def slowly():
            yield a_scan[:10]
            await gate.wait()
            yield a_scan[10:]

        path = f"/api/uploads/{'a' * 32}"
        on = asyncio.create_task(browser.ask("POST", path, data=slowly()))
        while (told := (await browser.ask("GET", path))[1]) is None or not told["received"]:
            await asyncio.sleep(0.01)
        assert told == {"stage": "receiving", "received": 10, "total": None}
        status, refusal = await browser.upload(a_scan)
        assert (status, refusal["error"]) == (429, "TooManyUploadsError")
        gate.set()
        assert (await on)[0] == 201
        assert await browser.ask("GET", path) == (200, None)

    run(data, visit, limits=replace(Limits(), **limit))


def test_a_full_library_says_so_before_the_upload(data, a_scan):
    async def visit(browser):
        assert (await browser.upload(a_scan))[0] == 201
        return await browser.upload(a_scan)

    status, told = run(data, visit, limits=replace(Limits(), scans=1))
    assert (status, told["error"]) == (507, "LibraryFullError")


def test_a_pseudonym_with_other_characters_is_refused(data, a_scan):
    status, told = run(data, lambda browser: browser.upload(a_scan, "pseudonym=Max%20Muster"))
    assert (status, told["error"]) == (400, "PseudonymError")


def test_a_page_learns_what_it_may_offer(data):
    _, told = run(data, lambda browser: browser.ask("GET", "/api/session"))
    assert told["owner"] == "anna"
    assert told["limits"]["upload_bytes"] == 512 << 20
    assert told["sides"] == ["left", "right", "both"]
