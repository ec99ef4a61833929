"""One comparison, cut loose from the scene so that another thread can do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...anatomy import SACRUM
from ...errors import Cancelled
from ...evaluation.label_map import LabelMap
from ...evaluation.metrics import StructureMetrics, evaluate_pair
from ...evaluation.structure import MIDLINE, Structure
from ..job import CancelCallback, ProgressCallback
from .distance import painted_surface
from .grid import is_on_grid, on_one_grid
from .match import Matches, SegmentPair
from .segments import SegmentVoxels

DISTANCE_ARRAY = "Distance to reference (mm)"
"""Name of the point scalars, and title of the colour legend."""

_ANY = Structure(SACRUM, MIDLINE)
"""What each pair passes for in `evaluate_pair`, which compares one structure at a time here."""


@dataclass(frozen=True, eq=False)
class StructureComparison:
    """One row of the table and one painted bone.

    Attributes
    ----------
    pair
        Which segments.
    metrics
        Truth is the reference. Its `bone` and `side` mean nothing here.
    surface
        vtkPolyData in LPS in mm with the point scalars `DISTANCE_ARRAY`; None where either of the
        two has no voxel.
    """

    pair: SegmentPair
    metrics: StructureMetrics
    surface: Any | None


@dataclass(frozen=True, eq=False)
class ComparisonResult:
    """What was found.

    Attributes
    ----------
    structures
        In the order of the segmentation.
    unmatched
        Names of the segments that were left out.
    resampled
        Whether a labelmap had to be resampled.
    """

    structures: tuple[StructureComparison, ...]
    unmatched: tuple[str, ...]
    resampled: bool


@dataclass(frozen=True, eq=False)
class ComparisonJob:
    """A comparison that has been prepared.

    Attributes
    ----------
    matches
        Which segments to compare.
    segments, references
        Copies of their voxels, by segment identifier.
    grid
        4×4 matrix from the voxels to compare on to LPS in mm.
    segmentation_node, reference_node
        Where they came from. `run` does not touch them.
    stamps
        What the nodes' segments were like, see `comparison_segments.stamp`.
    """

    matches: Matches
    segments: Mapping[str, SegmentVoxels]
    references: Mapping[str, SegmentVoxels]
    grid: np.ndarray
    segmentation_node: Any
    reference_node: Any
    stamps: tuple[Any, Any]

    def run(
        self, progress: ProgressCallback | None = None, cancel: CancelCallback | None = None
    ) -> ComparisonResult:
        """Do the work, in any thread. Neither MRML nor Qt is touched.

        Raises
        ------
        Cancelled
            `cancel` returned True.
        """
        structures = []
        for number, pair in enumerate(self.matches.pairs):
            if cancel and cancel():
                raise Cancelled
            if progress:
                progress(number / len(self.matches.pairs), pair.name)
            structures.append(self._compare(pair, cancel))
        copies = (*self.segments.values(), *self.references.values())
        resampled = not all(is_on_grid(one, self.grid) for one in copies)
        return ComparisonResult(tuple(structures), self.matches.unmatched, resampled)

    def _compare(self, pair: SegmentPair, cancel: CancelCallback | None) -> StructureComparison:
        mask, reference, to_lps = on_one_grid(
            [self.segments[one] for one in pair.segment_ids],
            [self.references[one] for one in pair.reference_ids],
            self.grid,
        )
        (metrics,) = evaluate_pair(
            LabelMap.from_masks({_ANY: mask}, to_lps),
            LabelMap.from_masks({_ANY: reference}, to_lps),
            bones=(_ANY.bone,),
        )
        surface = painted_surface(mask, reference, to_lps, DISTANCE_ARRAY, cancel)
        return StructureComparison(pair, metrics, surface)
