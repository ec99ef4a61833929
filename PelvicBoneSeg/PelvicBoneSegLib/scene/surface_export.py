"""Closed surfaces as STL files, outside out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..errors import OutputNotWritableError, SurfaceConversionError
from .prepared_segment import CLOSED_SURFACE


def export_closed_surfaces(
    segmentation_node: Any, directory: Path | str, segment_ids: Iterable[str] | None = None
) -> list[Path]:
    """Write one binary STL file for each segment, in world LPS in mm.

    Slicer's own exporter writes them, from surfaces whose normals were turned outward first: a
    left-handed labelmap, or a parent transform that mirrors, would leave them inside out.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode. It is not changed.
    directory
        Where to. It is made if need be; files of the same name are replaced.
    segment_ids
        Which segments; None for all. Empty segments give no file.

    Returns
    -------
    The files, ``<node name>_<segment name>.stl`` as Slicer names them.

    Raises
    ------
    SurfaceConversionError
        A segment has no closed surface and none could be made.
    OutputNotWritableError
        The files could not be stored. None is left behind half written.
    """
    if segment_ids is None:
        segment_ids = segmentation_node.GetSegmentation().GetSegmentIDs()
    scratch = _outward_copy(segmentation_node, segment_ids)
    directory = Path(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=directory, prefix=".export-") as folder:
            return _write(scratch, Path(folder), directory)
    except OSError as error:
        raise OutputNotWritableError(directory, error.strerror or str(error)) from error


def _write(segmentation_node: Any, folder: Path, directory: Path) -> list[Path]:
    import slicer

    count = segmentation_node.GetSegmentation().GetNumberOfSegments()
    if not count:
        return []
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    logic.ExportSegmentsClosedSurfaceRepresentationToFiles(str(folder), segmentation_node)
    written = sorted(folder.glob("*.stl"))
    if len(written) != count:
        raise OSError(f"{count - len(written)} of {count} STL files could not be written")
    for path in written:
        os.replace(path, directory / path.name)
    return [directory / path.name for path in written]


def _outward_copy(segmentation_node: Any, segment_ids: Iterable[str]) -> Any:
    """Copy the surfaces, moved into the world, to a segmentation node outside of any scene."""
    import slicer
    from vtkmodules.vtkCommonDataModel import vtkPolyData

    scratch = slicer.vtkMRMLSegmentationNode()
    scratch.SetName(segmentation_node.GetName())
    scratch.GetSegmentation().SetSourceRepresentationName(CLOSED_SURFACE)
    for segment_id in segment_ids:
        segment = segmentation_node.GetSegmentation().GetSegment(segment_id)
        surface = vtkPolyData()
        if not slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentClosedSurfaceRepresentation(
            segmentation_node, segment_id, surface
        ):
            raise SurfaceConversionError(segment.GetName())
        if surface.GetNumberOfCells():
            copy = slicer.vtkSegment()
            copy.SetName(_unused_name(scratch, segment.GetName()))
            copy.AddRepresentation(CLOSED_SURFACE, _outward(surface))
            scratch.GetSegmentation().AddSegment(copy, segment_id)
    return scratch


def _unused_name(segmentation_node: Any, name: str) -> str:
    """Segments may share a name, files may not."""
    segmentation = segmentation_node.GetSegmentation()
    unused, number = name, 2
    while segmentation.GetSegmentIdBySegmentName(unused):
        unused, number = f"{name} {number}", number + 1
    return unused


def _outward(surface: Any) -> Any:
    from vtkmodules.vtkFiltersCore import vtkReverseSense

    if _signed_volume(surface) >= 0:
        return surface
    turned = vtkReverseSense()
    turned.SetInputData(surface)
    turned.ReverseCellsOn()
    turned.ReverseNormalsOn()
    turned.Update()
    return turned.GetOutput()


def _signed_volume(surface: Any) -> float:
    """Return the enclosed volume in mm³; it is negative where the triangles face inward."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64)
    triangles = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)
