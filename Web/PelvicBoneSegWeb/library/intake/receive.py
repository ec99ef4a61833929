"""Bytes from a visitor into a temporary file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from aiohttp.web import RequestPayloadError

from ..errors import UploadIncompleteError, UploadTooLargeError
from ..limits import Limits

BLOCK_BYTES = 1 << 20


class Stream(Protocol):
    """What bytes come from; `aiohttp.StreamReader` is one."""

    async def read(self, n: int, /) -> bytes:
        """Return at most so many of the next bytes, none at the end."""


def check_announced(announced: int | None, limits: Limits) -> None:
    """Refuse an upload by the length that it states, before a byte is read.

    Raises
    ------
    UploadTooLargeError
        It is too long.
    UploadIncompleteError
        It is empty.
    """
    if announced is not None and announced > limits.upload_bytes:
        raise UploadTooLargeError(limits.upload_bytes)
    if announced == 0:
        raise UploadIncompleteError("the file is empty")


async def receive(
    stream: Stream,
    announced: int | None,
    target: Path,
    limits: Limits,
    received: Callable[[int], None],
) -> int:
    """Write what comes into a file, whatever was announced.

    Parameters
    ----------
    announced
        How many bytes are said to come, where that is known.
    target
        A file that is not there yet.
    received
        Called with the number of bytes so far.

    Returns
    -------
    The number of bytes.

    Raises
    ------
    UploadTooLargeError
        More than `Limits.upload_bytes` came, or were announced.
    UploadIncompleteError
        None came, fewer than announced, none for `Limits.stall_s`, or not all in `Limits.upload_s`.
    OSError
        The disk is full.
    """
    check_announced(announced, limits)
    total, begin = 0, time.monotonic()
    with target.open("xb") as file:
        while block := await _next(stream, limits.stall_s):
            total += len(block)
            if time.monotonic() - begin > limits.upload_s:
                raise UploadIncompleteError(f"it took more than {limits.upload_s:g} seconds")
            if total > limits.upload_bytes:
                raise UploadTooLargeError(limits.upload_bytes)
            await asyncio.to_thread(file.write, block)
            received(total)
    if not total:
        raise UploadIncompleteError("the file is empty")
    if announced is not None and total != announced:
        raise UploadIncompleteError(f"{total} bytes of {announced} came")
    return total


async def _next(stream: Stream, stall_s: float) -> bytes:
    try:
        return await asyncio.wait_for(stream.read(BLOCK_BYTES), stall_s)
    except asyncio.TimeoutError as error:
        raise UploadIncompleteError(f"nothing came for {stall_s:g} seconds") from error
    except (ConnectionError, RequestPayloadError) as error:
        raise UploadIncompleteError("the connection broke off") from error
