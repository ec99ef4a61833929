"""A child process that finds the balls of `fake_segmenter`, as a test wants it to.

The process is real, so are its pipes and its server; only the network is left out, with PyTorch, so
that it starts in a tenth of a second. A folder is between test and process: ``control.json`` says
how to behave and is read at each batch, ``calls.jsonl`` tells what was asked for.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

BATCHES = 4
WAIT_S = 20

DEFAULTS = {
    "held": False,
    "ignores_cancel": False,
    "finds_bones": True,
    "surfaces": False,
    "warnings": [],
    "seconds_a_batch": 0.0,
    "warm_seconds": 0.0,
    "fails": "",
}


class FakeWorker:
    """The test's side.

    Attributes that may be set at any time are those of `DEFAULTS`. `fails` says what happens after
    the first batch: the name of an exception of PelvicBoneSegLib.errors without arguments or of
    Python's own, or ``"killed"``, ``"exit"``, ``"abort"``.
    """

    def __init__(self, folder: Path) -> None:
        object.__setattr__(self, "_folder", folder)
        object.__setattr__(self, "_control", dict(DEFAULTS))
        self._write()

    @property
    def command(self) -> list[str]:
        """For `WorkerProcess`."""
        return [sys.executable, __file__, str(self._folder)]

    def __getattr__(self, name: str):
        try:
            return self._control[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value) -> None:
        assert name in DEFAULTS, f"the fake worker knows no '{name}'"
        self._control[name] = value
        self._write()

    def hold(self) -> None:
        """Stop each run after its first batch, until `go_on`."""
        self.held = True

    def go_on(self) -> None:
        self.held = False

    @property
    def calls(self) -> list[dict]:
        """The arguments of each request so far, with ``"operation"``."""
        path = self._folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def _write(self) -> None:
        scratch = self._folder / "control.tmp"
        scratch.write_text(json.dumps(self._control))
        os.replace(scratch, self._folder / "control.json")


def _control(folder: Path) -> dict:
    for _ in range(100):
        try:
            return json.loads((folder / "control.json").read_text())
        except PermissionError:  # Windows, while the test replaces it
            time.sleep(0.01)
    raise TimeoutError("the test's control file cannot be read")


def _fail(name: str) -> None:
    import builtins
    import signal

    from PelvicBoneSegLib import errors

    if name == "killed":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    if name == "exit":
        print("the end is near", file=sys.stderr, flush=True)
        os._exit(7)
    if name == "abort":
        os.abort()
    raise (getattr(errors, name, None) or getattr(builtins, name))()


def _serve(folder: Path) -> None:
    from fake_segmenter import FakeSegmenter

    from PelvicBoneSegLib.anatomy import segments_for
    from PelvicBoneSegLib.errors import Cancelled
    from PelvicBoneSegLib.segmentation.isotropic import make_isotropic
    from PelvicBoneSegLib.segmentation.postprocess import bone_classes
    from PelvicBoneSegLib.worker import operations
    from PelvicBoneSegLib.worker.isotropic import write_isotropic
    from PelvicBoneSegLib.worker.segmentation import requested_volume, write_result
    from PelvicBoneSegLib.worker.server import main

    def note(operation, header):
        with (folder / "calls.jsonl").open("a") as file:
            file.write(json.dumps({"operation": operation, **header}) + "\n")

    def stop_or_wait(cancel):
        for _ in range(WAIT_S * 100):
            control = _control(folder)
            if cancel() and not control["ignores_cancel"]:
                raise Cancelled
            if not control["held"]:
                return
            time.sleep(0.01)
        raise TimeoutError("the test never let the worker go on")

    def segment(header, arrays, segmenters, report, cancel):
        note("segment", header)
        report.device("cpu")
        volume = requested_volume(arrays)
        control = _control(folder)
        balls = FakeSegmenter()
        balls.finds_bones, balls.warnings = control["finds_bones"], tuple(control["warnings"])
        result = balls._result(volume, segments_for(header["bones"], header["side"]))
        slabs = np.array_split(bone_classes(result.labels), BATCHES)
        start = 0
        for batch, slab in enumerate(slabs):
            if batch == 1:
                stop_or_wait(cancel)
                if _control(folder)["fails"]:
                    _fail(_control(folder)["fails"])
            if cancel() and not _control(folder)["ignores_cancel"]:
                raise Cancelled
            time.sleep(_control(folder)["seconds_a_batch"])
            report.preview(0, start, slab)
            report.progress((batch + 1) / BATCHES, "Finding bones")
            start += len(slab)
        if control["surfaces"] and header["smoothing"] is not None:
            _add_surfaces(result, volume, header["smoothing"])
        return write_result(result)

    def warm(header, arrays, segmenters, report, cancel):
        note("warm", header)
        time.sleep(_control(folder)["warm_seconds"])
        return {}, {}

    def isotropic(header, arrays, segmenters, report, cancel):
        note("isotropic", header)
        report.progress(0.25, "Finding bones")
        stop_or_wait(cancel)
        if _control(folder)["fails"]:
            _fail(_control(folder)["fails"])
        volume = requested_volume(arrays)
        result = make_isotropic(
            FakeSegmenter(), volume, arrays["labels"], header["smoothing"], report.progress, cancel
        )
        return write_isotropic(result)

    def surface(header, *others):
        note("surface", header)
        if _control(folder)["fails"]:
            _fail(_control(folder)["fails"])
        return operations.surface(header, *others)

    main({"segment": segment, "warm": warm, "isotropic": isotropic, "surface": surface})


def _add_surfaces(result, volume, smoothing) -> None:
    from PelvicBoneSegLib.segmentation.surface import closed_surface, surface_arrays

    for one in result.segments:
        label = one.definition.label
        if one.voxels:
            surface = closed_surface(result.labels == label, volume.ijk_to_lps, smoothing)
            result.surfaces[label] = surface_arrays(surface)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
