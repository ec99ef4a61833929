"""Messages to a viewer that no page sends: a real viewer, and a WebSocket spoken by hand."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress

import pytest

pytest.importorskip("trame_slicer", reason="needs the extra web")

from web.library.uploads import write_image
from web.viewer.by_hand import RefusedError, a_hand, a_viewer

EVENT = {"type": "MouseMove", "action": "up", "x": 5, "y": 5, "w": 400, "h": 300}
NOT_A_NUMBER = [None, True, "1", [], {}, math.nan, math.inf, 1e300]

REFUSED = {
    "SegmentState__bundle": ["/etc", "../default", "", None, ["default"]],
    "SegmentState__bones": [["skull"], "femur", ["femur", "femur"], [["femur"]], None],
    "SegmentState__side": ["up", None, ["left"]],
    "SegmentState__device": ["cpu; ls", None],
    "SegmentState__bundles": [["/etc"]],
    "SegmentState__is_ready": [True],
    "DisplayState__layout": ["no such", None, []],
    "DisplayState__window": [*NOT_A_NUMBER, [0], [300, 100], [-1e9, 1e9], [math.nan, 1]],
    "DisplayState__tilt": [*NOT_A_NUMBER, 91],
    "DisplayState__has_crosshair": [1, "true", None],
    "SmoothingState__kernel_size": [*NOT_A_NUMBER, -1, 999],
    "IslandsState__minimum_size": [*NOT_A_NUMBER, 1.5, -1, 2**40],
    "ScissorsEffectState__fill_mode": [*NOT_A_NUMBER, 99],
    "PaintEffectState__brush_diameter_slider__SliderState__value": [*NOT_A_NUMBER, 0, 500],
    "PaintEffectState__brush_diameter_slider__SliderState__max_value": [500],
    "Red__SliderState__value": [*NOT_A_NUMBER, 1e6],
    "SegmentEditState__segment_state__SegmentState__name": ["x" * 65, "a\nb", 5, None],
    "SegmentEditState__segment_state__SegmentState__color": ["red", "#12345", "#12345g", None],
    "SegmentEditState__segment_state__SegmentState__segment_id": ["other"],
    "section": ["other", None],
    "scan_name": ["other"],
    "trame__template_main": ["<b>"],
    "made_up": [1],
}

TAKEN = {
    "SegmentState__bones": ["sacrum", "femur"],
    "SegmentState__side": "left",
    "SegmentState__device": "cpu",
    "DisplayState__layout": "3D large",
    "DisplayState__window": [30, 200.5],
    "DisplayState__tilt": -12.5,
    "DisplayState__has_crosshair": True,
    "SmoothingState__kernel_size": 2.5,
    "PaintEffectState__brush_diameter_slider__SliderState__value": 12,
    "SegmentEditState__segment_state__SegmentState__name": "Fémur, links",
    "SegmentEditState__segment_state__SegmentState__color": "#aabbcc",
    "section": "edit",
}


@pytest.fixture(scope="module")
def saying(tmp_path_factory):
    """Run a conversation with a viewer that all tests of this file share."""
    loop = asyncio.new_event_loop()
    scan = write_image(tmp_path_factory.mktemp("guard") / "scan.nrrd")
    viewer = a_viewer(scan)
    process = loop.run_until_complete(viewer.__aenter__())

    def saying(conversation):
        async def go():
            async with a_hand(process) as hand:
                await conversation(hand)
            async with a_hand(process) as hand:  # it lives
                assert await hand.value("scan_name") == "a scan"

        loop.run_until_complete(go())

    yield saying
    loop.run_until_complete(viewer.__aexit__(None, None, None))
    loop.close()


def test_variables_that_the_page_does_not_set_so_keep_their_values(saying):
    async def conversation(hand):
        for key, values in REFUSED.items():
            before = await hand.value(key)
            for value in values:
                assert await hand.set(key, value) == before, (key, value)

    saying(conversation)


def test_variables_of_the_pages_controls_are_taken(saying):
    async def conversation(hand):
        for key, value in TAKEN.items():
            assert await hand.set(key, value) == value, key

    saying(conversation)


def test_a_page_whose_value_was_refused_is_told_what_holds(saying):
    async def conversation(hand):
        key = "SegmentState__bundle"
        await hand.call("trame.state.update", [{"key": key, "value": "/etc"}])
        assert await hand.hear_of(key) == "default"

    saying(conversation)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("application.exit", []),
        ("application.exit.later", [0]),
        ("trame.force.push", ["SegmentState__bundle"]),
        ("trame.rca.drop", ["Red", 0]),
        ("trame.rca.push", ["Red", {}, "x"]),
        ("trame.lifecycle.update", ["server_bind"]),
        ("trame.trigger", ["pressed", ["p"], {"key": "p"}]),
        ("trame.trigger", ["pressed", [["p"]], {}]),
        ("trame.trigger", ["pressed", ["x" * 201], {}]),
        ("trame.rca.size", ["Red", "me", {"w": 1e9, "h": 1, "p": 1}]),
        ("trame.rca.size", ["Red", "me", {"w": 4000, "h": 4000, "p": 4}]),
        ("trame.rca.size", ["Red", "me", {"w": math.nan, "h": 1, "p": 1}]),
        ("trame.rca.event", ["Red", "me", {**EVENT, "x": "1"}]),
        ("trame.rca.event", ["Red", "me", {**EVENT, "action": 5}]),
        ("trame.rca.event", ["Red", "me", {**EVENT, "x": None}]),
        ("trame.rca.event", ["Red", "me", {**EVENT, "positions": [1]}]),
        ("trame.rca.event", ["Red", "me", {"type": 5}]),
        ("trame.rca.event", ["Red", "me", "MouseMove"]),
    ],
)
def test_messages_that_the_page_does_not_send_are_refused(saying, method, arguments):
    async def conversation(hand):
        with pytest.raises(RefusedError):
            await hand.call(method, *arguments)

    saying(conversation)


def test_buttons_pressed_with_anything_leave_a_viewer_that_lives(saying):
    async def conversation(hand):
        for number in range(60):
            for arguments in ([], ["no such"], [-1], [1e8], ["no such", 10**8], [0, -1]):
                with suppress(RefusedError):  # it takes other arguments
                    await hand.call("trame.trigger", f"trigger__{number}", arguments, {})

    saying(conversation)


def test_a_message_that_says_it_is_huge_ends_the_connection(saying):
    async def conversation(hand):
        await hand.send_raw(b"\0" * 8 + (2**30).to_bytes(4, "little") + b"x")
        assert await hand.is_closed()

    saying(conversation)


def test_many_messages_that_never_end_end_the_connection(saying):
    async def conversation(hand):
        with suppress(ConnectionResetError):  # closed before the last one is sent
            for number in range(20):
                await hand.send_raw(bytes([number, 0, 0, 0]) + bytes(4) + b"\0\0\1\0" + b"x")
        assert await hand.is_closed()

    saying(conversation)
