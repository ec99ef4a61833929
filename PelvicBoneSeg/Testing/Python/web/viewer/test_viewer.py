"""The viewer in a real Chromium, from the scan to the file."""

from __future__ import annotations

import io
import re
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from PelvicBoneSegLib.anatomy import SEGMENTS
from web.library.fake_worker import HELD
from web.viewer.patience import PATIENCE_MS

LEFT_FEMUR = np.array(SEGMENTS[0].colour)
THREE_D = (820, 50, 1280, 384)
CORONAL = (360, 385, 820, 720)
"""Where views are on a page of 1280×720: left, top, right, bottom."""


def pixels(page, box):
    picture = Image.open(io.BytesIO(page.screenshot(timeout=PATIENCE_MS))).convert("RGB")
    return np.asarray(picture.crop(box), np.float64) / 255


def share_of(colour, picture):
    """Return the share of pixels of a colour's hue, lit or shaded or half transparent."""
    saturated = np.ptp(picture, axis=2) > 0.15
    hue = picture - picture.min(axis=2, keepdims=True)
    wanted = colour - colour.min()
    with np.errstate(invalid="ignore"):
        hue = hue / hue.max(axis=2, keepdims=True)
    return float((saturated & (np.abs(hue - wanted / wanted.max()).max(axis=2) < 0.12)).mean())


def until(page, condition):
    end = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < end
        page.wait_for_timeout(200)


def segment(page):
    page.get_by_role("button", name="Segment", exact=True).click()
    page.get_by_text(re.compile("^Done in")).wait_for()


def table(page):
    """Measure; return the table's texts by segment and measure."""
    page.get_by_role("tab", name="Measure").click()
    page.get_by_role("button", name="Measure", exact=True).click()
    page.locator(".pbs-table td").first.wait_for()
    page.get_by_text("Segments were changed since").wait_for(state="hidden")
    rows = [one.split("\t") for one in page.locator(".pbs-table").inner_text().splitlines()]
    return {
        bone: {row[0]: row[place] for row in rows[1:]}
        for place, bone in enumerate(rows[0])
        if place
    }


def stl_volume_ml(content):
    """Sum the signed volumes of a binary STL's triangles with the origin."""
    triangle = np.dtype([("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("unused", "<u2")])
    points = np.frombuffer(content, triangle, offset=84)["points"].astype(np.float64)
    return np.linalg.det(points).sum() / 6 / 1000


def download(page, title):
    page.get_by_role("tab", name="Save").click()
    with page.expect_download(timeout=PATIENCE_MS) as coming:
        page.get_by_text(title).click()
    return coming.value


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
