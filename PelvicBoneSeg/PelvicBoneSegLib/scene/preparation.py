"""A run's result turned into what will be written, a step at a time."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np

from ..anatomy import SegmentDefinition
from ..segmentation.result import LOW_CONFIDENCE, SegmentationResult
from .bone_surface import (
    converted_surfaces,
    lps_to_node,
    smooths_jointly,
    surface_from_arrays,
    surface_of,
    surface_smoothing,
)
from .job import SegmentationJob
from .labelmap import oriented_image, right_handed_in_world
from .mask import Mask, on_same_voxels, side_by_side, start_of
from .originals import pack
from .prepared_segment import PreparedSegment
from .rerun import Planned, RerunMode, plan

Plan = Mapping[SegmentDefinition, Planned]


def prepare_segments(
    job: SegmentationJob,
    result: SegmentationResult,
    segmentation_node: Any | None,
    rerun: RerunMode,
) -> Generator[None, None, tuple[PreparedSegment, ...]]:
    """Turn the segments that were found into VTK objects. The scene is only read.

    It yields between steps of less than 100 ms for a scan of 384×384×40 voxels, so that a window
    stays alive, and returns the segments.

    Parameters
    ----------
    job, result
        Labels of shape (K, J, I) on the voxels of the job's scan.
    segmentation_node
        Where the segments are going; None for a node beside the scan, under the same transform.

    Raises
    ------
    NonLinearTransformError
        A parent transform of either node is not linear.
    SurfaceConversionError
        Slicer's converter failed.
    """
    labels, matrix = right_handed_in_world(result.labels, job.volume_node, segmentation_node)
    masks = {}
    for segment in result.segments:
        if segment.voxels:
            label = segment.definition.label
            masks[segment.definition] = Mask(labels == label, matrix).cut()
            yield
    planned = yield from plan(masks, segmentation_node, rerun)
    surfaces: dict[SegmentDefinition, Any] = {}
    for group in _groups(job, result, segmentation_node, planned):
        surfaces.update(group)
        yield
    labelmaps = _labelmaps(planned, labels.shape, matrix)
    yield
    doubtful = {one.definition for one in result.segments if _is_doubtful(one.confidence)}
    return tuple(
        PreparedSegment(
            definition,
            one.segment_id,
            labelmaps[definition],
            surfaces[definition],
            pack(one.original),
            definition in doubtful,
        )
        for definition, one in planned.items()
    )


def _is_doubtful(confidence: float | None) -> bool:
    return confidence is not None and confidence < LOW_CONFIDENCE


def _labelmaps(
    planned: Plan, shape: tuple[int, ...], matrix: np.ndarray
) -> dict[SegmentDefinition, Any]:
    """Return one labelmap for all bones on the scan's voxels, and one for each merged bone."""
    shared = np.zeros(shape, np.uint8)
    labelmaps = {}
    for definition, one in planned.items():
        if one.edited:
            labelmaps[definition] = _own_labelmap(definition, one.mask, matrix)
        else:
            voxels = one.mask.voxels
            ends = zip(start_of(one.mask, matrix), voxels.shape, strict=True)
            box = tuple(slice(begin, begin + size) for begin, size in ends)
            shared[box][voxels] = definition.label
    image = oriented_image(shared, matrix)
    return {definition: labelmaps.get(definition, image) for definition in planned}


def _own_labelmap(definition: SegmentDefinition, mask: Mask, matrix: np.ndarray) -> Any:
    values = mask.voxels * np.uint8(definition.label)
    if on_same_voxels(mask, matrix):
        return oriented_image(values, matrix, start_of(mask, matrix).tolist())
    return oriented_image(values, mask.ijk_to_ras)


def _groups(
    job: SegmentationJob,
    result: SegmentationResult,
    segmentation_node: Any | None,
    planned: Plan,
) -> Generator[dict[SegmentDefinition, Any], None, None]:
    """Make the surfaces, as many at a time as have to be made together."""
    smoothing = surface_smoothing(segmentation_node)
    is_same = smoothing is not None and smoothing == job.surface_smoothing
    matrix = lps_to_node(job, segmentation_node) if is_same else None
    together = {}
    for definition, one in planned.items():
        arrays = result.surfaces.get(definition.label)
        surface = None
        if matrix is not None and arrays is not None and one.as_found:
            surface = surface_from_arrays(arrays, matrix)
        elif smoothing is not None:
            surface = surface_of(one.mask, smoothing, segmentation_node or job.volume_node)
        if surface is not None:
            yield {definition: surface}
        elif smooths_jointly(segmentation_node) and not one.edited:
            together[definition] = one
        else:
            yield _converted({definition: one}, segmentation_node)
    if together:
        yield _converted(together, segmentation_node)


def _converted(planned: Plan, segmentation_node: Any | None) -> dict[SegmentDefinition, Any]:
    arrays, matrix = side_by_side([one.mask for one in planned.values()])
    labels = np.zeros(arrays[0].shape, np.uint8)
    for definition, voxels in zip(planned, arrays, strict=True):
        labels[voxels] = definition.label
    surfaces = converted_surfaces(labels, matrix, list(planned), segmentation_node)
    return dict(zip(planned, surfaces, strict=True))
