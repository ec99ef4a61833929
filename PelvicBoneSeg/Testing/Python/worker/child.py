"""A child process, talked to without Qt."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from PelvicBoneSegLib.worker.protocol import Frame, FrameDecoder, encode
from PelvicBoneSegLib.worker.request import Request

WAIT_S = 60


class Child:
    """``python ARGUMENTS``, which answers requests."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self.process = subprocess.Popen([sys.executable, *arguments], env=environment, **pipes)
        self._frames = self._read()

    def send(self, header: dict, arrays: dict | None = None) -> None:
        self.write(b"".join(encode(Frame(header, arrays or {}))))

    def write(self, stream: bytes) -> None:
        self.process.stdin.write(stream)
        self.process.stdin.flush()

    def ask(self, run: int, request: Request) -> None:
        self.send(
            {
                "kind": "request",
                "run": run,
                "operation": request.operation,
                "arguments": request.header,
            },
            request.arrays,
        )

    def next(self) -> Frame:
        return next(self._frames)

    def until_end(self) -> list[Frame]:
        """Return the frames up to the one that ends a run."""
        frames = [self.next()]
        while frames[-1].header["kind"] not in ("finished", "failed"):
            frames.append(self.next())
        return frames

    def end(self) -> tuple[int, str]:
        """Close the child's input; return its exit code and what it wrote to standard error."""
        self.process.stdin.close()
        code = self.process.wait(WAIT_S)
        return code, self.process.stderr.read().decode()

    def _read(self) -> Iterator[Frame]:
        decoder = FrameDecoder()
        while piece := os.read(self.process.stdout.fileno(), 2**16):
            yield from decoder.feed(piece)
