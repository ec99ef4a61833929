"""What the process can do.

To add an operation, write a function of the type `Operation`, enter it into `OPERATIONS`, and write
beside it a function that makes the `request.Request` for it, as `segmentation.segment_request`
does. Then `WorkerProcess.start(request, receive)` calls it from the panel.

An operation is called with

- the header and the arrays of its request;
- `Segmenters`, from which it gets a warm network: ``segmenters.get(header["bundle"],
  header["device"])``;
- a `Report`, whose `progress(fraction, stage)`, `device(name)` and `preview(axis, start, block)`
  reach the panel while it works;
- `cancel()`, to be asked at least once a second; where it says True, raise `errors.Cancelled`.

It returns header and arrays of the answer, which `Request.read_answer` turns into the result.
Whatever it raises reaches the panel: a `PelvicBoneSegError` as the same class, want of memory as
`OutOfMemoryError`, anything else as `WorkerFailedError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from ..segmentation.isotropic import make_isotropic
from ..segmentation.result import CancelCallback
from ..segmentation.surface import closed_surface, surface_arrays
from .isotropic import write_isotropic
from .request import Arrays, Header
from .segmentation import requested_volume, write_result
from .segmenters import Segmenters


class Report(Protocol):
    """How an operation is heard of while it works."""

    def progress(self, fraction: float, stage: str) -> None:
        """Tell the fraction done, 0–1, and the name of the stage."""

    def device(self, name: str) -> None:
        """Tell where it is computed."""

    def preview(self, axis: int, start: int, block: np.ndarray) -> None:
        """Tell what was found in some slices: see `segmentation.result.PreviewCallback`."""


Answer = tuple[Mapping[str, Any], Mapping[str, np.ndarray]]

Operation = Callable[[Header, Arrays, Segmenters, Report, CancelCallback], Answer]


def segment(
    header: Header, arrays: Arrays, segmenters: Segmenters, report: Report, cancel: CancelCallback
) -> Answer:
    """Answer a `segment_request`."""
    volume = requested_volume(arrays)
    report.progress(0.0, "Loading the model")
    segmenter = segmenters.get(header["bundle"], header["device"])
    report.device(segmenter.device)
    result = segmenter.segment(
        volume,
        header["bones"],
        header["side"],
        report.progress,
        cancel,
        report.preview,
        header["smoothing"],
    )
    return write_result(result)


def warm(
    header: Header, arrays: Arrays, segmenters: Segmenters, report: Report, cancel: CancelCallback
) -> Answer:
    """Answer a `warm_request`."""
    segmenters.get(header["bundle"], header["device"])
    return {}, {}


def isotropic(
    header: Header, arrays: Arrays, segmenters: Segmenters, report: Report, cancel: CancelCallback
) -> Answer:
    """Answer an `isotropic_request`."""
    volume = requested_volume(arrays)
    report.progress(0.0, "Loading the model")
    segmenter = segmenters.get(header["bundle"], header["device"])
    result = make_isotropic(
        segmenter, volume, arrays["labels"], header["smoothing"], report.progress, cancel
    )
    return write_isotropic(result)


def surface(
    header: Header, arrays: Arrays, segmenters: Segmenters, report: Report, cancel: CancelCallback
) -> Answer:
    """Answer a `surface_request`."""
    made = closed_surface(arrays["mask"], arrays["ijk_to_lps"], header["smoothing"])
    return {}, surface_arrays(made)._asdict()


OPERATIONS: Mapping[str, Operation] = {
    "segment": segment,
    "warm": warm,
    "isotropic": isotropic,
    "surface": surface,
}
"""By the name that `Request.operation` gives."""
