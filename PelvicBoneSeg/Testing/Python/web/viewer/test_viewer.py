"""The viewer in a real Chromium, from the scan to the file."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

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
from web.viewer.viewing import Viewing


def test_a_scan_is_segmented_seen_measured_and_saved(viewing):
    page = viewing.page
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


def test_the_bone_turns(viewing):
    before = pixels(viewing.page, THREE_D)
    viewing.drag((1000, 200), (1080, 220))
    until(viewing.page, lambda: np.abs(pixels(viewing.page, THREE_D) - before).mean() > 0.005)


def test_nobody_sees_the_viewer_of_another(viewing, visit, a_server):
    url = viewing.page.url
    assert "/view/" in url
    for owner in ("bert", "anna"):  # another browser of the same owner is another visitor
        assert visit(a_server, owner).request.get(url).status == 404


def test_two_browsers_have_a_scene_each(viewing, visit, a_server, open_scan, worker):
    other = Viewing(visit(a_server, "bert"), worker, "")
    open_scan(a_server, other.page)
    assert not other.value("has_segmentation")
    other.page.get_by_label("Sacrum").check()
    other.segment()
    assert set(other.counts()) == {"Left femur", "Right femur", "Sacrum"}
    assert set(viewing.counts()) == {"Left femur", "Right femur"}


def test_nothing_comes_from_outside(viewing, a_server):
    requests = []
    viewing.page.on("request", lambda one: requests.append(one.url))
    viewing.page.reload()
    viewing.page.get_by_role("tab", name="Segment").wait_for()
    outside = [one for one in requests if not one.startswith((a_server.address, "blob:", "data:"))]
    assert outside == []


def test_all_controls_have_names_and_are_reached_by_tab(viewing):
    page = viewing.page
    viewing.section("Edit")
    page.get_by_role("button", name="Back to the library").or_(
        page.get_by_role("link", name="Back to the library")
    ).focus()
    names = []
    for _ in range(24):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "() => { const one = document.activeElement;"
                " return (one.getAttribute('aria-label') || one.innerText || '').trim() }"
            )
        )
    for name in ("Crosshair (C)", "Dark or light", "Paint (P)", "Smoothing", "Delete Left femur"):
        assert name in names, names
