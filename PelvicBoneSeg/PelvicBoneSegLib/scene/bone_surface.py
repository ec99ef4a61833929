"""Closed surfaces for a segmentation node: the worker's, or Slicer's own conversion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from ..anatomy import SegmentDefinition
from ..errors import SurfaceConversionError
from ..segmentation.result import BoneSurface
from ..segmentation.surface import closed_surface, surface_arrays
from ..segmentation.volume import Volume
from .labelmap import oriented_image, to_segmentation
from .mask import Mask
from .matrices import RAS_TO_LPS, between_nodes, ijk_to_ras
from .prepared_segment import BINARY_LABELMAP, CLOSED_SURFACE

DEFAULT_SMOOTHING = 0.5
"""Smoothing factor of a new segmentation node (vtkBinaryLabelmapToClosedSurfaceConversionRule)."""


def surface_smoothing(segmentation_node: Any | None) -> float | None:
    """Return the smoothing with which `segmentation.surface` makes the node's surfaces.

    Parameters
    ----------
    segmentation_node
        None for a new one.

    Returns
    -------
    0–1; None where the user chose a conversion that only Slicer's converter can do.
    """
    if segmentation_node is None:
        return DEFAULT_SMOOTHING
    import slicer

    rule = slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule
    plain = {
        rule.GetDecimationFactorParameterName(): 0.0,
        rule.GetJointSmoothingParameterName(): 0.0,
        rule.GetConversionMethodParameterName(): 0.0,
        rule.GetComputeSurfaceNormalsParameterName(): 1.0,
    }
    if any(_parameter(segmentation_node, name) != value for name, value in plain.items()):
        return None
    smoothing = _parameter(segmentation_node, rule.GetSmoothingFactorParameterName())
    return smoothing if smoothing is not None and 0 <= smoothing <= 1 else None


def smooths_jointly(segmentation_node: Any | None) -> bool:
    """Return whether neighbours are smoothed together, so that no gap opens between them."""
    if segmentation_node is None:
        return False
    import slicer

    rule = slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule
    return _parameter(segmentation_node, rule.GetJointSmoothingParameterName()) not in (None, 0.0)


class HasScan(Protocol):
    """A job on a scan: what is needed of `job.SegmentationJob`."""

    @property
    def volume(self) -> Volume:
        """A copy of the scan."""

    @property
    def volume_node(self) -> Any:
        """Where it came from."""


def lps_to_node(job: HasScan, segmentation_node: Any | None) -> np.ndarray | None:
    """Return the 4×4 matrix from the world as it was at the start of a run to the node's RAS.

    The scan may have been moved since.

    Returns
    -------
    None where a surface that comes out of the run would be turned inside out or lose its normals:
    parent transforms mirror or stretch.
    """
    volume_node = job.volume_node
    to_node = to_segmentation(volume_node, segmentation_node) @ ijk_to_ras(volume_node)
    matrix = to_node @ np.linalg.inv(job.volume.ijk_to_lps)
    mirrored = np.linalg.det(between_nodes(segmentation_node or volume_node, None)[:3, :3]) < 0
    return None if mirrored or not _is_rigid(matrix) else matrix


def surface_from_arrays(surface: BoneSurface, lps_to_ras: np.ndarray) -> Any:
    """Return vtkPolyData of a surface of a run, moved by a rigid 4×4 matrix.

    The triangles are shared with `surface`, not copied.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    turn = lps_to_ras[:3, :3].T
    points = vtkPoints()
    points.SetData(numpy_to_vtk((surface.points @ turn + lps_to_ras[:3, 3]).astype(np.float32)))
    cells = vtkCellArray()
    cells.SetData(3, numpy_to_vtk(np.ascontiguousarray(surface.triangles).ravel()))
    normals = numpy_to_vtk((surface.normals @ turn).astype(np.float32))
    normals.SetName("Normals")
    moved = vtkPolyData()
    moved.SetPoints(points)
    moved.SetPolys(cells)
    moved.GetPointData().SetNormals(normals)
    return moved


def surface_triangles(surface: Any) -> tuple[np.ndarray, np.ndarray]:
    """Copy the points (N, 3) and triangles (M, 3) of a vtkPolyData out of the scene.

    It may have polygons and strips: a loaded one, or squares where the user chose surface nets for
    Slicer's conversion.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkFiltersCore import vtkTriangleFilter

    if not surface.GetNumberOfCells():
        return np.zeros((0, 3)), np.zeros((0, 3), int)
    triangulated = vtkTriangleFilter()
    triangulated.SetInputData(surface)
    triangulated.PassVertsOff()
    triangulated.PassLinesOff()
    triangulated.Update()
    output = triangulated.GetOutput()
    points = vtk_to_numpy(output.GetPoints().GetData()).copy()
    return points, vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3).copy()


def surface_of(mask: Mask, smoothing: float, node: Any) -> Any | None:
    """Make the surface that Slicer's converter would make of one bone, in less time.

    Parameters
    ----------
    mask
        In the coordinates of `node`: the segmentation node, or the scan that a new one is put
        beside.
    smoothing
        As `surface_smoothing` gives it.

    Returns
    -------
    vtkPolyData in the same coordinates; None where parent transforms mirror or stretch.
    """
    to_lps = RAS_TO_LPS @ between_nodes(node, None)
    if not _is_rigid(to_lps):
        return None
    surface = closed_surface(mask.voxels, to_lps @ mask.ijk_to_ras, smoothing)
    if not surface.GetNumberOfCells():
        return surface
    return surface_from_arrays(surface_arrays(surface), np.linalg.inv(to_lps))


def converted_surfaces(
    labels: np.ndarray,
    ijk_to_ras: np.ndarray,
    definitions: Sequence[SegmentDefinition],
    segmentation_node: Any | None,
) -> list[Any]:
    """Convert with Slicer's converter, outside of the scene, as the segmentation node would.

    Parameters
    ----------
    labels
        Shape (K, J, I), with the label values of `definitions`.
    ijk_to_ras
        4×4 matrix to the node's RAS in mm, right-handed in the world.
    segmentation_node
        Its conversion parameters are used; None for those of a new one.

    Returns
    -------
    vtkPolyData of each definition.

    Raises
    ------
    SurfaceConversionError
        The converter failed.
    """
    import slicer

    scratch = slicer.vtkSegmentation()
    if segmentation_node is not None:
        scratch.CopyConversionParameters(segmentation_node.GetSegmentation())
    # Its own image: a segmentation that goes away clears the image that its segments share.
    labelmap = oriented_image(labels, ijk_to_ras)
    for definition in definitions:
        segment = slicer.vtkSegment()
        segment.SetName(definition.name)
        segment.AddRepresentation(BINARY_LABELMAP, labelmap)
        segment.SetLabelValue(definition.label)
        scratch.AddSegment(segment, definition.id)
    if not scratch.CreateRepresentation(CLOSED_SURFACE):
        raise SurfaceConversionError(", ".join(definition.name for definition in definitions))
    return [
        scratch.GetSegment(definition.id).GetRepresentation(CLOSED_SURFACE)
        for definition in definitions
    ]


def _is_rigid(matrix: np.ndarray) -> bool:
    turn = matrix[:3, :3]
    return bool(np.linalg.det(turn) > 0 and np.allclose(turn @ turn.T, np.eye(3), atol=1e-6))


def _parameter(segmentation_node: Any, name: str) -> float | None:
    try:
        return float(segmentation_node.GetSegmentation().GetConversionParameter(name))
    except ValueError:
        return None
