"""A tab of a real browser, and what comes into it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.anatomy import SEGMENTS

from .chromium import FLAGS, PROGRAM

SIZE = {"width": 1280, "height": 720}
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.02
REST_S = 1.5
"""Without a picture, a page is at rest: views that are laid out anew are drawn anew."""

_WATCH = (Path(__file__).parent / "watch.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Picture:
    """A picture of a view, decoded in the browser: see watch.js.

    Attributes
    ----------
    at
        When, in seconds since 1970.
    x, y
        Middle of the view on the page.
    bright
        Mean of the red channel, 0 to 1.
    bone
        Share of pixels that have the hue of the bone.
    digest
        Tells pictures apart.
    """

    at: float
    x: float
    y: float
    bright: float
    bone: float
    digest: int


@contextmanager
def a_browser() -> Iterator[Any]:
    """Start Chromium, and end it whatever happens.

    Raises
    ------
    SystemExit
        It, or playwright, is not there.
    """
    if PROGRAM is None or find_spec("playwright") is None:
        raise SystemExit(
            "Needs Chromium and playwright. Install Debian's package chromium, and use the Python "
            "of the environment that `make demo-web` makes."
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """A page of one owner, in a browser profile of his own.

    Parameters
    ----------
    browser
        Of `a_browser`.
    address
        With the token.
    """

    def __init__(self, browser: Any, address: str) -> None:
        self.context = browser.new_context(viewport=SIZE)
        self.context.set_default_timeout(1000 * PATIENCE_S)
        self.context.add_init_script(_WATCH)
        self.page = self.context.new_page()
        self.page.goto(address)

    def look_for_bone(self) -> None:
        """Count the left femur's colour in the pictures from now on."""
        colour = [round(255 * one) for one in SEGMENTS[0].colour]
        self.page.evaluate("colour => { benchWatch.colour = colour; }", colour)

    def pictures(self, since: float = 0.0) -> list[Picture]:
        """Return what has come since a moment."""
        found = self.page.evaluate("since => benchWatch.pictures.filter(p => p.at > since)", since)
        return [Picture(**one) for one in found]

    def wait_for(self, is_it: Callable[[Picture], bool], since: float = 0.0) -> Picture:
        """Return the first picture of a kind.

        Raises
        ------
        TimeoutError
            None came for `PATIENCE_S`.
        """
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            for picture in self.pictures(since):
                if is_it(picture):
                    return picture
            self.page.wait_for_timeout(1000 * LOOK_EVERY_S)
        raise TimeoutError("the picture that was waited for did not come")

    def views(self) -> list[Picture]:
        """Return the last picture of each view that is shown, once none comes any more.

        Raises
        ------
        TimeoutError
            They came for `PATIENCE_S`, or none did.
        """
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            last = {(one.x, one.y): one for one in self.pictures()}
            if last and time.time() - max(one.at for one in last.values()) > REST_S:
                shown = [tuple(place) for place in self.page.evaluate("benchWatch.places()")]
                return [last[place] for place in shown if place in last]
            self.page.wait_for_timeout(1000 * LOOK_EVERY_S)
        raise TimeoutError("the page did not come to rest")

    def turn_wheel(self, view: Picture, delta: int, a_second: int, count: int, back: int) -> None:
        """Turn the wheel over a view, and wait until that is done.

        Parameters
        ----------
        view
            Any picture of it.
        delta
            Of one notch, in the browser's units.
        a_second, count
            Notches.
        back
            Notches after which the direction changes, again and again.
        """
        self.page.evaluate(
            "how => benchWatch.turnWheel(how)",
            {
                "x": view.x,
                "y": view.y,
                "delta": delta,
                "notches": count,
                "everyMs": 1000 / a_second,
                "turnAfter": back,
            },
        )

    def sent_at(self) -> float:
        """Return when the last byte of the last upload had left, in seconds since 1970."""
        return float(self.page.evaluate("benchWatch.sent"))

    def close(self) -> None:
        """Close it, as a user does."""
        self.context.close()
