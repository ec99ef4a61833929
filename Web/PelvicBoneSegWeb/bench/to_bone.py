"""From choosing a file to the bone that turns in 3D, as a user does it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .processes import descendants, processor_seconds
from .running_server import VIEWER, WORKER, RunningServer
from .tab import SIZE, Picture, Tab

STAGES = (
    "upload",
    "check and store",
    "open to first picture",
    "click to bone in 3D",
    "drag to it turned",
)
LIMIT_S = 8.0

DARKEST = 0.05
"""Mean brightness of a picture with a scan in it."""

_LEAST_BONE = 0.005
"""Share of the 3D view."""

_DRAG = 40
"""Pixels."""


@dataclass(frozen=True)
class ToBone:
    """What one way to the bone took.

    Attributes
    ----------
    ends
        When each of `STAGES` ended, in seconds from choosing the file.
    said
        What the page says of the run.
    processor
        Seconds of all processes of a kind.
    """

    ends: Mapping[str, float]
    said: str
    processor: Mapping[str, float]

    @property
    def stages(self) -> dict[str, float]:
        """Seconds of each stage."""
        starts = [0.0, *self.ends.values()]
        return {
            stage: end - start
            for (stage, end), start in zip(self.ends.items(), starts, strict=False)
        }

    @property
    def whole(self) -> float:
        """Seconds from choosing the file to the turned bone."""
        return self.ends[STAGES[-1]]


def to_bone(server: RunningServer, tab: Tab, scan: Path) -> ToBone:
    """Go from the library page to the turned bone; the tab then shows it."""
    page = tab.page
    page.locator("#segment").uncheck()
    before = _processor(server)
    start = time.time()
    page.locator("#files").set_input_files(scan)
    newest = page.locator("li.scan").filter(has=page.locator("a.open")).first
    page.locator("#uploads li").wait_for(state="attached")
    page.locator("#uploads li").wait_for(state="detached")
    newest.wait_for()
    listed, sent = time.time(), tab.sent_at()
    newest.locator("a.open").click()
    button = page.get_by_role("button", name="Segment", exact=True)
    button.wait_for()
    tab.look_for_bone()
    seen = tab.wait_for(lambda picture: picture.bright > DARKEST).at
    button.click()
    bone = tab.wait_for(shows_bone)
    turned = _turn(tab, bone)
    ends = dict(
        zip(STAGES, (one - start for one in (sent, listed, seen, bone.at, turned)), strict=True)
    )
    after = _processor(server)
    said = page.get_by_text(re.compile("^Done in")).inner_text()
    return ToBone(ends, said, {kind: after[kind] - before[kind] for kind in after})


def shows_bone(picture: Picture) -> bool:
    """Tell whether it is the 3D view, at the right above, with the bone in it."""
    is_3d = picture.x > 0.6 * SIZE["width"] and picture.y < 0.5 * SIZE["height"]
    return is_3d and picture.bone > _LEAST_BONE


def _turn(tab: Tab, bone: Picture) -> float:
    """Drag in the 3D view; return when another picture of the bone came."""
    page = tab.page
    page.get_by_text(re.compile("^Done in")).wait_for()
    page.mouse.move(bone.x, bone.y)
    known = {picture.digest for picture in tab.pictures()}
    page.mouse.down()
    page.mouse.move(bone.x + _DRAG, bone.y, steps=2)
    turned = tab.wait_for(lambda one: shows_bone(one) and one.digest not in known)
    page.mouse.up()
    return turned.at


def _processor(server: RunningServer) -> dict[str, float]:
    viewers, workers = server.running(VIEWER), server.running(WORKER)
    all_of_it = server.processes
    rest = set(all_of_it) - {*viewers, *workers}
    browser = set(descendants(os.getpid())) - set(all_of_it)
    return {
        "front": processor_seconds(rest),
        "viewers": processor_seconds(viewers),
        "worker": processor_seconds(workers),
        "browser": processor_seconds(browser),
    }
