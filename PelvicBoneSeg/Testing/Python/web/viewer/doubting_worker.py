"""The made-up network again, which is less sure of a bone from slice to slice."""

from __future__ import annotations

import sys

import numpy as np

from PelvicBoneSegLib.anatomy import SEGMENTS
from web.library import fake_worker

LEAST, MOST = 0.7, 1.0
"""Its confidence in the last slice and in the first."""


class DoubtingWorker(fake_worker.FakeWorker):
    """See `fake_worker.FakeWorker`."""

    @property
    def command(self):
        return sys.executable, __file__, *super().command[2:]


def segment(*request):
    header, arrays = fake_worker.segment(*request)
    sure = np.linspace(MOST, LEAST, len(arrays["labels"]))
    for one in SEGMENTS:
        has_bone = (arrays["labels"] == one.label).any(axis=(1, 2))
        name = f"slice_confidence {one.id}"
        if name in arrays:
            arrays[name] = np.where(has_bone, sure, np.nan)
    return header, arrays


if __name__ == "__main__":
    from PelvicBoneSegLib.worker.server import main

    main({"segment": segment, "warm": lambda *of_request: ({}, {})})
