"""A segmentation between its slices: a second one beside it, on thin slices."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..anatomy import SEGMENTS
from ..errors import NoBoneError, NoScanError, SegmentationChangedError
from ..segmentation.isotropic import (
    GivesProbabilities,
    IsotropicResult,
    make_isotropic,
    slice_parts,
)
from ..segmentation.result import CancelCallback, ProgressCallback
from ..segmentation.volume import Volume
from .bone_surface import DEFAULT_SMOOTHING
from .companion import set_companion
from .comparison.segments import check_segmentation, stamp
from .isotropic_copy import ISOTROPIC, find_isotropic, remember_sources, show_in_3d
from .isotropic_segments import add_thin_segments
from .labelmap import to_segmentation
from .mask import Mask, resampled, segment_mask
from .matrices import ijk_to_ras
from .run_record import read_run_record, write_run_record
from .segment_writer import find_segment
from .segmentation_node import place_in_study, show_closed_surface
from .surface_settings import get_smoothing
from .transaction import SceneTransaction, remove_node
from .volume_node import volume_from_node


@dataclass(frozen=True, eq=False)
class IsotropicJob:
    """An interpolation that has been prepared.

    Attributes
    ----------
    volume
        A copy of the scan.
    labels
        uint8, shape (K, J, I): the bones on its voxels.
    smoothing
        Of the surfaces.
    segmentation_node, volume_node
        Where they came from. `run` does not touch them.
    segment_ids
        By label value.
    stamp
        What the segments were like.
    """

    volume: Volume
    labels: np.ndarray
    smoothing: float
    segmentation_node: Any
    volume_node: Any
    segment_ids: dict[int, str]
    stamp: tuple[Any, ...]

    def run(
        self,
        segmenter: GivesProbabilities,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> IsotropicResult:
        """Do the work, in any thread or process. Neither MRML nor Qt is touched.

        Raises
        ------
        Cancelled
            `cancel` returned True.
        """
        return make_isotropic(
            segmenter,
            self.volume,
            self.labels,
            self.smoothing,
            progress or (lambda fraction, stage: None),
            cancel or (lambda: False),
        )


def prepare_isotropic(segmentation_node: Any) -> Generator[None, None, IsotropicJob]:
    """Copy what is needed out of the scene.

    It yields between steps of less than 100 ms for a scan of 384×384×40 voxels, and returns the
    job.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode with bones of ours. The scan is that of its reference geometry.

    Raises
    ------
    NotASegmentationError, NotALabelmapSegmentationError, NoBoneError
        There is no bone to interpolate.
    NoScanError, InputError
        The scan is not in the scene, or not usable.
    SlicesNotThickError
        There is nothing between the slices.
    """
    check_segmentation(segmentation_node)
    role = segmentation_node.GetReferenceImageGeometryReferenceRole()
    volume_node = segmentation_node.GetNodeReference(role)
    if volume_node is None:
        raise NoScanError(segmentation_node.GetName())
    volume = volume_from_node(volume_node)
    slice_parts(volume.ijk_to_lps)
    yield
    found = {one.label: find_segment(segmentation_node, one) for one in SEGMENTS}
    ids = {label: segment_id for label, segment_id in found.items() if segment_id is not None}
    before = stamp(segmentation_node, ids.values())
    grid = to_segmentation(volume_node, segmentation_node) @ ijk_to_ras(volume_node)
    labels = np.zeros(volume.voxels.shape, np.uint8)
    for label, segment_id in ids.items():
        mask = segment_mask(segmentation_node.GetSegmentation().GetSegment(segment_id))
        if mask is not None:
            _paint(labels, resampled(mask, grid), grid, label)
        yield
    if not labels.any():
        raise NoBoneError(segmentation_node.GetName())
    smoothing = get_smoothing(segmentation_node)
    return IsotropicJob(
        volume,
        labels,
        DEFAULT_SMOOTHING if smoothing is None else smoothing,
        segmentation_node,
        volume_node,
        ids,
        before,
    )


def apply_isotropic(job: IsotropicJob, result: IsotropicResult) -> Any:
    """Put the segmentation on thin slices beside the other one: all of it or nothing.

    An earlier one is replaced. It has the names, colours and codes of the other's segments. In the
    3D views it is shown in place of the other, until that is edited: see `isotropic_copy`. In slice
    views and the Segment Editor the other one stays.

    Returns
    -------
    The vtkMRMLSegmentationNode.

    Raises
    ------
    SegmentationChangedError
        The segmentation was edited or deleted since `prepare_isotropic`.
    SceneWriteError
        MRML failed.
    """
    source, scene = job.segmentation_node, job.segmentation_node.GetScene()
    if scene is None or stamp(source, job.segment_ids.values()) != job.stamp:
        raise SegmentationChangedError(source.GetName())
    if job.volume_node.GetScene() is not scene:
        raise NoScanError(source.GetName())
    earlier = find_isotropic(source)
    if scene.GetUndoFlag():
        scene.SaveStateForUndo()
    with SceneTransaction(scene, source):
        node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{source.GetName()} (isotropic)")
        node.SetAndObserveTransformNodeID(source.GetTransformNodeID())
        node.GetSegmentation().CopyConversionParameters(source.GetSegmentation())
        add_thin_segments(node, job, result)
        place_in_study(node, source)
        show_closed_surface(node)
        node.GetDisplayNode().SetVisibility2D(False)
        show_in_3d(node, instead_of=source)
        remember_sources(node, source, job.segment_ids.values())
        record = read_run_record(source)
        if record is not None:
            write_run_record(node, record)
        set_companion(source, ISOTROPIC, node)
    if earlier is not None:
        remove_node(earlier)
    return node


def _paint(labels: np.ndarray, mask: Mask, grid: np.ndarray, label: int) -> None:
    """Paint a mask on voxels of the grid; what lies outside of the scan is left out."""
    start = np.rint((np.linalg.inv(grid) @ mask.ijk_to_ras)[:3, 3]).astype(int)[::-1]
    low = np.maximum(start, 0)
    high = np.minimum(start + mask.voxels.shape, labels.shape)
    if (low >= high).any():
        return
    here = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    there = tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))
    labels[here][mask.voxels[there]] = label
