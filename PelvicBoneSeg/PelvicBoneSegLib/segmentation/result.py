"""What a run gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..anatomy import SegmentDefinition

ProgressCallback = Callable[[float, str], None]
"""Called with the fraction done, 0–1, and the name of the stage."""

CancelCallback = Callable[[], bool]
"""Asked between batches of slices; True ends the run."""


@dataclass(frozen=True)
class SegmentResult:
    """One segment of a run.

    Attributes
    ----------
    definition
        Which bone and side, with its label value.
    voxels, volume_ml
        Its size. Both are 0 where no bone was found.
    confidence
        Mean probability of the bone over the segment's voxels, 0–1; None where there are none.
    touches_border
        Whether the bone is cut off by the edge of the scan.
    """

    definition: SegmentDefinition
    voxels: int
    volume_ml: float
    confidence: float | None
    touches_border: bool


@dataclass(frozen=True, eq=False)
class SegmentationResult:
    """A whole run.

    Attributes
    ----------
    labels
        uint8, shape (K, J, I), on the grid of the scan; contract label values of the chosen
        segments, 0 elsewhere.
    segments
        One entry for each chosen segment, also those that were not found.
    slice_confidence
        Mean probability of the winning class over each slice's bone, in the order of the
        array axis `slice_axis`; NaN where the slice shows no bone. 0–1.
    slice_axis
        Array axis (0 = K, 1 = J, 2 = I) along which the network went.
    warnings
        One line each, for the user.
    device
        Where it ran in the end: ``"cpu"``, ``"cuda"``, ``"mps"``.
    precision
        Of the convolutions: ``"bfloat16"``, ``"float16"`` or ``"float32"``. Voxels at the edge of a
        bone may differ from one to the other.
    bundle
        Name and version of the bundle.
    timings
        Seconds by stage.
    """

    labels: np.ndarray
    segments: tuple[SegmentResult, ...]
    slice_confidence: np.ndarray
    slice_axis: int
    warnings: tuple[str, ...]
    device: str
    precision: str
    bundle: str
    timings: dict[str, float] = field(default_factory=dict)
