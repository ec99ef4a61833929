"""Frames: what goes in comes out, however the bytes are cut, and nothing else is let in."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from PelvicBoneSegLib.errors import WorkerProtocolError
from PelvicBoneSegLib.worker import protocol
from PelvicBoneSegLib.worker.protocol import DTYPES, Frame, FrameDecoder, encode


def bytes_of(frame: Frame) -> bytes:
    return b"".join(encode(frame))


def raw_frame(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<4sI", protocol.MAGIC, len(header)) + header + body


def described(**array) -> bytes:
    one = {"name": "a", "dtype": "|u1", "shape": [2], **array}
    return raw_frame(json.dumps({"arrays": [one]}).encode(), b"xy")


@pytest.fixture
def a_frame():
    rng = np.random.default_rng(2)
    return Frame(
        {"kind": "request", "text": "Größe", "numbers": [1, 2.5, None, True]},
        {
            "voxels": rng.integers(-500, 500, (3, 4, 5)).astype(np.int16),
            "nothing": np.empty((0, 3), np.float32),
            "one": np.array(7.25),
            "mask": rng.random((4, 5)) > 0.5,
        },
    )


@pytest.mark.parametrize("size", [1, 3, 64, 10_000])
def test_a_frame_comes_out_as_it_went_in_however_it_is_cut(a_frame, size):
    decoder = FrameDecoder()
    stream = 2 * bytes_of(a_frame)
    frames = []
    for start in range(0, len(stream), size):
        frames += decoder.feed(stream[start : start + size])
    assert len(frames) == 2
    for frame in frames:
        assert frame.header == a_frame.header
        assert list(frame.arrays) == list(a_frame.arrays)
        for name, array in a_frame.arrays.items():
            assert frame.arrays[name].dtype == array.dtype
            assert frame.arrays[name].shape == array.shape
            assert (frame.arrays[name] == array).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_kind_of_number_is_carried(dtype):
    array = np.arange(6).astype(dtype).reshape(2, 3)
    (frame,) = FrameDecoder().feed(bytes_of(Frame({}, {"a": array})))
    assert frame.arrays["a"].dtype.str == dtype
    assert (frame.arrays["a"] == array).all()


def test_other_byte_orders_and_strides_are_carried_by_value():
    array = np.arange(24, dtype=">i4").reshape(2, 3, 4)[:, ::-1, ::2]
    (frame,) = FrameDecoder().feed(bytes_of(Frame({}, {"a": array})))
    assert (frame.arrays["a"] == array).all()
    assert frame.arrays["a"].dtype.str == "<i4"


def test_a_large_plain_array_is_not_copied():
    array = np.zeros((4, 8, 8), np.int16)
    assert np.shares_memory(np.asarray(encode(Frame({}, {"a": array}))[1]), array)


@pytest.mark.parametrize("array", [np.array([object()]), np.array(["x"]), np.array([1j])])
def test_nothing_but_numbers_can_be_sent(array):
    with pytest.raises(WorkerProtocolError, match="an array of"):
        encode(Frame({}, {"a": array}))


def test_half_a_frame_is_no_frame(a_frame):
    assert FrameDecoder().feed(bytes_of(a_frame)[:-1]) == []


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"PBS2\0\0\0\0", "begins with b'PBS2'"),
        (b"warning: something printed", "begins with b'warn'"),
        (struct.pack("<4sI", protocol.MAGIC, 2**30), "a header of 1073741824 bytes"),
        (raw_frame(b"{"), "not JSON"),
        (raw_frame(b"[" * 100_000), "not JSON"),
        (raw_frame(b"[]"), "no JSON object"),
        (raw_frame(b"{}"), "does not list its arrays"),
        (raw_frame(json.dumps({"arrays": [{}] * 65}).encode()), "too many"),
        (described(dtype="|O"), "something else than arrays of numbers"),
        (described(dtype="V8"), "something else than arrays of numbers"),
        (described(dtype=[["f", "<f4"]]), "something else than arrays of numbers"),
        (described(shape=[-1]), "something else than arrays of numbers"),
        (described(shape=[1.5]), "something else than arrays of numbers"),
        (described(shape=[True]), "something else than arrays of numbers"),
        (described(shape=[1] * 5), "something else than arrays of numbers"),
        (described(shape=2), "something else than arrays of numbers"),
        (described(shape=[2**20, 2**20]), "arrays of 1099511627776 bytes"),
        (described(shape=[2**63, 0]), "arrays of 9223372036854775808 bytes"),
        (
            raw_frame(
                json.dumps({"arrays": [{"name": "a", "dtype": "|u1", "shape": []}] * 2}).encode()
            ),
            "one name",
        ),
    ],
)
def test_what_is_no_frame_is_refused_with_the_reason(stream, reason):
    with pytest.raises(WorkerProtocolError) as caught:
        FrameDecoder().feed(stream)
    assert reason in str(caught.value)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 255))
def test_damaged_bytes_give_frames_or_a_refusal_and_nothing_else(noise, position, value):
    stream = bytearray(bytes_of(Frame({"kind": "progress"}, {"a": np.arange(9, dtype=np.int16)})))
    stream[position % len(stream)] = value
    decoder = FrameDecoder()
    try:
        for frame in decoder.feed(bytes(stream) + noise):
            assert all(array.dtype.str in DTYPES for array in frame.arrays.values())
    except WorkerProtocolError as error:
        assert "do not understand each other" in str(error)
