"""Exporting a segmentation, for any host: Slicer, a browser, a script."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...errors import (
    DicomExportError,
    FilesExistError,
    NotALabelmapSegmentationError,
    NotASegmentationError,
    NothingToExportError,
    UnknownCoordinateSystemError,
    UnknownFormatError,
)
from ...segmentation.file_names import safe_file_name
from ...segmentation.label_files import LabelledSegment
from ...segmentation.output_folder import check_writable
from ...segmentation.surface_files.mesh import LPS, SPACES
from ..comparison.segments import copy_segments, grid_of, reference_image
from ..prepared_segment import BINARY_LABELMAP
from ..segment_writer import segment_tag
from .bones import bones_of
from .dicom_seg import DicomSegJob, why_no_dicom_seg
from .formats import DICOM_SEG, FORMATS, SURFACES
from .job import ExportJob, ExportResult
from .label_map import NamedVoxels, extent_of
from .label_map_job import LabelMapJob
from .surface_job import SurfaceJob
from .surfaces import surface_sources

FIRST_OTHER_LABEL = 7
"""Value of the first segment that is no bone of ours."""

_TAGS_KEPT = ("TerminologyEntry", "Segmentation.Status")


def export_segments(
    node: Any,
    directory: Path | str,
    file_format: str = "stl",
    segment_ids: Iterable[str] | None = None,
    space: str = LPS,
    merged: bool = False,
    overwrite: bool = False,
) -> ExportResult:
    """Write segments to files in world coordinates, all files or none; see `prepare_export`."""
    job = prepare_export(node, directory, file_format, segment_ids, space, merged, overwrite)
    return job.run()


def prepare_export(
    node: Any,
    directory: Path | str,
    file_format: str = "stl",
    segment_ids: Iterable[str] | None = None,
    space: str = LPS,
    merged: bool = False,
    overwrite: bool = False,
) -> ExportJob:
    """Copy what an export needs out of the scene. The scene is not changed.

    Parameters
    ----------
    node
        A vtkMRMLSegmentationNode. Parent transforms are applied, except for DICOM SEG.
    directory
        Where to; made if need be.
    file_format
        Out of `formats.FORMATS`.
    segment_ids
        Which segments; None for all that are visible.
    space
        Coordinate system of STL, OBJ and PLY: ``"LPS"`` or ``"RAS"``.
    merged
        Whether STL, OBJ and PLY hold all bones in one file.
    overwrite
        Whether files of the same names may be replaced.

    Returns
    -------
    What to `run`: in any thread, only DICOM SEG in the main one. Files are called
    ``<node>_<segment>.stl``, or ``<node>.stl`` where one holds all, with characters replaced that
    not every file system takes.

    Raises
    ------
    NotASegmentationError, NotALabelmapSegmentationError, NothingToExportError
        There is nothing to write in this format.
    UnknownFormatError, UnknownCoordinateSystemError, DicomExportError
        The choice is not possible.
    FilesExistError
        Files of the same names are there, and may not be replaced.
    OutputNotWritableError
        The folder cannot be written to.
    SurfaceConversionError, NonLinearTransformError, AbsurdGeometryError
        The segments or their transforms do not allow it.
    """
    if node is None or not node.IsA("vtkMRMLSegmentationNode"):
        raise NotASegmentationError(node.GetName() if node else None)
    if file_format not in FORMATS:
        raise UnknownFormatError(file_format, FORMATS)
    if space not in SPACES:
        raise UnknownCoordinateSystemError(space, SPACES)
    ids = visible_segments(node) if segment_ids is None else tuple(segment_ids)
    if not ids:
        raise NothingToExportError(node.GetName())
    check_writable(directory)
    job = _job(node, Path(directory), file_format, ids, space, merged)
    existing = [name for name in job.file_names() if (job.directory / name).exists()]
    if existing and not overwrite:
        raise FilesExistError(directory, existing)
    return job


def visible_segments(node: Any) -> tuple[str, ...]:
    """Return the identifiers of the segments that are shown; all where the node has no display."""
    display = node.GetDisplayNode()
    ids = node.GetSegmentation().GetSegmentIDs()
    return tuple(one for one in ids if display is None or display.GetSegmentVisibility(one))


def _job(
    node: Any, directory: Path, file_format: str, ids: tuple[str, ...], space: str, merged: bool
) -> ExportJob:
    stem = safe_file_name(node.GetName())
    if file_format in SURFACES:
        sources = tuple(surface_sources(node, ids))
        return SurfaceJob(directory, stem, file_format, space, merged, sources)
    if not node.GetSegmentation().ContainsRepresentation(BINARY_LABELMAP):
        raise NotALabelmapSegmentationError(node.GetName())
    if file_format == DICOM_SEG:
        reason = why_no_dicom_seg(node)
        if reason:
            raise DicomExportError(reason)
        return DicomSegJob(directory, stem, node, ids)
    return _label_map_job(node, directory, stem, file_format, ids)


def _label_map_job(
    node: Any, directory: Path, stem: str, file_format: str, ids: tuple[str, ...]
) -> LabelMapJob:
    segments = _described(node, ids)
    copies = copy_segments(node, ids)
    voxels = tuple(
        NamedVoxels(segment.name, segment.label, copies[segment_id])
        for segment, segment_id in zip(segments, ids, strict=True)
    )
    if not any((one.voxels.labels == one.voxels.value).any() for one in voxels):
        raise NothingToExportError(node.GetName())
    grid, image = grid_of(node), reference_image(node)
    if image is None:
        grid, shape = extent_of(voxels, grid)
    else:
        extent = image.GetExtent()
        grid[:3, 3] += grid[:3, :3] @ extent[::2]
        shape = tuple(int(count) for count in image.GetDimensions()[::-1])
    return LabelMapJob(directory, stem, file_format, segments, voxels, grid, shape)


def _described(node: Any, ids: tuple[str, ...]) -> tuple[LabelledSegment, ...]:
    bones = bones_of(node, ids)
    others = iter(range(FIRST_OTHER_LABEL, FIRST_OTHER_LABEL + len(ids)))
    described = []
    for segment_id in ids:
        segment = node.GetSegmentation().GetSegment(segment_id)
        bone = bones.get(segment_id)
        tags = [(key, segment_tag(segment, key)) for key in _TAGS_KEPT]
        label = bone.label if bone else next(others)
        described.append(
            LabelledSegment(
                segment_id,
                segment.GetName(),
                label,
                segment.GetColor(),
                tuple((key, value) for key, value in tags if value is not None),
            )
        )
    return tuple(described)
