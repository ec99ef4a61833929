"""The section *Edit* in a real Chromium: each tool with the mouse, taken back and done again."""

from __future__ import annotations

import pytest

from web.viewer.page_reading import until
from web.viewer.viewing import AXIAL_MIDDLE

LEFT = (690, 216)
"""In the left femur, in the axial view."""

SEGMENTS = "SegmentEditorState__segment_list__SegmentListState__segments"

OUTSIDE = [(560, 130), (600, 130)]


def around(place, size=25):
    x, y = place
    return [(x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)]


def press(viewing, title):
    viewing.page.get_by_role("button", name=title, exact=True).click()


def cut(viewing):
    viewing.drag(*around(LEFT), around(LEFT)[0])


def draw(viewing):
    viewing.drag(*around(AXIAL_MIDDLE))
    viewing.page.mouse.click(*around(AXIAL_MIDDLE)[0], button="right")


TOOLS = {
    "Paint (P)": lambda viewing: viewing.drag(*OUTSIDE),
    "Erase (E)": lambda viewing: viewing.drag(LEFT, (LEFT[0] + 10, LEFT[1])),
    "Scissors (S)": cut,
    "Draw": draw,
    "Threshold": lambda viewing: press(viewing, "Apply"),
    "Smoothing": lambda viewing: press(viewing, "Apply"),
}


@pytest.fixture
def editing(segmented):
    """The section, with the left femur chosen."""
    segmented.section("Edit")
    until(segmented.page, segmented.page.get_by_label("Name of the segment").is_visible)
    yield segmented
    segmented.choose_tool("No tool (Esc)")


@pytest.mark.parametrize("title", TOOLS)
def test_a_tool_changes_the_bone_and_is_taken_back(editing, title):
    before = editing.counts()
    editing.choose_tool(title)
    editing.change(lambda: TOOLS[title](editing))
    after = editing.counts()
    assert after["Left femur"] != before["Left femur"]
    editing.change(lambda: press(editing, "Undo (Ctrl+Z)"))
    assert editing.counts() == before
    editing.change(lambda: press(editing, "Redo (Ctrl+Y)"))
    assert editing.counts() == after


def test_islands_are_removed(editing):
    before = editing.counts()
    editing.choose_tool("Paint (P)")
    editing.change(lambda: editing.drag(*OUTSIDE))
    editing.choose_tool("Islands")
    editing.change(lambda: press(editing, "Apply"))
    assert editing.counts() == before


def test_a_larger_brush_paints_more(editing):
    def painted(share):
        box = editing.page.locator(".v-slider__container:visible").first.bounding_box()
        editing.page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        before = editing.counts()["Left femur"]
        editing.change(lambda: editing.drag(OUTSIDE[0], OUTSIDE[0]))
        more = editing.counts()["Left femur"] - before
        editing.change(lambda: press(editing, "Undo (Ctrl+Z)"))
        return more

    editing.choose_tool("Paint (P)")
    assert 0 < painted(0.1) < painted(0.3)


def test_keys_choose_tools_and_take_back(editing):
    for key, title in (("p", "Paint (P)"), ("e", "Erase (E)"), ("s", "Scissors (S)")):
        editing.page.keyboard.press(key)
        button = editing.page.get_by_role("button", name=title, exact=True)
        until(editing.page, lambda: button.get_attribute("aria-pressed") == "true")  # noqa: B023
    before = editing.counts()
    editing.page.keyboard.press("p")
    editing.change(lambda: editing.drag(*OUTSIDE))
    after = editing.counts()
    editing.change(lambda: editing.page.keyboard.press("Control+z"))
    assert editing.counts() == before
    editing.change(lambda: editing.page.keyboard.press("Control+y"))
    assert editing.counts() == after


def test_segments_are_added_named_hidden_and_deleted(editing):
    page = editing.page
    before = editing.counts()
    press(editing, "Add segment")
    name = page.get_by_label("Name of the segment")
    until(page, lambda: name.input_value().startswith("Segment"))
    name.fill("Cyst, left")
    name.press("Enter")
    until(page, lambda: editing.counts() == {**before, "Cyst, left": 0})
    name.fill(" ")
    name.press("Enter")
    until(page, lambda: name.input_value() == "Cyst, left")
    press(editing, "Show Right femur")
    until(page, lambda: "Right femur" not in editing.counts())
    press(editing, "Show Right femur")
    press(editing, "Delete Cyst, left")
    until(page, lambda: editing.counts() == before)


def test_a_colour_is_chosen_or_not(editing):
    page = editing.page

    def colours():
        return [one["color"] for one in editing.value(SEGMENTS)]

    def set_red(button):
        press(editing, "Colour of Left femur")
        page.locator(".v-color-picker-edit input").first.fill("10")
        page.get_by_role("button", name=button, exact=True).click()
        editing.wait("SegmentEditState__is_color_dialog_visible", False)

    before = colours()
    set_red("Cancel")
    assert colours() == before
    set_red("Apply")
    until(page, lambda: colours()[0].startswith("#0a"))
    press(editing, "Undo (Ctrl+Z)")
    until(page, lambda: colours() == before)
