"""Frames of bytes between two processes: a JSON header and raw arrays, nothing pickled.

=======  ====================================================================================
4 bytes  `MAGIC`, which names the version too
4 bytes  length of the header, unsigned, little-endian
…        the header: JSON in UTF-8; ``"arrays"`` lists name, dtype and shape of each array
…        the arrays one after the other, C order, little-endian
=======  ====================================================================================
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import WorkerProtocolError

MAGIC = b"PBS1"

MAX_HEADER_BYTES = 4 * 2**20
"""Headers hold settings and texts: some kilobytes."""

MAX_BODY_BYTES = 32 * 2**30
"""2000³ voxels of 32 bits, more than any scan."""

MAX_ARRAYS = 64

DTYPES = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8")
"""Plain numbers only."""

_PREFIX = struct.Struct("<4sI")


@dataclass(frozen=True, eq=False)
class Frame:
    """One message.

    Attributes
    ----------
    header
        What JSON can say.
    arrays
        By name.
    """

    header: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


def encode(frame: Frame) -> list[memoryview]:
    """Return the bytes of a frame in pieces; arrays that are stored plainly are not copied.

    Raises
    ------
    WorkerProtocolError
        An array of another dtype than `DTYPES`, or a limit is exceeded.
    """
    arrays = {name: _plain(array) for name, array in frame.arrays.items()}
    described = [
        {"name": name, "dtype": array.dtype.str, "shape": list(array.shape)}
        for name, array in arrays.items()
    ]
    _check_arrays(described)
    header = json.dumps({**frame.header, "arrays": described}).encode()
    _check_header_size(len(header))
    prefix = _PREFIX.pack(MAGIC, len(header))
    return [memoryview(prefix + header), *(_bytes_of(one) for one in arrays.values() if one.size)]


class FrameDecoder:
    """Turns bytes, in pieces of any size, into frames."""

    def __init__(self) -> None:
        self._header: dict[str, Any] = {}
        self._arrays: dict[str, np.ndarray] = {}
        self._waiting: list[np.ndarray] = []
        self._expect_prefix()

    def feed(self, piece: bytes) -> list[Frame]:
        """Take the next bytes and return the frames that they complete.

        Raises
        ------
        WorkerProtocolError
            They are no frame of ours, or break a limit. Nothing more can be read then.
        """
        frames: list[Frame] = []
        rest = memoryview(piece)
        while True:
            taken = min(len(self._target) - self._filled, len(rest))
            self._target[self._filled : self._filled + taken] = rest[:taken]
            self._filled += taken
            rest = rest[taken:]
            if self._filled < len(self._target):
                return frames
            frame = self._complete()
            if frame is not None:
                frames.append(frame)

    def _expect(self, target: memoryview, complete: Callable[[], Frame | None]) -> None:
        self._target, self._filled, self._complete = target, 0, complete

    def _expect_prefix(self) -> None:
        self._expect(memoryview(bytearray(_PREFIX.size)), self._read_prefix)

    def _read_prefix(self) -> None:
        magic, size = _PREFIX.unpack(self._target)
        if magic != MAGIC:
            raise WorkerProtocolError(f"a message begins with {magic!r}")
        _check_header_size(size)
        self._expect(memoryview(bytearray(size)), self._read_header)

    def _read_header(self) -> Frame | None:
        try:
            header = json.loads(bytes(self._target))
        except (ValueError, RecursionError) as error:
            raise WorkerProtocolError(f"a header is not JSON ({error})") from error
        if not isinstance(header, dict):
            raise WorkerProtocolError("a header is no JSON object")
        described = header.pop("arrays", None)
        _check_arrays(described)
        self._header = header
        self._arrays = {one["name"]: np.empty(one["shape"], one["dtype"]) for one in described}
        self._waiting = [array for array in self._arrays.values() if array.size]
        return self._next_array()

    def _next_array(self) -> Frame | None:
        if self._waiting:
            self._expect(_bytes_of(self._waiting.pop(0)), self._next_array)
            return None
        frame = Frame(self._header, self._arrays)
        self._arrays = {}
        self._expect_prefix()
        return frame


def _plain(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "biuf" or array.dtype.newbyteorder("<").str not in DTYPES:
        raise WorkerProtocolError(f"an array of {array.dtype}")
    # Not ascontiguousarray alone, which makes an array of shape () one of shape (1,).
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)


def _bytes_of(array: np.ndarray) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _check_header_size(size: int) -> None:
    if size > MAX_HEADER_BYTES:
        raise WorkerProtocolError(f"a header of {size} bytes")


def _check_arrays(described: Any) -> None:
    if not isinstance(described, list) or len(described) > MAX_ARRAYS:
        raise WorkerProtocolError("a header does not list its arrays, or too many")
    if not all(map(_is_array, described)):
        raise WorkerProtocolError("a header describes something else than arrays of numbers")
    if len({one["name"] for one in described}) < len(described):
        raise WorkerProtocolError("two arrays have one name")
    # An empty array's other axes count too: NumPy refuses such as cannot be indexed.
    size = sum(
        math.prod(filter(None, one["shape"])) * np.dtype(one["dtype"]).itemsize for one in described
    )
    if size > MAX_BODY_BYTES:
        raise WorkerProtocolError(f"arrays of {size} bytes")


def _is_array(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and one.get("dtype") in DTYPES
        and isinstance(one.get("shape"), list)
        and len(one["shape"]) <= 4
        and all(type(size) is int and size >= 0 for size in one["shape"])
    )
