"""What the bench sees of pictures, in a real Chromium."""

from __future__ import annotations

import io
from base64 import b64encode

import pytest

from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegWeb.bench.tab import Tab
from PelvicBoneSegWeb.bench.to_bone import shows_bone

PAGE = """data:text/html,<img class="image-display-area"
    style="position: fixed; left: 800px; top: 50px; width: 400px; height: 300px">"""
BONE, RIGHT = (tuple(round(255 * one) for one in each.colour) for each in SEGMENTS[:2])
DARK_BONE = tuple(one // 2 for one in BONE)
GREY = (128, 128, 128)


@pytest.fixture
def tab(a_browser):
    tab = Tab(a_browser, PAGE)
    tab.look_for_bone()
    yield tab
    tab.close()


def show(tab, colour):
    image = pytest.importorskip("PIL.Image", reason="needs Pillow")
    content = io.BytesIO()
    image.new("RGB", (64, 48), colour).save(content, "PNG")
    source = "data:image/png;base64," + b64encode(content.getvalue()).decode()
    tab.page.evaluate("source => { document.querySelector('img').src = source; }", source)
    return tab.wait_for(lambda one: one.bright == pytest.approx(colour[0] / 255, abs=0.02))


@pytest.mark.parametrize("colour", [BONE, DARK_BONE])
def test_a_bone_is_known_by_its_hue(tab, colour):
    picture = show(tab, colour)
    assert picture.bone == 1 and shows_bone(picture)
    assert (picture.x, picture.y) == (1000, 200)


@pytest.mark.parametrize("colour", [GREY, RIGHT])
def test_what_is_grey_or_another_bone_is_not_taken_for_it(tab, colour):
    assert show(tab, colour).bone == 0


def test_pictures_are_told_apart(tab):
    digests = [show(tab, colour).digest for colour in (BONE, GREY, BONE)]
    assert digests[0] == digests[2] != digests[1]


def test_views_are_where_they_are_now(tab):
    show(tab, BONE)
    tab.page.evaluate("document.querySelector('img').style.left = '100px'")
    moved = show(tab, GREY)
    assert tab.views() == [moved]
    assert (moved.x, moved.y) == (300, 200)


def test_the_wheel_turns_over_the_view_back_and_forth(tab):
    view = show(tab, BONE)
    tab.page.evaluate("""() => {
        window.turned = [];
        document.querySelector('img').onwheel = (event) => turned.push(event.deltaY);
    }""")
    tab.turn_wheel(view, delta=120, a_second=100, count=6, back=2)
    assert tab.page.evaluate("turned") == [120, 120, -120, -120, 120, 120]
