"""Which segments are bones of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...anatomy import LUMBAR_SPINE, SEGMENTS, SegmentDefinition
from ...evaluation.bone_names import structure_of_name
from ...evaluation.structure import Structure
from ..comparison.match import coded_structure
from ..segment_writer import find_segment

_DEFINITIONS = {Structure(one.bone, one.side or ""): one for one in SEGMENTS}


def bones_of(node: Any, segment_ids: Iterable[str]) -> Mapping[str, SegmentDefinition]:
    """Recognise bones among segments, each bone once.

    First comes the segment that a run of ours wrote, then one with the bone's SNOMED CT code and
    side, then one with its name, as other tools and users call it. A paired bone without a side is
    none of ours, and neither is a single vertebra.

    Parameters
    ----------
    node
        A vtkMRMLSegmentationNode.
    segment_ids
        Among which segments.

    Returns
    -------
    The bones by segment identifier.
    """
    segmentation = node.GetSegmentation()
    ids = list(segment_ids)
    written = {find_segment(node, definition): definition for definition in SEGMENTS}
    ways = (
        written,
        {one: _defined(coded_structure(segmentation.GetSegment(one))) for one in ids},
        {one: _named(segmentation.GetSegment(one).GetName()) for one in ids},
    )
    found: dict[str, SegmentDefinition] = {}
    for way in ways:
        for segment_id in ids:
            definition = way.get(segment_id)
            if definition and segment_id not in found and definition not in found.values():
                found[segment_id] = definition
    return found


def _defined(structure: Structure | None) -> SegmentDefinition | None:
    return None if structure is None else _DEFINITIONS.get(structure)


def _named(name: str) -> SegmentDefinition | None:
    structure = structure_of_name(name)
    # Vertebrae and discs have names of the lumbar spine too, but are only parts of it.
    if structure and structure.bone == LUMBAR_SPINE and "lumbar spine" not in name.lower():
        return None
    return _defined(structure)
