"""What is shown in a real Chromium: slices, window, overlay, crosshair, layout, theme."""

from __future__ import annotations

import numpy as np
import pytest

from web.viewer.page_reading import CORONAL, LEFT_FEMUR, pixels, share_of, until
from web.viewer.viewing import AXIAL_MIDDLE, SLICE

AXIAL = (360, 50, 820, 384)
OBLIQUE = (680, 385, 1280, 720)
WINDOW = "DisplayState__window"
X, Y = AXIAL_MIDDLE


@pytest.fixture(scope="module")
def shown(viewing):
    """The page after a run."""
    viewing.segment()
    return viewing


def test_slices_are_changed_by_wheel_keys_and_slider(shown):
    mouse, keyboard = shown.page.mouse, shown.page.keyboard
    mouse.move(X, Y)
    first = shown.value(SLICE)
    mouse.wheel(0, 100)
    shown.wait_for_another(SLICE, first)
    second = shown.value(SLICE)
    keyboard.press("ArrowUp")
    shown.wait_for_another(SLICE, second)
    third = shown.value(SLICE)
    keyboard.press("ArrowDown")
    shown.wait(SLICE, second)
    assert abs(third - second) == pytest.approx(1.5, abs=1e-4)
    box = shown.page.locator(".v-slider__container:visible").first.bounding_box()
    middle = box["y"] + box["height"] / 2
    shown.drag((box["x"] + 60, middle), (box["x"] + 0.75 * box["width"], middle))
    until(shown.page, lambda: shown.value(SLICE) > second + 20)


def test_arrows_in_a_field_stay_there(shown):
    shown.section("View")
    before = shown.value(SLICE)
    shown.page.mouse.move(X, Y)
    shown.page.get_by_label("Black at").focus()
    shown.page.keyboard.press("ArrowUp")
    shown.page.keyboard.press("w")
    shown.page.keyboard.press("ArrowDown")
    assert shown.value(SLICE) == before
    assert not shown.value("DisplayState__adjusts_window")


def test_the_window_is_chosen_by_field_by_dragging_and_again(shown):
    shown.section("View")
    first = shown.value(WINDOW)
    shown.page.get_by_label("Black at").fill("100")
    shown.page.get_by_label("Black at").press("Enter")
    shown.wait(WINDOW, [100, first[1]])
    shown.page.get_by_label("White at").fill("50")  # below black
    shown.page.get_by_label("White at").press("Enter")
    until(shown.page, lambda: shown.page.get_by_label("White at").input_value() == str(first[1]))
    assert shown.value(WINDOW) == [100, first[1]]
    shown.page.get_by_label("White at").blur()
    shown.page.mouse.move(X, Y)
    shown.page.keyboard.press("w")
    shown.wait("DisplayState__adjusts_window", True)
    shown.drag((X, Y), (X + 60, Y + 40))
    shown.wait_for_another(WINDOW, [100, first[1]])
    shown.wait_for_rest(WINDOW)
    shown.page.keyboard.press("w")
    shown.wait("DisplayState__adjusts_window", False)
    shown.page.get_by_role("button", name="Reset the window").click()
    shown.wait(WINDOW, first)


def test_bones_are_filled_outlined_or_not_there(shown):
    def share():
        return share_of(LEFT_FEMUR, pixels(shown.page, CORONAL))

    shown.section("View")
    until(shown.page, lambda: share() > 0.005)
    filled = share()
    shown.page.get_by_label("Outlines only").check()
    until(shown.page, lambda: 0 < share() < filled / 3)
    shown.page.get_by_label("Outlines only").uncheck()
    until(shown.page, lambda: share() > 0.9 * filled)
    opacity = shown.page.get_by_role("slider", name="In slices")
    for _ in range(60):
        opacity.press("ArrowLeft")
    until(shown.page, lambda: share() < filled / 10)
    opacity.press("End")
    until(shown.page, lambda: share() > 0.9 * filled)


def test_the_crosshair_is_drawn_and_dragged(shown):
    slices = ("Green__SliderState__value", "Yellow__SliderState__value")
    shown.section("View")
    before = pixels(shown.page, AXIAL)
    shown.page.keyboard.press("c")
    shown.wait("DisplayState__has_crosshair", True)
    until(shown.page, lambda: not np.array_equal(pixels(shown.page, AXIAL), before))
    shown.page.get_by_label("Drag and turn the slices").check()
    shown.wait("DisplayState__moves_slices", True)
    shown.page.keyboard.press("r")
    shown.page.mouse.move(X + 10, Y)
    places = [shown.value(one) for one in slices]
    x, y = crossing(shown)
    shown.drag((x, y), (x + 30, y + 40))
    until(
        shown.page,
        lambda: all(shown.value(name) != place for name, place in zip(slices, places, strict=True)),
    )
    shown.page.keyboard.press("c")
    shown.wait("DisplayState__has_crosshair", False)


def test_the_crosshair_may_vanish_while_it_is_dragged(shown):
    mouse, keyboard = shown.page.mouse, shown.page.keyboard
    shown.section("View")
    x, y = crossing(shown)
    for step in (57, -33, 41, -55, 24, -48, 36, -21, 60, -44):
        keyboard.press("c")
        shown.wait("DisplayState__has_crosshair", True)
        shown.page.get_by_label("Drag and turn the slices").check()
        keyboard.press("r")
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + step, y - step // 2, steps=4)
        mouse.up()
        keyboard.press("c")  # before the viewer has heard of all moves
        shown.wait("DisplayState__has_crosshair", False)
        keyboard.press("3")
        keyboard.press("1")
    assert shown.counts()


def crossing(shown):
    """Return where the lines of the slices cross in the axial view: its middle after a reset."""
    left, top, right, bottom = AXIAL
    return (left + right) // 2, (top + bottom) // 2


@pytest.mark.parametrize(
    ("key", "layout"),
    [("2", "With oblique"), ("3", "3D large"), ("4", "Axial"), ("5", "3D"), ("1", "Four views")],
)
def test_layouts_have_keys(shown, key, layout):
    shown.page.keyboard.press(key)
    shown.page.get_by_role("button", name=layout, exact=True).wait_for()


def test_the_oblique_slice_turns(shown):
    shown.page.keyboard.press("2")
    shown.section("View")
    until(shown.page, lambda: pixels(shown.page, OBLIQUE).max() > 0.5)
    before = pixels(shown.page, OBLIQUE)
    tilt = shown.page.get_by_role("slider", name="Tilt")
    for _ in range(20):
        tilt.press("ArrowRight")
    shown.wait("DisplayState__tilt", 20)
    until(shown.page, lambda: np.abs(pixels(shown.page, OBLIQUE) - before).mean() > 0.005)
    shown.page.keyboard.press("Escape")


def test_the_theme_is_kept_and_else_the_systems(a_server, visit, shown):
    page = visit(a_server, color_scheme="light")
    page.context.add_cookies(shown.page.context.cookies())

    def is_dark():
        return pixels(page, (10, 600, 350, 700)).mean() < 0.5

    def load():
        page.goto(shown.page.url)
        page.get_by_role("tab", name="Segment").wait_for()

    load()
    until(page, lambda: not is_dark())
    page.get_by_role("button", name="Dark or light").click()
    until(page, is_dark)
    load()
    until(page, is_dark)
    assert page.evaluate("localStorage.getItem('pelvicboneseg-theme')") == "dark"
