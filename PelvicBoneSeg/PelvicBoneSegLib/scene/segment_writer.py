"""Segments into a segmentation node, leaving all others alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count
from typing import Any

from ..anatomy import SegmentDefinition
from ..errors import SceneWriteError, SurfaceConversionError
from .original_store import keep_originals, write_original
from .prepared_segment import BINARY_LABELMAP, CLOSED_SURFACE, PreparedSegment
from .terminology import terminology_entry

OWN_ID_TAG = "PelvicBoneSeg.SegmentID"
"""Tag of the segments that we wrote. Its value is the segment's own identifier, so that a copy of
a segment, which keeps its tags but gets a new identifier, belongs to the user."""

ALGORITHM_TYPE_TAG = "DICOM.SegmentAlgorithmType"
ALGORITHM_NAME_TAG = "DICOM.SegmentAlgorithmName"
"""Tags that QuantitativeReporting's DICOMSegmentationPlugin.py writes into DICOM SEG."""

AUTOMATIC, SEMIAUTOMATIC = "AUTOMATIC", "SEMIAUTOMATIC"
"""Values of Segment Algorithm Type (0062,0008), DICOM PS3.3 C.8.20.2."""

ALGORITHM_PREFIX = "PelvicBoneSeg "
"""Bundle and version follow."""

_MAX_ALGORITHM_NAME = 64
"""Characters of the value representation LO, DICOM PS3.5 6.2."""


def find_segment(segmentation_node: Any, definition: SegmentDefinition) -> str | None:
    """Return the identifier of the segment of this bone that the latest run wrote, or None."""
    segmentation = segmentation_node.GetSegmentation()
    numbered = _numbered_ids(segmentation, definition)
    own = {number: one for number, one in numbered.items() if _own_id(segmentation, one) == one}
    return own[max(own)] if own else None


def own_segments(segmentation_node: Any) -> list[str]:
    """List the identifiers of all segments that runs of ours wrote."""
    segmentation = segmentation_node.GetSegmentation()
    return [one for one in segmentation.GetSegmentIDs() if _own_id(segmentation, one) == one]


def write_segments(
    segmentation_node: Any, prepared: Iterable[PreparedSegment], bundle: str
) -> dict[SegmentDefinition, str]:
    """Add segments, or give new voxels and surfaces to those that an earlier run wrote.

    A segment that is there already keeps its place in the list and its name, colour and display,
    which may be the user's. Its status starts anew. No voxel of any other segment changes, also
    where it shares a labelmap with one that is replaced.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode whose source representation is the binary labelmap.
    prepared
        Segments in the coordinates of this node.
    bundle
        Name and version of what found them.

    Returns
    -------
    The identifier of each segment.

    Raises
    ------
    SceneWriteError, SurfaceConversionError
        MRML refused. Some segments may have been written: wrap this in a `SceneTransaction`.
    """
    segmentation = segmentation_node.GetSegmentation()
    prepared = list(prepared)
    others = _other_representations(segmentation)
    _take_out(segmentation, [one.segment_id for one in prepared if one.segment_id is not None])
    written = {}
    for segment in prepared:
        segment_id = segment.segment_id
        if segment_id is None:
            segment_id = _add(segmentation_node, segment)
        else:
            _set_representations(segmentation.GetSegment(segment_id), segment)
        _set_status(segmentation.GetSegment(segment_id), segment)
        _set_algorithm(segmentation.GetSegment(segment_id), bundle)
        write_original(segmentation_node, segment_id, segment.original)
        written[segment.definition] = segment_id
    if not segmentation_node.CreateClosedSurfaceRepresentation():
        raise SurfaceConversionError(segmentation_node.GetName())
    for name in others:
        if not segmentation.CreateRepresentation(name):
            raise SceneWriteError(name, segmentation_node.GetName())
    keep_originals(segmentation_node, own_segments(segmentation_node))
    return written


def _take_out(segmentation: Any, segment_ids: list[str]) -> None:
    """Take segments' voxels out of labelmaps that they share with segments that stay."""
    for segment_id in segment_ids:
        shared: list[str] = []
        segmentation.GetSegmentIDsSharingBinaryLabelmapRepresentation(segment_id, shared, False)
        if not set(shared) <= set(segment_ids):
            segmentation.SeparateSegmentLabelmap(segment_id)


def _other_representations(segmentation: Any) -> list[str]:
    """Return what the user has made besides, such as fractional labelmaps: it would be outdated."""
    names: list[str] = []
    segmentation.GetContainedRepresentationNames(names)
    return [name for name in names if name not in (BINARY_LABELMAP, CLOSED_SURFACE)]


def segment_tag(segment: Any, name: str) -> str | None:
    """Return a tag of a vtkSegment; None where it has none of this name."""
    from vtkmodules.vtkCommonCore import reference

    value = reference("")
    return str(value) if segment.GetTag(name, value) else None


def _own_id(segmentation: Any, segment_id: str) -> str | None:
    return segment_tag(segmentation.GetSegment(segment_id), OWN_ID_TAG)


def _add(segmentation_node: Any, prepared: PreparedSegment) -> str:
    import slicer

    segmentation = segmentation_node.GetSegmentation()
    definition = prepared.definition
    segment_id = _unused_id(segmentation, definition)
    segment = slicer.vtkSegment()
    segment.SetName(_unused_name(segmentation, definition.name))
    segment.SetNameAutoGenerated(False)
    segment.SetColor(*definition.colour)
    segment.SetColorAutoGenerated(False)
    segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), terminology_entry(definition))
    segment.SetTag(OWN_ID_TAG, segment_id)
    _set_representations(segment, prepared)
    if not segmentation.AddSegment(segment, segment_id):
        raise SceneWriteError(definition.name, segmentation_node.GetName())
    return segment_id


def _numbered_ids(segmentation: Any, definition: SegmentDefinition) -> dict[int, str]:
    """Return the identifiers ``sacrum``, ``sacrum_1`` and so on that are taken."""
    pattern = re.compile(rf"{re.escape(definition.id)}(?:_([1-9]\d{{0,8}}))?")
    matches = map(pattern.fullmatch, segmentation.GetSegmentIDs())
    return {int(match[1] or 0): match[0] for match in matches if match}


def _unused_id(segmentation: Any, definition: SegmentDefinition) -> str:
    """Return an identifier by which the segment is the latest of its bone.

    `vtkSegmentation::GenerateUniqueSegmentID` counts from 1 again in a loaded scene.
    """
    taken = _numbered_ids(segmentation, definition)
    return f"{definition.id}_{max(taken) + 1}" if taken else definition.id


def _unused_name(segmentation: Any, name: str) -> str:
    """Return ``Left femur (2)`` where an earlier run's bone is kept beside this one."""
    names = {segmentation.GetSegment(one).GetName() for one in segmentation.GetSegmentIDs()}
    candidates = (f"{name} ({number})" for number in count(2))
    return name if name not in names else next(one for one in candidates if one not in names)


def _set_representations(segment: Any, prepared: PreparedSegment) -> None:
    segment.RemoveAllRepresentations()
    segment.AddRepresentation(BINARY_LABELMAP, prepared.labelmap)
    segment.SetLabelValue(prepared.definition.label)
    segment.AddRepresentation(CLOSED_SURFACE, prepared.surface)


def _set_status(segment: Any, prepared: PreparedSegment) -> None:
    import slicer

    logic = slicer.vtkSlicerSegmentationsModuleLogic
    status = logic.Flagged if prepared.doubtful else logic.InProgress
    logic.SetSegmentStatus(segment, status)


def _set_algorithm(segment: Any, bundle: str) -> None:
    segment.SetTag(ALGORITHM_TYPE_TAG, AUTOMATIC)
    segment.SetTag(ALGORITHM_NAME_TAG, f"{ALGORITHM_PREFIX}{bundle}"[:_MAX_ALGORITHM_NAME])
