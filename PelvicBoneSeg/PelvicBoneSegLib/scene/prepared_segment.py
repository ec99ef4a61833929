"""What will be written, worked out before the scene is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..anatomy import SegmentDefinition

BINARY_LABELMAP = "Binary labelmap"
CLOSED_SURFACE = "Closed surface"
"""Names of vtkSegmentationConverter, which are the same in every Slicer."""


@dataclass(frozen=True, eq=False)
class PreparedSegment:
    """One segment, ready for a segmentation node.

    Attributes
    ----------
    definition
        Which bone and side.
    segment_id
        The segment that it takes the place of; None where it is added.
    labelmap
        vtkOrientedImageData in the coordinates of the segmentation node. Several segments may share
        it; each one's voxels have the definition's label value.
    surface
        vtkPolyData in the same coordinates.
    original
        What counts as written by the run, packed: see `originals`.
    doubtful
        Whether the run was not sure of the bone.
    """

    definition: SegmentDefinition
    segment_id: str | None
    labelmap: Any
    surface: Any
    original: str
    doubtful: bool
