"""The whole way in a real Chromium: the command, the network, a real scan, a bone in the hand."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trame_slicer", reason="needs the extra web")

from PelvicBoneSegLib.segmentation.resources import resource_dir
from web.viewer.conftest import TOKENS
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
from web.viewer.patience import PATIENCE_MS

ROOT = Path(__file__).resolve().parents[4]
DATA = Path(os.environ.get("PELVICBONESEG_DATA", ROOT.parent / "shared" / "data"))
A_PATIENT = DATA / "pelvic_mr_t1" / "images" / "case_06.nii.gz"
"""Of the validation patients: a real scan."""

THE_PHANTOM = resource_dir() / "Samples" / "pelvic_phantom.nii.gz"

STOP_S = 30


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Start the server as a user does; return what it prints, by owner."""
    tokens = [f"--token={owner}={token}" for owner, token in TOKENS.items()]
    command = [sys.executable, "-m", "PelvicBoneSegLib.cli", "serve", *tokens]
    data = tmp_path_factory.mktemp("library")
    with subprocess.Popen(
        [*command, f"--data={data}", "--device=cpu"], stdout=subprocess.PIPE, text=True
    ) as server:
        yield {owner: server.stdout.readline().strip() for owner in TOKENS}
        server.send_signal(signal.SIGINT)
        assert server.wait(STOP_S) == 0


@pytest.fixture
def visit(addresses, a_browser):
    """Go to the library in a browser of one's own."""
    contexts = []

    def visit(owner):
        context = a_browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(addresses[owner])
        return page

    yield visit
    for context in contexts:
        context.close()


def upload(page, scan):
    """Choose a file, and open what it becomes."""
    page.locator("#segment").uncheck()
    page.locator("#files").set_input_files(scan)
    page.get_by_role("link", name="Open").click()
    page.get_by_role("tab", name="Segment").wait_for()


def drag(page, box, by):
    """Drag from the middle of a view."""
    left, top, right, bottom = box
    middle = (left + right) / 2, (top + bottom) / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + by[0], middle[1] + by[1], steps=5)
    page.mouse.up()


def stl_of_left_femur(page):
    with zipfile.ZipFile(download(page, "STL, a surface").path()) as archive:
        (name,) = (one for one in archive.namelist() if "Left" in one)
        return archive.read(name)


def test_from_an_upload_to_a_bone_in_the_hand(visit):
    page = visit("anna")
    upload(page, A_PATIENT if A_PATIENT.exists() else THE_PHANTOM)
    segment(page)
    until(page, lambda: share_of(LEFT_FEMUR, pixels(page, THREE_D)) > 0.005)

    before = pixels(page, THREE_D)
    drag(page, THREE_D, (120, 30))
    until(page, lambda: np.abs(pixels(page, THREE_D) - before).mean() > 0.01)
    assert share_of(LEFT_FEMUR, pixels(page, THREE_D)) > 0.005

    found = table(page)["Left femur"]
    assert 60 < float(found["Volume (ml)"]) < 250
    volume_ml = stl_volume_ml(stl_of_left_femur(page))
    assert volume_ml == pytest.approx(float(found["Volume of surface (ml)"]), abs=0.06)

    page.get_by_role("tab", name="Edit").click()
    undo = page.get_by_role("button", name="Undo (Ctrl+Z)")
    page.keyboard.press("p")
    drag(page, CORONAL, (40, 0))
    until(page, undo.is_enabled)
    painted = table(page)["Left femur"]
    assert float(painted["Volume (ml)"]) > float(found["Volume (ml)"]) + 0.5
    page.get_by_role("tab", name="Edit").click()
    page.keyboard.press("Control+z")
    until(page, undo.is_disabled)
    assert table(page)["Left femur"]["Volume (ml)"] == found["Volume (ml)"]


def test_two_browsers_at_once(visit):
    anna, bert = visit("anna"), visit("bert")
    upload(bert, THE_PHANTOM)
    bert.go_back()
    bert.locator("#scans > li").first.wait_for()
    assert bert.locator("#scans > li").count() == 1
    bert.get_by_role("link", name="Open").click()
    anna.goto(f"{anna.url}sample")
    pages = anna, bert
    for page in pages:
        page.get_by_role("tab", name="Segment").wait_for()
        page.get_by_role("button", name="Segment", exact=True).click()
    for page in pages:
        page.get_by_text(re.compile("^Done in")).wait_for()
        until(page, lambda page=page: share_of(LEFT_FEMUR, pixels(page, THREE_D)) > 0.005)
    assert anna.url != bert.url
    assert bert.request.get(anna.url).status == 404
