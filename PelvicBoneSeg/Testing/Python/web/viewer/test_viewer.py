"""The viewer in a real Chromium, from the scan to the file."""

from __future__ import annotations

import re
import zipfile

import pytest

from web.library.fake_worker import HELD
from web.viewer.page_reading import (
    CORONAL,
    LEFT_FEMUR,
    THREE_D,
    download,
    pixels,
    segment,
    share_of,
    stl_volume_ml,
    table,
    until,
)


def test_a_scan_is_segmented_seen_measured_and_saved(visit, open_scan):
    page = visit()
    open_scan(page)
    until(page, lambda: pixels(page, CORONAL).mean() > 0.02)
    assert share_of(LEFT_FEMUR, pixels(page, THREE_D)) == 0
    segment(page)
    until(page, lambda: share_of(LEFT_FEMUR, pixels(page, THREE_D)) > 0.005)
    assert share_of(LEFT_FEMUR, pixels(page, CORONAL)) > 0.002
    left = table(page)["Left femur"]
    with zipfile.ZipFile(download(page, "STL, a surface").path()) as archive:
        (name,) = (one for one in archive.namelist() if "Left" in one)
        volume_ml = stl_volume_ml(archive.read(name))
    assert volume_ml == pytest.approx(float(left["Volume of surface (ml)"]), abs=0.06)


def test_a_stroke_is_painted_and_undone(visit, open_scan):
    page = visit()
    open_scan(page)
    segment(page)
    before = float(table(page)["Left femur"]["Volume (ml)"])
    page.get_by_role("tab", name="Edit").click()
    page.keyboard.press("p")
    page.mouse.move(560, 460)
    page.mouse.down()
    page.mouse.move(600, 460, steps=5)
    page.mouse.up()
    undo = page.locator(".pbs-tools button").nth(9)
    until(page, undo.is_enabled)
    page.keyboard.press("Escape")
    assert float(table(page)["Left femur"]["Volume (ml)"]) > before + 1
    page.get_by_role("tab", name="Edit").click()
    undo.click()
    until(page, undo.is_disabled)
    assert float(table(page)["Left femur"]["Volume (ml)"]) == before


def test_a_run_goes_on_while_the_page_is_loaded_again(visit, open_scan, worker):
    page = visit()
    open_scan(page)
    worker.be(HELD)
    page.get_by_role("button", name="Segment", exact=True).click()
    page.get_by_text("Segmenting").wait_for()
    page.reload()
    page.get_by_role("button", name="Cancel").wait_for()
    worker.be("free")
    page.get_by_text(re.compile("^Done in")).wait_for()


def test_a_run_is_cancelled(visit, open_scan, worker):
    page = visit()
    open_scan(page)
    worker.be(HELD)
    page.get_by_role("button", name="Segment", exact=True).click()
    page.get_by_text("Segmenting").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled. Nothing was changed.").wait_for()


def test_nobody_sees_the_viewer_of_another(visit, open_scan, a_server):
    anna, bert = visit("anna"), visit("bert")
    open_scan(anna)
    assert "/view/" in anna.url
    assert bert.request.get(anna.url).status == 404
    again = visit("anna")
    assert again.request.get(anna.url).status == 404


def test_nothing_comes_from_outside(visit, open_scan, a_server):
    page = visit()
    open_scan(page)
    requests = []
    page.on("request", lambda one: requests.append(one.url))
    page.reload()
    page.get_by_role("tab", name="Segment").wait_for()
    outside = [one for one in requests if not one.startswith((a_server.address, "blob:", "data:"))]
    assert outside == []
