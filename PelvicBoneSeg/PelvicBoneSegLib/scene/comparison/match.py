"""Which segments of two segmentations show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...anatomy import BOTH, LUMBAR_SPINE, SEGMENTS
from ...evaluation.bone_names import structure_of_name, structure_of_terminology
from ...evaluation.structure import PAIRED, Structure
from ..segment_writer import find_segment, segment_tag

Key = Structure | str
"""What a segment shows: a bone of ours, or, for anything else, its name in lower case."""


@dataclass(frozen=True)
class SegmentPair:
    """What two segmentations both show.

    Attributes
    ----------
    name
        What the user reads.
    segment_ids, reference_ids
        The segments of either. They are several where one segmentation has parts of what the
        other has in one piece: sides, or vertebrae.
    """

    name: str
    segment_ids: tuple[str, ...]
    reference_ids: tuple[str, ...]


@dataclass(frozen=True)
class Matches:
    """What can be compared, and what cannot.

    Attributes
    ----------
    pairs
        In the order of the first segmentation.
    unmatched
        Names of the segments that have no counterpart or stand behind another of their kind.
    """

    pairs: tuple[SegmentPair, ...]
    unmatched: tuple[str, ...]


def match_segments(node: Any, reference_node: Any) -> Matches:
    """Pair the segments of two segmentation nodes.

    A segment is recognised by its SNOMED CT code and laterality; without one of ours, by its name,
    as other tools and users call the bones; and where that is no bone of ours, by the same name in
    both. Where one has a paired bone without a side, the other's sides are taken together.
    """
    first, second = _by_key(node), _by_key(reference_node)
    _merge_sides(first, second)
    order = [segment_id for segment_id, _ in _names(node)]
    shared = sorted(first.keys() & second.keys(), key=lambda key: order.index(first[key][0]))
    pairs = tuple(_pair(key, node, first[key], second[key]) for key in shared)
    used = (
        {segment_id for pair in pairs for segment_id in pair.segment_ids},
        {segment_id for pair in pairs for segment_id in pair.reference_ids},
    )
    unmatched = [
        name
        for one, ids in zip((node, reference_node), used, strict=True)
        for segment_id, name in _names(one)
        if segment_id not in ids
    ]
    return Matches(pairs, tuple(dict.fromkeys(unmatched)))


def _by_key(node: Any) -> dict[Key, list[str]]:
    segmentation = node.GetSegmentation()
    coded: dict[Key, list[str]] = {}
    named: dict[Key, list[str]] = {}
    for segment_id, name in _names(node):
        structure = coded_structure(segmentation.GetSegment(segment_id))
        if structure is not None:
            coded.setdefault(structure, []).append(segment_id)
        else:
            known = structure_of_name(name) or structure_of_name(segment_id)
            named.setdefault(known or name.strip().lower(), []).append(segment_id)
    chosen = {key: [_preferred(node, ids)] for key, ids in coded.items()}
    for key, ids in named.items():
        # Vertebrae are parts of the lumbar spine; anything else that is there twice is a copy.
        parts = isinstance(key, Structure) and key.bone == LUMBAR_SPINE
        chosen.setdefault(key, ids if parts else ids[:1])
    return chosen


def _merge_sides(first: dict[Key, list[str]], second: dict[Key, list[str]]) -> None:
    for bone in PAIRED:
        both = Structure(bone, BOTH)
        if both in first or both in second:
            for segments in (first, second):
                _merge_bone(segments, both)


def _merge_bone(segments: dict[Key, list[str]], both: Structure) -> None:
    keys = [key for key in segments if isinstance(key, Structure) and key.bone == both.bone]
    if keys:
        # Both sides in one segment already hold all that there is.
        merged = segments[both] if both in keys else [one for key in keys for one in segments[key]]
        for key in keys:
            del segments[key]
        segments[both] = merged


def _pair(key: Key, node: Any, ids: list[str], reference_ids: list[str]) -> SegmentPair:
    if len(ids) == 1 or not isinstance(key, Structure):
        name = node.GetSegmentation().GetSegment(ids[0]).GetName()
    else:
        name = key.name.capitalize()
    return SegmentPair(name, tuple(ids), tuple(reference_ids))


def coded_structure(segment: Any) -> Structure | None:
    """Recognise a vtkSegment by its terminology entry (its fields: `terminology_entry`)."""
    import slicer

    entry = segment_tag(segment, slicer.vtkSegment.GetTerminologyEntryTagName()) or ""
    _context, _category, *codes = [*entry.split("~"), "", "", "", ""]
    names = ("type", "typeModifier", "_region context", "anatomicRegion", "anatomicRegionModifier")
    return structure_of_terminology(
        {name: code.split("^") for name, code in zip(names, codes, strict=False)}
    )


def _preferred(node: Any, ids: list[str]) -> str:
    """Of several with one code, return the one that a run of ours wrote: others are copies."""
    written = {find_segment(node, definition) for definition in SEGMENTS}
    return next((segment_id for segment_id in ids if segment_id in written), ids[0])


def _names(node: Any) -> list[tuple[str, str]]:
    segmentation = node.GetSegmentation()
    return [(one, segmentation.GetSegment(one).GetName()) for one in segmentation.GetSegmentIDs()]
