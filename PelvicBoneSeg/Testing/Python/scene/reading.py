"""What lies in a segmentation node, read without the code under test."""

from __future__ import annotations

import numpy as np
import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkFiltersCore import vtkFeatureEdges

from scene.phantom import inside, positions_lps

BINARY_LABELMAP = "Binary labelmap"


def array_of(matrix) -> np.ndarray:
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def matrix_of(array):
    matrix = vtkMatrix4x4()
    for row in range(4):
        for column in range(4):
            matrix.SetElement(row, column, float(array[row][column]))
    return matrix


def segment_ids(node) -> list[str]:
    return list(node.GetSegmentation().GetSegmentIDs())


def labelmap(node, segment_id):
    return node.GetSegmentation().GetSegment(segment_id).GetRepresentation(BINARY_LABELMAP)


def mask(node, segment_id) -> np.ndarray:
    """Return the segment's voxels, boolean (K, J, I)."""
    image = labelmap(node, segment_id)
    value = node.GetSegmentation().GetSegment(segment_id).GetLabelValue()
    scalars = vtk_to_numpy(image.GetPointData().GetScalars())
    return scalars.reshape(image.GetDimensions()[::-1]) == value


def image_to_world_ras(node, image) -> np.ndarray:
    to_node, to_world = vtkMatrix4x4(), vtkMatrix4x4()
    image.GetImageToWorldMatrix(to_node)
    if node.GetParentTransformNode():
        node.GetParentTransformNode().GetMatrixTransformToWorld(to_world)
    matrix = array_of(to_world) @ array_of(to_node)
    start = np.eye(4)
    start[:3, 3] = image.GetExtent()[::2]
    return matrix @ start


def dice_in_world(node, segment_id) -> float:
    """Return the overlap of a segment with the phantom's ellipsoid, both in the world."""
    found = mask(node, segment_id)
    matrix = image_to_world_ras(node, labelmap(node, segment_id))
    truth = inside(segment_id, positions_lps(matrix, found.shape))
    return 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum())


def volume_mm3(node, segment_id) -> float:
    matrix = image_to_world_ras(node, labelmap(node, segment_id))
    return float(mask(node, segment_id).sum() * abs(np.linalg.det(matrix[:3, :3])))


def surface_in_world(node, segment_id) -> vtkPolyData:
    """Return the closed surface in world RAS, by Slicer's own function."""
    surface = vtkPolyData()
    assert slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentClosedSurfaceRepresentation(
        node, segment_id, surface, True
    )
    return surface


def open_edges(surface) -> int:
    edges = vtkFeatureEdges()
    edges.SetInputData(surface)
    edges.BoundaryEdgesOn()
    edges.NonManifoldEdgesOn()
    edges.FeatureEdgesOff()
    edges.ManifoldEdgesOff()
    edges.Update()
    return edges.GetOutput().GetNumberOfCells()


def signed_volume(surface) -> float:
    """Return the enclosed volume; negative where the triangles are wound to face inward."""
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(float)
    corners = points[vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)]
    return float(np.linalg.det(corners).sum() / 6)


def node_classes(scene) -> list[str]:
    return sorted(
        scene.GetNthNode(index).GetClassName() for index in range(scene.GetNumberOfNodes())
    )


def snapshot(node) -> dict:
    """Return all that must not change when a run fails."""
    segmentation = node.GetSegmentation()
    display = node.GetDisplayNode()
    return {
        "segments": {
            segment_id: (
                segmentation.GetSegment(segment_id).GetName(),
                segmentation.GetSegment(segment_id).GetColor(),
                mask(node, segment_id).tobytes(),
                array_of_image(labelmap(node, segment_id)),
                display.GetSegmentOpacity3D(segment_id) if display else None,
            )
            for segment_id in segment_ids(node)
        },
        "layers": segmentation.GetNumberOfLayers(),
        "geometry": segmentation.GetConversionParameter("Reference image geometry"),
        "reference": node.GetNodeReferenceID(node.GetReferenceImageGeometryReferenceRole()),
        "display": (display.GetVisibility3D(), display.GetVisibility()) if display else None,
    }


def array_of_image(image) -> tuple:
    matrix = vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return tuple(array_of(matrix).ravel()), image.GetExtent()
