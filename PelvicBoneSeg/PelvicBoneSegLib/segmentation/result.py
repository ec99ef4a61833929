"""What a run gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..anatomy import SegmentDefinition

LOW_CONFIDENCE = 0.85
"""Below this mean probability a segment, or a slice of it, is reported as doubtful."""

ProgressCallback = Callable[[float, str], None]
"""Called with the fraction done, 0–1, and the name of the stage."""

CancelCallback = Callable[[], bool]
"""Asked between batches of slices; True ends the run."""

PreviewCallback = Callable[[int, int, np.ndarray], None]
"""Called after a batch of slices with array axis, start and block: what the network says of the
part of the (K, J, I) array along that axis from that index on, before any cleaning up. The block is
uint8: 0 background, else 1 + index into `anatomy.BONES`. A fused run goes over the scan once for
each plane, so that later blocks replace earlier ones."""


class BoneSurface(NamedTuple):
    """A closed surface as arrays, in world LPS in mm, its fronts outward.

    Attributes
    ----------
    points
        float32, shape (N, 3).
    triangles
        int32, shape (M, 3): indices into `points`.
    normals
        float32, shape (N, 3), of length 1.
    """

    points: np.ndarray
    triangles: np.ndarray
    normals: np.ndarray


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
    slice_confidence
        The mean probability of each slice, 0–1, in the order of `SegmentationResult.slice_axis`;
        NaN where the slice lacks the bone. Empty where it was not measured.
    """

    definition: SegmentDefinition
    voxels: int
    volume_ml: float
    confidence: float | None
    touches_border: bool
    slice_confidence: np.ndarray = field(
        default_factory=lambda: np.empty(0), compare=False, repr=False
    )


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
    surfaces
        The closed surface of each label value that was found; empty unless they were asked for.
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
    surfaces: Mapping[int, BoneSurface] = field(default_factory=dict)
