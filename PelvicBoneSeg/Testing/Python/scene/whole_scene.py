"""All that a scene holds, as something that can be compared."""

from __future__ import annotations

import re

from vtkmodules.util.numpy_support import vtk_to_numpy

from scene.reading import array_of_image, mask, segment_ids


def whole_scene(scene) -> dict:
    """Return every node as it would be saved, and what lies in segmentations.

    Two scenes are equal where a user could not tell them apart: nodes with their attributes,
    references, selections and display; segments with their order, names, colours, tags, voxels,
    shared labelmaps and surfaces; the subject hierarchy.
    """
    scene.SetSaveToXMLString(1)
    assert scene.Commit()
    nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
    return {
        "nodes": sorted((node.GetID(), node.GetClassName(), node.GetName()) for node in nodes),
        "xml": _xml(scene),
        "attributes": {
            node.GetID(): {name: node.GetAttribute(name) for name in node.GetAttributeNames()}
            for node in nodes
        },
        "segmentations": {
            node.GetID(): _segmentation(node)
            for node in nodes
            if node.IsA("vtkMRMLSegmentationNode")
        },
    }


def _xml(scene) -> list[str]:
    lines = scene.GetSceneXMLString().splitlines()
    # When the scene was written, not what is in it.
    return [re.sub(r"lastModified=\S+", "", line) for line in lines]


def _segmentation(node) -> dict:
    segmentation = node.GetSegmentation()
    images = []
    for segment_id in segment_ids(node):
        image = segmentation.GetSegment(segment_id).GetRepresentation("Binary labelmap")
        images.append(image)
    return {
        "order": segment_ids(node),
        "sharing": [images.index(image) for image in images],
        "parameters": segmentation.SerializeAllConversionParameters(),
        "source": segmentation.GetSourceRepresentationName(),
        "segments": {one: _segment(node, one) for one in segment_ids(node)},
    }


def _segment(node, segment_id) -> dict:
    segment = node.GetSegmentation().GetSegment(segment_id)
    image = segment.GetRepresentation("Binary labelmap")
    surface = segment.GetRepresentation("Closed surface")
    return {
        "name": segment.GetName(),
        "colour": segment.GetColor(),
        "value": segment.GetLabelValue(),
        "tags": re.search(r"Tags:(.*?)\n  \S", str(segment) + "\n  |", re.DOTALL)[1].split(),
        "voxels": mask(node, segment_id).tobytes(),
        "geometry": array_of_image(image),
        "points": None if surface is None else _bytes(surface.GetPoints()),
        "triangles": None if surface is None else _bytes(surface.GetPolys()),
    }


def _bytes(points_or_cells) -> bytes | None:
    if points_or_cells is None:
        return None
    if points_or_cells.IsA("vtkCellArray"):
        connectivity = vtk_to_numpy(points_or_cells.GetConnectivityArray())
        return connectivity.astype("int64").tobytes()
    return vtk_to_numpy(points_or_cells.GetData()).tobytes()
