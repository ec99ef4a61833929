"""Runs, one after the other on one page: asked about, cancelled, failed, taken back."""

from __future__ import annotations

import re

import pytest

from web.library.fake_worker import FAILING, FREE, HELD
from web.viewer.page_reading import until

QUESTION = re.compile("What is to become of the edits")
GREEN = "Green__SliderState__value"


@pytest.fixture
def edited(segmented):
    """After a run, with a stroke painted; and the voxels before and after it."""
    found = segmented.counts()
    segmented.edit()
    segmented.section("Segment")
    return segmented, found, segmented.counts()


def test_a_run_is_taken_back(segmented):
    segmented.page.get_by_role("button", name="Undo run").click()
    segmented.page.get_by_text("The last run was taken back.").wait_for()


def test_edits_are_not_undone_with_the_run_unasked(edited):
    viewing, found, changed = edited
    undo = viewing.page.get_by_role("button", name="Undo run")
    for answer, left in (("Keep", changed), ("Undo all", None)):
        undo.click()
        viewing.page.get_by_text("takes these changes back too").wait_for()
        assert viewing.counts() == changed
        viewing.page.get_by_role("button", name=answer, exact=True).click()
        viewing.page.get_by_text("takes these changes back too").wait_for(state="hidden")
        if left is not None:
            assert viewing.counts() == left
    viewing.page.get_by_text("The last run was taken back.").wait_for()


@pytest.mark.parametrize("answer", ["Replace", "Keep edits", "Keep both"])
def test_edits_are_asked_about(edited, answer):
    viewing, found, changed = edited
    viewing.segment(answer)
    counts = viewing.counts()
    if answer == "Replace":
        assert counts == found
    elif answer == "Keep edits":
        assert counts == changed
    else:
        assert counts["Left femur (2)"] == found["Left femur"]
    viewing.page.get_by_role("button", name="Undo run").click()
    until(viewing.page, lambda: viewing.counts() == changed)


def test_the_question_can_be_left(edited):
    viewing, _, changed = edited
    viewing.press_segment()
    viewing.page.get_by_text(QUESTION).wait_for()
    viewing.page.get_by_role("button", name="Cancel").click()
    viewing.page.get_by_text(QUESTION).wait_for(state="hidden")
    assert viewing.counts() == changed


def test_a_run_is_cancelled(segmented):
    before = segmented.counts()
    segmented.worker.be(HELD)
    segmented.press_segment()
    segmented.page.get_by_text("Segmenting", exact=True).wait_for()
    segmented.page.get_by_role("button", name="Cancel").click()
    segmented.page.get_by_text("Cancelled. Nothing was changed.").wait_for()
    assert segmented.counts() == before


def test_a_run_that_fails_says_so_and_the_next_one_runs(segmented):
    before = segmented.counts()
    segmented.worker.be(FAILING)
    segmented.press_segment()
    segmented.page.get_by_text(re.compile("Nothing was changed. Try again")).wait_for()
    assert segmented.counts() == before
    segmented.segment()


def test_a_run_goes_on_while_the_page_is_loaded_again(viewing):
    viewing.worker.be(HELD)
    viewing.press_segment()
    viewing.page.get_by_text("Segmenting", exact=True).wait_for()
    viewing.page.reload()
    viewing.page.get_by_role("button", name="Cancel").wait_for()
    viewing.worker.be(FREE)
    viewing.page.get_by_text(re.compile("^Done in")).wait_for()


def test_the_strip_shows_doubt_and_leads_to_it(segmented):
    page = segmented.page
    sure = page.locator(".pbs-bar:not([disabled]):not(.doubtful)")
    doubtful = page.locator(".pbs-bar.doubtful")

    def looks(bars):
        return bars.first.evaluate(
            "bar => [getComputedStyle(bar).backgroundColor, bar.offsetHeight]"
        )

    (blue, high), (orange, low) = looks(sure), looks(doubtful)
    assert (blue, orange) == ("rgb(42, 120, 190)", "rgb(213, 94, 0)")
    assert high > low > 0
    before = segmented.value(GREEN)
    doubtful.last.click()
    page.get_by_text(re.compile(r"^Right femur, slice \d+: 0\.\d+, doubtful$")).wait_for()
    segmented.wait_for_another(GREEN, before)


def test_the_strip_of_all_bones_fits_a_small_screen(viewing):
    for bone in ("Hip bone", "Sacrum", "Lumbar spine"):
        viewing.page.get_by_label(bone).check()
    viewing.segment()
    rows = viewing.page.locator(".pbs-row")
    assert rows.count() == 6
    box = rows.last.bounding_box()
    assert box["y"] + box["height"] < 720


def test_a_page_whose_connection_broke_comes_back(a_server, visit, viewing):
    page = visit(a_server)
    sockets = []

    def pass_on(socket):
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/ws$"), pass_on)
    page.context.add_cookies(viewing.page.context.cookies())
    page.goto(viewing.page.url)
    page.get_by_role("tab", name="Segment").wait_for()
    sockets[0].close()
    until(page, lambda: len(sockets) == 2)
    page.get_by_role("tab", name="Segment").wait_for()
