"""What a user does with an open scan, and what comes of it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import SimpleITK as sitk

from web.library.fake_worker import FREE, HELD
from web.viewer.page_reading import until

SLICE = "Red__SliderState__value"
"""Where the axial slice is, in mm."""

AXIAL_MIDDLE = (580, 216)
"""Of the axial view on a page of 1280×720."""


class Viewing:
    """A page with a scan.

    Parameters
    ----------
    page
        Of playwright.
    worker
        A `FakeWorker`.
    scan_id
        Of the scan in the library.
    """

    def __init__(self, page: Any, worker: Any, scan_id: str) -> None:
        self.page, self.worker, self.scan_id = page, worker, scan_id

    # --- what it is like -----------------------------------------------------------------------

    def value(self, name: str) -> Any:
        """Return a variable of the page."""
        return self.page.evaluate("name => window.trame.state.get(name)", name)

    def wait(self, name: str, value: Any) -> None:
        """Wait until a variable of the page has a value."""
        self.page.wait_for_function(
            "([name, value]) => JSON.stringify(window.trame.state.get(name)) === value",
            arg=[name, json.dumps(value, separators=(",", ":"))],
        )

    def wait_for_another(self, name: str, value: Any) -> None:
        """Wait until a variable of the page has another value."""
        until(self.page, lambda: self.value(name) != value)

    def wait_for_rest(self, name: str) -> None:
        """Wait until a variable of the page changes no more: the mouse's moves come one by one."""

        def rests() -> bool:
            before = self.value(name)
            self.page.wait_for_timeout(500)
            return self.value(name) == before

        until(self.page, rests)

    def get(self, path: str) -> Any:
        """Ask the viewer over HTTP, as a link of the page does."""
        return self.page.request.get(self.page.url.rsplit("/", 1)[0] + "/" + path)

    def counts(self) -> dict[str, int]:
        """Return the voxels of each segment that is shown."""
        with zipfile.ZipFile(io.BytesIO(self.get("download/nrrd").body())) as archive:
            (name,) = (one for one in archive.namelist() if one.endswith(".seg.nrrd"))
            return _counts(archive.read(name))

    def stored(self) -> list[dict[str, Any]]:
        """Return what the library says of the scan's segmentations."""
        address = re.match("https?://[^/]+", self.page.url)[0]
        answer = self.page.request.get(f"{address}/api/scans/{self.scan_id}")
        return answer.json()["segmentations"]

    # --- what is done --------------------------------------------------------------------------

    def section(self, title: str) -> None:
        """Open a section."""
        self.page.get_by_role("tab", name=title).click()

    def press_segment(self) -> None:
        """Ask for a run."""
        self.section("Segment")
        self.page.get_by_role("button", name="Segment", exact=True).click()

    def segment(self, answer: str = "Replace") -> None:
        """Have the chosen bones segmented; edits are treated as the answer says."""
        self.worker.be(HELD)
        self.press_segment()
        asked, runs = (
            self.page.get_by_role("button", name=answer),
            self.page.get_by_text("Segmenting", exact=True),
        )
        asked.or_(runs).first.wait_for()
        if asked.is_visible():
            asked.click()
        runs.wait_for()
        self.worker.be(FREE)
        self.page.get_by_text(re.compile("^Done in")).wait_for()

    def choose_tool(self, title: str) -> None:
        """Choose a tool of the section *Edit*."""
        self.section("Edit")
        button = self.page.get_by_role("button", name=title, exact=True)
        button.click()
        until(self.page, lambda: button.get_attribute("aria-pressed") == "true")

    def drag(self, *places: tuple[int, int], button: str = "left") -> None:
        """Draw with the mouse through places of the page."""
        mouse = self.page.mouse
        mouse.move(*places[0])
        mouse.down(button=button)
        for place in places[1:]:
            mouse.move(*place, steps=4)
        mouse.up(button=button)

    def change(self, action: Any) -> None:
        """Do something that can be undone, and wait until it is done."""
        before = self.counts()
        action()
        until(self.page, lambda: self.counts() != before)

    def edit(self, up: int = 90) -> None:
        """Paint a stroke so many pixels above the middle, where nothing is yet."""
        self.choose_tool("Paint (P)")
        x, y = AXIAL_MIDDLE
        self.change(lambda: self.drag((x - 20, y - up), (x + 20, y - up)))
        self.choose_tool("No tool (Esc)")


def _counts(content: bytes) -> dict[str, int]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.seg.nrrd"
        path.write_bytes(content)
        image = sitk.ReadImage(str(path))
    labels = sitk.GetArrayFromImage(image)
    numbers = [one.split("_")[0] for one in image.GetMetaDataKeys() if one.endswith("_Name")]
    return {
        image.GetMetaData(f"{one}_Name"): int(
            (labels == int(image.GetMetaData(f"{one}_LabelValue"))).sum()
        )
        for one in numbers
    }
