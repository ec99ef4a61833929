"""DICOM SEG, by the exporter of Slicer's extension Quantitative Reporting."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import DicomExportError
from ...message import Message, templates
from ...segmentation.output_folder import write_together
from ...segmentation.result import CancelCallback, ProgressCallback
from ..rerun import is_edited
from ..segment_writer import (
    ALGORITHM_NAME_TAG,
    ALGORITHM_PREFIX,
    ALGORITHM_TYPE_TAG,
    AUTOMATIC,
    SEMIAUTOMATIC,
    segment_tag,
)
from .job import ExportResult

_ = templates(__name__)

# Quantitative Reporting, DICOMPlugins/DICOMSegmentationPlugin.py: the exporter's module, and the
# command line module of the extension DCMQI that it runs.
_PLUGIN, _CONVERTER = "DICOMSegmentationPlugin", "itkimage2segimage"

_DICOM_FILES = "DICOM.instanceUIDs"
"""Attribute of volumes that were loaded from Slicer's DICOM database."""


def why_no_dicom_seg(segmentation_node: Any | None) -> str:
    """Return why DICOM SEG cannot be written, as a sentence; empty where it can.

    Parameters
    ----------
    segmentation_node
        The vtkMRMLSegmentationNode to export; None asks about this Slicer alone.
    """
    import slicer

    has_converter = hasattr(getattr(slicer, "modules", None), _CONVERTER)
    if not has_converter or importlib.util.find_spec(_PLUGIN) is None:
        return Message(
            _("The Slicer extension 'QuantitativeReporting' is not installed. Install it first.")
        )
    if segmentation_node is None:
        return ""
    role = segmentation_node.GetReferenceImageGeometryReferenceRole()
    volume = segmentation_node.GetNodeReference(role)
    if volume is None or not volume.GetAttribute(_DICOM_FILES):
        return Message(
            _(
                "The scan of this segmentation was not loaded from Slicer's DICOM database, "
                "whose files DICOM SEG refers to. Load it from there, or choose another format."
            )
        )
    return ""


@dataclass(frozen=True, eq=False)
class DicomSegJob:
    """An export by another extension, which needs the scene: `run` it in the main thread.

    Attributes
    ----------
    directory, stem
        As in `SurfaceJob`.
    segmentation_node, segment_ids
        What to export. Transforms are left out: DICOM SEG lies on the scan's own DICOM slices.
    """

    directory: Path
    stem: str
    segmentation_node: Any
    segment_ids: tuple[str, ...]

    def file_names(self) -> list[str]:
        """Return the names of the files that will be written."""
        return [f"{self.stem}.dcm"]

    def run(
        self, progress: ProgressCallback | None = None, cancel: CancelCallback | None = None
    ) -> ExportResult:
        """Write the file. Bones that a run found and the user edited are called semiautomatic.

        Raises
        ------
        DicomExportError
            The exporter refused or failed.
        OutputNotWritableError
            The file could not be stored.
        """
        from DICOMSegmentationPlugin import (  # type: ignore[import-not-found]
            DICOMSegmentationExporter,
        )

        (name,) = self.file_names()

        def fill(folder: Path) -> None:
            exporter = DICOMSegmentationExporter(self.segmentation_node)
            metadata = {"SeriesDescription": self.segmentation_node.GetName()}
            try:
                with _edited_said(self.segmentation_node, self.segment_ids):
                    ids = list(self.segment_ids)
                    exporter.export(str(folder), name, metadata, segmentIDs=ids, skipEmpty=True)
            except Exception as error:  # the exporter raises all kinds, each with a reason
                reason = Message(
                    _("{cause}. Look for more in Slicer's error log."), cause=str(error)
                )
                raise DicomExportError(reason) from error
            finally:
                exporter.cleanup()

        return ExportResult(tuple(write_together(self.directory, fill)))


@contextmanager
def _edited_said(segmentation_node: Any, segment_ids: Iterable[str]) -> Iterator[None]:
    """Have edited bones' tags say so for as long as the exporter reads them."""
    segments = [
        segmentation_node.GetSegmentation().GetSegment(segment_id)
        for segment_id in segment_ids
        if _is_automatic(segmentation_node, segment_id) and is_edited(segmentation_node, segment_id)
    ]
    try:
        for segment in segments:
            segment.SetTag(ALGORITHM_TYPE_TAG, SEMIAUTOMATIC)
        yield
    finally:
        for segment in segments:
            segment.SetTag(ALGORITHM_TYPE_TAG, AUTOMATIC)


def _is_automatic(segmentation_node: Any, segment_id: str) -> bool:
    """Return whether a segment says that a run of ours made it, and nothing else."""
    segment = segmentation_node.GetSegmentation().GetSegment(segment_id)
    name = segment_tag(segment, ALGORITHM_NAME_TAG) or ""
    return segment_tag(segment, ALGORITHM_TYPE_TAG) == AUTOMATIC and name.startswith(
        ALGORITHM_PREFIX
    )
