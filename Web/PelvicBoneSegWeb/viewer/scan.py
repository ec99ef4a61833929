"""Files of the library in the scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trame_slicer.core import SlicerApp

from PelvicBoneSegLib.errors import UnreadableImageError
from PelvicBoneSegLib.scene.segmentation_node import show_closed_surface

from .saving.snapshot import restore_attributes


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


def load_segmentation(
    slicer_app: SlicerApp, path: Path, attributes: Path | None, volume_node: Any
) -> Any:
    """Read a stored segmentation into the scene and show it over its scan.

    Parameters
    ----------
    path, attributes
        Files, as `saving.snapshot` made them; None where there are no attributes.

    Raises
    ------
    UnreadableImageError
        Slicer cannot read it.
    """
    name = f"{volume_node.GetName()} segmentation"
    node = slicer_app.segmentations_logic.LoadSegmentationFromFile(str(path), True, name)
    if node is None:
        raise UnreadableImageError(path.name, "Slicer cannot read it")
    node.SetName(name)
    if attributes is not None:
        restore_attributes(node, attributes)
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    node.CreateClosedSurfaceRepresentation()
    show_closed_surface(node)
    return node
