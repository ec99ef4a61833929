"""Files of the library in the scene."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trame_slicer.core import SlicerApp

from PelvicBoneSegLib.errors import UnreadableImageError
from PelvicBoneSegLib.scene.logic import SegmentationLogic
from PelvicBoneSegLib.scene.segmentation_node import show_closed_surface
from PelvicBoneSegLib.worker.result_file import read_result_file

from .saving.snapshot import restore_attributes

_LOG = logging.getLogger(__name__)


def load_scan(slicer_app: SlicerApp, path: Path, name: str) -> Any:
    """Read a scan into the scene with Slicer's own reader.

    Parameters
    ----------
    slicer_app
        Whose scene.
    path
        A NRRD, NIfTI or MetaImage file.
    name
        What the user reads.

    Returns
    -------
    The vtkMRMLScalarVolumeNode.

    Raises
    ------
    UnreadableImageError
        Slicer cannot read it.
    """
    node = slicer_app.volumes_logic.AddArchetypeVolume(str(path), name, 0)
    if node is None or node.GetImageData() is None:
        raise UnreadableImageError(name, "Slicer cannot read it")
    node.SetName(name)
    return node


@dataclass(frozen=True)
class StoredSegmentation:
    """Files of what was found in a scan before; None where there is no such file.

    Attributes
    ----------
    segmentation, attributes
        As `saving.snapshot` made them.
    result
        Of a run, see `worker.result_file`.
    """

    segmentation: Path | None
    attributes: Path | None
    result: Path | None


def load_segmentation(
    slicer_app: SlicerApp, stored: StoredSegmentation, volume_node: Any
) -> Any | None:
    """Read a stored segmentation into the scene and show it over its scan.

    Returns
    -------
    The vtkMRMLSegmentationNode; None where there is none.

    Raises
    ------
    PelvicBoneSegError
        It cannot be read, or be put into the scene.
    """
    if stored.result is not None:
        try:
            return _apply_result(stored.result, volume_node)
        except UnreadableImageError:  # the masks are in the other file as well
            _LOG.exception("a run's result cannot be read")
    if stored.segmentation is not None:
        return _read_segmentation(slicer_app, stored.segmentation, stored.attributes, volume_node)
    return None


def _apply_result(path: Path, volume_node: Any) -> Any | None:
    """Do what a run does at its end, so that the next one knows its segments."""
    result = read_result_file(path)
    # Not the session's: it is no run of the user, to be taken back.
    logic = SegmentationLogic()
    bones = dict.fromkeys(one.definition.bone for one in result.segments)
    return logic.apply(logic.prepare(volume_node, bones), result)


def _read_segmentation(
    slicer_app: SlicerApp, path: Path, attributes: Path | None, volume_node: Any
) -> Any:
    name = f"{volume_node.GetName()} segmentation"
    node = slicer_app.segmentations_logic.LoadSegmentationFromFile(str(path), True, name)
    if node is None:
        raise UnreadableImageError(path.name, "Slicer cannot read it")
    node.SetName(name)
    if attributes is not None:
        try:
            restore_attributes(node, attributes)
        except (OSError, ValueError):  # the masks are worth more
            _LOG.exception("what runs found beside the masks cannot be read")
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    node.CreateClosedSurfaceRepresentation()
    show_closed_surface(node)
    return node
