"""Whether an export can start, and if not, why."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _
from slicer.i18n import translate

from ...message import in_words
from ...scene.export.dicom_seg import why_no_dicom_seg
from ...scene.export.logic import visible_segments
from ..choices import ExportFormat
from ..run.readiness import Readiness
from .wording import some_names


def export_readiness(parameters: Any | None, segmentation: Any | None, folder: str) -> Readiness:
    """Judge the choices.

    Parameters
    ----------
    parameters
        The module's parameter node; None while there is no scene.
    segmentation
        The chosen segmentation, or None.
    folder
        Where to.
    """
    if parameters is None:
        return Readiness(False, _("There is no scene."))
    if segmentation is None:
        return Readiness(False, _("Choose a segmentation under Result, or segment a scan first."))
    names = shown_names(segmentation)
    if not names:
        return Readiness(
            False,
            _("'{name}' has no visible segment. Show those that you want to export.").format(
                name=segmentation.GetName()
            ),
        )
    if parameters.exportFormat is ExportFormat.DICOM_SEG:
        reason = why_no_dicom_seg(segmentation)
        if reason:
            return Readiness(False, in_words(reason, translate))
    return Readiness(
        True,
        _("Write {names} into {folder}.").format(names=some_names(names), folder=folder),
    )


def shown_names(segmentation: Any) -> tuple[str, ...]:
    """Return the names of the segments that would be exported."""
    segments = segmentation.GetSegmentation()
    return tuple(segments.GetSegment(one).GetName() for one in visible_segments(segmentation))
