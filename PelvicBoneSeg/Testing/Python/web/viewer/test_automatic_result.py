"""A scan whose masks were made in the background is opened as if the run had been made there."""

from __future__ import annotations

import pytest

from PelvicBoneSegWeb.library.web.services import Settings
from web.library.fake_worker import FREE
from web.viewer.page_reading import until
from web.viewer.serving import TOKENS, Serving
from web.viewer.viewing import Viewing


@pytest.fixture(scope="module")
def automatic(tmp_path_factory, visit, open_scan, worker):
    """Have a scan segmented from the library, and open it in a viewer that knows nothing of it."""
    worker.be(FREE)
    settings = Settings(tmp_path_factory.mktemp("library"), TOKENS, worker=worker.command)
    with Serving(settings) as server:
        page = visit(server)
        viewing = Viewing(page, worker, open_scan(server, page))
        answer = page.request.post(
            f"{server.address}/api/scans/{viewing.scan_id}/segmentations",
            data={"bones": ["femur"], "side": "both"},
            headers={"Origin": server.address},
        )
        assert answer.ok, answer.text()
        until(page, lambda: [one["status"] for one in viewing.stored()] == ["done"])
    with Serving(settings) as server:
        page = visit(server)
        page.goto(f"{server.address}/open/{viewing.scan_id}")
        page.get_by_role("tab", name="Segment").wait_for()
        yield Viewing(page, worker, viewing.scan_id)


def test_its_confidence_is_shown_and_there_is_nothing_to_undo(automatic):
    page = automatic.page
    page.get_by_text("Confidence by slice").wait_for()
    assert page.get_by_role("button", name="Undo run").count() == 0
    assert list(automatic.counts()) == ["Left femur", "Right femur"]


def test_the_next_run_replaces_it(automatic):
    before = automatic.counts()
    automatic.segment()
    assert automatic.counts() == before
