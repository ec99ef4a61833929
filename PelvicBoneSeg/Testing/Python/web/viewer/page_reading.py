"""What the viewer's page shows, and what a user does with it."""

from __future__ import annotations

import io
import re
import time

import numpy as np
from PIL import Image

from PelvicBoneSegLib.anatomy import SEGMENTS
from web.viewer.patience import PATIENCE_MS

LEFT_FEMUR = np.array(SEGMENTS[0].colour)
THREE_D = (820, 50, 1280, 384)
CORONAL = (360, 385, 820, 720)
"""Where views are on a page of 1280×720: left, top, right, bottom."""


def pixels(page, box):
    """Return a part of the page as it looks, (rows, columns, 3) of 0 to 1."""
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
    """Wait for a condition that the page cannot be asked for."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < end
        page.wait_for_timeout(200)


def segment(page):
    """Have the chosen bones segmented, and wait for them."""
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
    """Return what a link of the section *Download* brings."""
    page.get_by_role("tab", name="Download").click()
    with page.expect_download(timeout=PATIENCE_MS) as coming:
        page.get_by_text(title).click()
    return coming.value
