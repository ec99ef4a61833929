"""A result that is kept for later, as the frame that it would come in, compressed."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from ..errors import UnreadableImageError, WorkerProtocolError
from ..segmentation.result import SegmentationResult
from .protocol import Frame, FrameDecoder, encode
from .segmentation import read_result, write_result

_LEVEL = 1
"""Label maps become a fiftieth at any level."""

_DAMAGE = (OSError, EOFError, zlib.error, KeyError, TypeError, ValueError)


def write_result_file(path: Path, result: SegmentationResult) -> None:
    """Write all of a result, so that it can be put into a scene as if the run had just ended.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    header, arrays = write_result(result)
    with gzip.open(path, "wb", compresslevel=_LEVEL) as file:
        for piece in encode(Frame({"kind": "finished", "answer": header}, arrays)):
            file.write(piece)


def read_result_file(path: Path) -> SegmentationResult:
    """Read what `write_result_file` wrote.

    Raises
    ------
    UnreadableImageError
        The file is not there, or damaged.
    """
    try:
        with gzip.open(path) as file:
            (frame,) = FrameDecoder().feed(file.read())
        return read_result(frame.header["answer"], frame.arrays)
    except (*_DAMAGE, WorkerProtocolError) as error:
        raise UnreadableImageError(path.name, "it is damaged") from error
