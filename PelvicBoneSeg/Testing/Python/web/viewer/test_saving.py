"""What is made in a viewer is kept in the library: by a click, a key, and before a viewer ends."""

from __future__ import annotations

import pytest

from PelvicBoneSegWeb.library.web.services import Settings
from web.viewer.page_reading import until
from web.viewer.serving import TOKENS, Serving
from web.viewer.viewing import Viewing

UNSAVED, SAVED = "Unsaved changes", "Saved"
FEMURS = ["Left femur", "Right femur"]


def says(viewing, mark):
    viewing.page.get_by_role("status").get_by_text(mark, exact=True).wait_for()


def test_a_run_is_kept_by_a_click_and_an_edit_by_a_key(viewing):
    viewing.segment()
    says(viewing, UNSAVED)
    viewing.page.get_by_role("button", name="Save", exact=True).click()
    says(viewing, SAVED)
    (first,) = viewing.stored()
    assert (first["status"], first["edited"], first["bones"]) == ("done", True, ["femur"])
    before = {one["name"]: one["ml"] for one in first["summary"]["segments"]}
    counts = viewing.counts()
    assert list(before) == FEMURS
    assert before == {name: pytest.approx(9e-3 * counts[name]) for name in FEMURS}

    viewing.edit()
    says(viewing, UNSAVED)
    viewing.page.keyboard.press("Control+s")
    says(viewing, SAVED)
    (second,) = viewing.stored()
    assert second["id"] != first["id"]
    assert second["summary"]["segments"][0]["ml"] > before["Left femur"] + 0.1


def test_what_is_left_is_saved_and_opened_again(viewing):
    viewing.edit(up=40)
    says(viewing, UNSAVED)
    counts, (known,) = viewing.counts(), viewing.stored()
    address, viewer = viewing.page.url.split("/view/")[0], viewing.page.url
    viewing.page.goto(address)
    until(viewing.page, lambda: [one["id"] for one in viewing.stored()] != [known["id"]])
    viewing.page.goto(f"{address}/open/{viewing.scan_id}")
    says(viewing, SAVED)
    assert viewing.page.url == viewer
    assert viewing.counts() == counts


def test_names_and_colours_are_saved_too(viewing):
    viewing.section("Edit")
    viewing.page.get_by_label("Name of the segment").fill("Femur, left")
    viewing.page.get_by_label("Name of the segment").press("Enter")
    says(viewing, UNSAVED)
    viewing.page.keyboard.press("Control+s")
    says(viewing, SAVED)
    (stored,) = viewing.stored()
    assert stored["summary"]["segments"][0]["name"] == "Femur, left"


def test_looking_is_no_change(viewing):
    says(viewing, SAVED)
    viewing.section("Edit")
    viewing.page.get_by_role("button", name="Right femur", exact=True).click()
    viewing.page.get_by_role("button", name="Show Left femur").or_(
        viewing.page.get_by_role("button", name="Show Femur, left")
    ).click()
    viewing.section("Measure")
    viewing.page.get_by_role("button", name="Measure", exact=True).click()
    viewing.page.locator(".pbs-table td").first.wait_for()
    viewing.get("download/stl").body()
    viewing.page.keyboard.press("r")
    viewing.page.keyboard.press("2")
    viewing.wait("DisplayState__layout", "With oblique")
    says(viewing, SAVED)


def test_a_scan_that_was_deleted_meanwhile_is_told(viewing, a_server):
    viewing.page.keyboard.press("1")
    viewing.segment()
    answer = viewing.page.request.delete(
        f"{a_server.address}/api/scans/{viewing.scan_id}", headers={"Origin": a_server.address}
    )
    assert answer.status == 204
    viewing.page.keyboard.press("Control+s")
    alert = viewing.page.get_by_role("alert").get_by_text("There is no such scan")
    alert.wait_for()
    says(viewing, UNSAVED)
    viewing.page.get_by_role("button", name="Close").click()
    alert.wait_for(state="hidden")


def test_a_server_that_is_stopped_saves_what_is_open(tmp_path, visit, open_scan, worker):
    settings = Settings(tmp_path / "data", TOKENS, worker=worker.command)
    with Serving(settings) as server:
        page = visit(server)
        viewing = Viewing(page, worker, open_scan(server, page))
        viewing.segment()
        says(viewing, UNSAVED)
        counts = viewing.counts()
    with Serving(settings) as server:
        page.goto(f"{server.address}/?token={TOKENS['anna']}")
        page.goto(f"{server.address}/open/{viewing.scan_id}")
        says(viewing, SAVED)
        assert viewing.counts() == counts
        page.locator(".pbs-bar.doubtful").first.wait_for()  # the confidence came back too
        (stored,) = viewing.stored()
        assert stored["edited"]


def test_a_run_that_is_undone_is_taken_out_of_the_library_too(tmp_path, visit, open_scan, worker):
    settings = Settings(tmp_path / "data", TOKENS, worker=worker.command)
    with Serving(settings) as server:
        page = visit(server)
        viewing = Viewing(page, worker, open_scan(server, page))
        for _ in range(2):
            viewing.segment()
            says(viewing, UNSAVED)
            page.keyboard.press("Control+s")
            says(viewing, SAVED)
            assert len(viewing.stored()) == 1
            page.get_by_role("button", name="Undo run").click()
            says(viewing, UNSAVED)
            page.keyboard.press("Control+s")
            until(page, lambda: not viewing.stored())
