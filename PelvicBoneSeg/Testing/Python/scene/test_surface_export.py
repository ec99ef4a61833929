"""STL files: in place, closed, outside out."""

from __future__ import annotations

import os

import numpy as np
import pytest
import slicer
from vtkmodules.vtkIOGeometry import vtkSTLReader

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import OutputNotWritableError
from PelvicBoneSegLib.scene.surface_export import export_closed_surfaces
from scene.conftest import add_transform
from scene.phantom import ELLIPSOIDS
from scene.reading import (
    BINARY_LABELMAP,
    image_to_world_ras,
    labelmap,
    mask,
    matrix_of,
    open_edges,
    segment_ids,
    signed_volume,
    snapshot,
    volume_mm3,
)

VOLUMES = (
    "a_volume_node",
    "a_left_handed_volume_node",
    "a_transformed_volume_node",
    "a_mirrored_volume_node",
)


def read(path):
    reader = vtkSTLReader()
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def file_of(node, definition):
    return f"{node.GetName()}_{definition.name}.stl"


@pytest.mark.parametrize("volume", VOLUMES)
def test_each_bone_is_a_closed_outward_surface_in_lps(request, a_logic, tmp_path, volume):
    node = a_logic.segment(request.getfixturevalue(volume), BONES)

    files = export_closed_surfaces(node, tmp_path)

    assert sorted(path.name for path in files) == sorted(file_of(node, s) for s in SEGMENTS)
    for definition in SEGMENTS:
        surface = read(tmp_path / file_of(node, definition))
        centre, radii = ELLIPSOIDS[definition.id]
        low, high = np.array(surface.GetBounds()).reshape(3, 2).T
        np.testing.assert_allclose((low + high) / 2, centre, atol=2.0)
        np.testing.assert_allclose((high - low) / 2, radii, atol=4.0)
        assert open_edges(surface) == 0
        assert signed_volume(surface) == pytest.approx(volume_mm3(node, definition.id), rel=0.05)


@pytest.mark.parametrize("volume", VOLUMES[1:])
def test_slicers_own_export_is_outward_too(request, a_logic, tmp_path, volume):
    node = a_logic.segment(request.getfixturevalue(volume), ["sacrum"])

    slicer.vtkSlicerSegmentationsModuleLogic.ExportSegmentsClosedSurfaceRepresentationToFiles(
        str(tmp_path), node
    )

    (path,) = tmp_path.glob("*.stl")
    assert signed_volume(read(path)) == pytest.approx(volume_mm3(node, "sacrum"), rel=0.05)


def test_a_hand_made_left_handed_segment_is_turned_outward(
    a_scene, a_left_handed_volume_node, a_logic, tmp_path
):
    node = a_logic.segment(a_left_handed_volume_node, ["sacrum"])
    left_handed = slicer.vtkOrientedImageData()
    left_handed.DeepCopy(labelmap(node, "sacrum"))
    matrix = image_to_world_ras(node, left_handed) @ np.diag([-1.0, 1.0, 1.0, 1.0])
    left_handed.SetGeometryFromImageToWorldMatrix(matrix_of(matrix))
    by_hand = slicer.vtkSegment()
    by_hand.SetName("By hand")
    by_hand.AddRepresentation(BINARY_LABELMAP, left_handed)
    by_hand.SetLabelValue(5)
    node.GetSegmentation().AddSegment(by_hand, "by_hand")

    (path,) = export_closed_surfaces(node, tmp_path, ["by_hand"])

    assert signed_volume(read(path)) == pytest.approx(volume_mm3(node, "by_hand"), rel=0.05)


def test_a_mirror_that_was_added_afterwards_does_not_turn_it_inside_out(
    a_scene, a_volume_node, a_logic, tmp_path
):
    node = a_logic.segment(a_volume_node, ["femur"], side="left")
    node.SetAndObserveTransformNodeID(
        add_transform(a_scene, np.diag([-1.0, 1.0, 1.0, 1.0])).GetID()
    )

    (path,) = export_closed_surfaces(node, tmp_path)

    surface = read(path)
    assert signed_volume(surface) == pytest.approx(volume_mm3(node, "left_femur"), rel=0.05)
    assert np.mean(surface.GetBounds()[:2]) == pytest.approx(-ELLIPSOIDS["left_femur"][0][0], abs=2)


def test_bones_at_the_edge_of_the_scan_are_closed(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    cut = slicer.vtkOrientedImageData()
    cut.DeepCopy(labelmap(node, "sacrum"))
    k, _, _ = np.nonzero(mask(node, "sacrum"))
    extent = list(cut.GetExtent())
    extent[5] = int(np.median(k))
    cut.Crop(extent)
    segment = slicer.vtkSegment()
    segment.SetName("Cut")
    segment.AddRepresentation(BINARY_LABELMAP, cut)
    segment.SetLabelValue(5)
    node.GetSegmentation().AddSegment(segment, "cut")

    (path,) = export_closed_surfaces(node, tmp_path, ["cut"])

    surface = read(path)
    assert open_edges(surface) == 0
    assert signed_volume(surface) == pytest.approx(volume_mm3(node, "cut"), rel=0.05)


def test_only_the_chosen_segments_are_written(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, BONES)

    files = export_closed_surfaces(node, tmp_path / "new" / "folder", ["sacrum"])

    assert files == [tmp_path / "new" / "folder" / "MR segmentation_Sacrum.stl"]
    assert os.listdir(tmp_path / "new" / "folder") == ["MR segmentation_Sacrum.stl"]


def test_segments_of_the_same_name_get_a_file_each(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["femur"])
    for segment_id in segment_ids(node):
        node.GetSegmentation().GetSegment(segment_id).SetName("Femur")

    names = [path.name for path in export_closed_surfaces(node, tmp_path)]

    assert names == ["MR segmentation_Femur 2.stl", "MR segmentation_Femur.stl"]


def test_exporting_changes_nothing_in_the_scene(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node), node.GetSegmentation().GetMTime()

    export_closed_surfaces(node, tmp_path)

    assert (snapshot(node), node.GetSegmentation().GetMTime()) == before


def test_an_empty_segmentation_gives_no_file(a_scene, tmp_path):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Empty")

    assert export_closed_surfaces(node, tmp_path) == []
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_an_error(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(OutputNotWritableError, match="Nothing was left there"):
        export_closed_surfaces(node, tmp_path / "file" / "folder")


def test_a_file_that_cannot_be_written_leaves_nothing(
    a_volume_node, a_logic, tmp_path, monkeypatch
):
    node = a_logic.segment(a_volume_node, ["sacrum"])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)

    with pytest.raises(OutputNotWritableError, match="No space left on device"):
        export_closed_surfaces(node, tmp_path)
    assert os.listdir(tmp_path) == []
