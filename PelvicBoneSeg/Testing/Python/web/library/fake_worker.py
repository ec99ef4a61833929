"""A real child process that finds bones by their grey values, as a test wants it to.

A file is between test and process: it says how to behave, and is read at each step.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from PelvicBoneSegLib.errors import Cancelled

HELD, DEAF, FREE = "held", "deaf", "free"
DYING, FAILING = "dying", "failing"


class FakeWorker:
    """The test's side: what it is told, and what it did."""

    def __init__(self, folder: Path) -> None:
        self._control, self._done = folder / "control", folder / "done"
        self._done.touch()
        self.be(FREE)

    @property
    def command(self) -> tuple[str, ...]:
        return sys.executable, __file__, str(self._control), str(self._done)

    def be(self, how: str) -> None:
        scratch = self._control.with_suffix(".new")
        scratch.write_text(how)
        scratch.replace(self._control)

    @property
    def started(self) -> list[str]:
        """Which sides were asked for, run by run; tests use them to tell runs apart."""
        return self._done.read_text().split()


def segment(header, arrays, segmenters, report, cancel):
    from PelvicBoneSegLib.worker.segmentation import requested_volume, write_result
    from scene.phantom import ThresholdSegmenter

    control, done = map(Path, sys.argv[1:])
    with done.open("a") as file:
        file.write(f"{header['side']}\n")
    report.progress(0.5, "Segmenting")
    while (how := control.read_text()) in (HELD, DEAF):
        if cancel() and how == HELD:
            raise Cancelled
        time.sleep(0.01)
    if how == DYING:
        os.abort()
    if how == FAILING:
        raise RuntimeError("a fault")
    volume = requested_volume(arrays)
    return write_result(ThresholdSegmenter().segment(volume, header["bones"], header["side"]))


if __name__ == "__main__":
    from PelvicBoneSegLib.worker.server import main

    main({"segment": segment, "warm": lambda *of_request: ({}, {})})
