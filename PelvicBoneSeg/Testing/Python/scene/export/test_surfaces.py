"""Surfaces as files: in place, closed, outside out, names and colours kept."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import slicer
from vtkmodules.vtkCommonDataModel import vtkCellArray
from vtkmodules.vtkIOGeometry import vtkGLTFReader

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import (
    Cancelled,
    FilesExistError,
    NothingToExportError,
    OutputNotWritableError,
    UnknownCoordinateSystemError,
    UnknownFormatError,
)
from PelvicBoneSegLib.scene.export.logic import export_segments, prepare_export
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
FORMATS = {"stl": ".stl", "obj": ".obj", "ply": ".ply"}


def read(path):
    """Read as Slicer reads a model: return the surface in RAS."""
    model, storage = slicer.vtkMRMLModelNode(), slicer.vtkMRMLModelStorageNode()
    storage.SetFileName(str(path))
    assert storage.ReadData(model)
    return model.GetPolyData()


def glb_document(path):
    content = Path(path).read_bytes()
    assert content[:4] == b"glTF" and struct.unpack("<I", content[8:12])[0] == len(content)
    return json.loads(content[20 : 20 + struct.unpack("<I", content[12:16])[0]])


def assert_is_ellipsoid(surface, segment_id):
    """Compare bounds in RAS."""
    centre, radii = ELLIPSOIDS[segment_id]
    low, high = np.array(surface.GetBounds()).reshape(3, 2).T
    np.testing.assert_allclose((low + high) / 2, np.multiply(centre, (-1, -1, 1)), atol=2.0)
    np.testing.assert_allclose((high - low) / 2, radii, atol=4.0)


@pytest.mark.parametrize("volume", VOLUMES)
@pytest.mark.parametrize("space", ["LPS", "RAS"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_each_bone_is_closed_outward_and_where_it_is(
    request, a_logic, tmp_path, volume, space, file_format
):
    node = a_logic.segment(request.getfixturevalue(volume), ["femur", "sacrum"])

    result = export_segments(node, tmp_path, file_format, space=space)

    for segment_id, name in zip(segment_ids(node), segment_names(node), strict=True):
        path = tmp_path / f"{node.GetName()}_{name}{FORMATS[file_format]}"
        assert path in result.files
        assert f"3D Slicer output. SPACE={space}".encode() in path.read_bytes()[:200]
        surface = read(path)
        assert_is_ellipsoid(surface, segment_id)
        assert open_edges(surface) == 0
        assert signed_volume(surface) == pytest.approx(volume_mm3(node, segment_id), rel=0.05)
    for check, segment_id in zip(result.checks, segment_ids(node), strict=True):
        assert check.passed
        assert check.volume_ml * 1000 == pytest.approx(volume_mm3(node, segment_id), rel=0.05)
        assert check.voxel_volume_ml * 1000 == pytest.approx(volume_mm3(node, segment_id))


def segment_names(node):
    return [node.GetSegmentation().GetSegment(one).GetName() for one in segment_ids(node)]


@pytest.mark.parametrize("volume", VOLUMES)
def test_gltf_stands_upright_in_metres_and_looks_at_the_viewer(request, a_logic, tmp_path, volume):
    node = a_logic.segment(request.getfixturevalue(volume), BONES)
    node.GetSegmentation().GetSegment("sacrum").SetName("Kreuzbein ✓")

    result = export_segments(node, tmp_path, "gltf")

    (path,) = result.files
    assert path.name == "MR segmentation.glb"
    assert all(check.passed for check in result.checks) and len(result.checks) == len(SEGMENTS)
    document = glb_document(path)
    assert [one["name"] for one in document["nodes"]] == segment_names(node)
    assert [one["name"] for one in document["meshes"]] == segment_names(node)
    first = document["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"]
    np.testing.assert_allclose(first, [0.890, 0.554, 0.107, 1], atol=1e-3)  # (.95, .77, .36) sRGB
    reader = vtkGLTFReader()
    reader.SetFileName(str(path))
    reader.Update()
    bounds = np.array(reader.GetOutput().GetBlock(0).GetBlock(0).GetBlock(0).GetBounds())
    left, posterior, superior = ELLIPSOIDS["left_femur"][0]
    expected = np.array([left, superior, -posterior]) / 1000
    np.testing.assert_allclose(bounds.reshape(3, 2).mean(axis=1), expected, atol=2e-3)


@pytest.mark.parametrize("file_format", FORMATS)
def test_all_bones_in_one_file(a_volume_node, a_logic, tmp_path, file_format):
    node = a_logic.segment(a_volume_node, BONES)

    result = export_segments(node, tmp_path, file_format, merged=True)

    path = tmp_path / f"MR segmentation{FORMATS[file_format]}"
    assert path in result.files
    total = sum(volume_mm3(node, one) for one in segment_ids(node))
    surface = read(path)
    assert signed_volume(surface) == pytest.approx(total, rel=0.03)
    assert open_edges(surface) == 0
    assert [check.name for check in result.checks] == segment_names(node)
    assert all(check.passed for check in result.checks)


def test_obj_keeps_names_and_colours(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["femur"])

    files = export_segments(node, tmp_path, "obj", merged=True).files

    assert [path.name for path in files] == ["MR segmentation.obj", "MR_segmentation.mtl"]
    lines = files[0].read_text().splitlines()
    assert "mtllib MR_segmentation.mtl" in lines
    assert [line for line in lines if line.startswith("g ")] == ["g Left_femur", "g Right_femur"]
    assert "newmtl Left_femur\nKd 0.95 0.77 0.36" in files[1].read_text()


@pytest.mark.parametrize("merged", [False, True])
def test_obj_keeps_bones_apart_that_are_called_alike(a_volume_node, a_logic, tmp_path, merged):
    node = a_logic.segment(a_volume_node, ["femur"])
    for segment_id, name in (("left_femur", "My femur"), ("right_femur", "My_femur")):
        node.GetSegmentation().GetSegment(segment_id).SetName(name)

    files = export_segments(node, tmp_path, "obj", merged=merged).files

    text = "".join(path.read_text() for path in files if path.suffix == ".mtl")
    assert text.count("newmtl") == text.count("Kd 0.95 0.77 0.36") + text.count("Kd 0.89") == 2
    assert len(files) == (2 if merged else 4)
    if merged:
        assert text.count("newmtl My_femur\n") == text.count("newmtl My_femur_2\n") == 1


def test_a_surface_without_triangles_is_made_of_the_voxels(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    surface = node.GetSegmentation().GetSegment("sacrum").GetRepresentation("Closed surface")
    surface.SetPolys(vtkCellArray())

    result = export_segments(node, tmp_path)

    assert result.warnings == ()
    assert result.checks[0].passed


def test_ply_keeps_colours(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["femur"])

    (path,) = export_segments(node, tmp_path, "ply", merged=True).files

    colours = read(path).GetPointData().GetArray("RGB")
    assert colours.GetTuple3(0) == (242, 196, 92)
    assert colours.GetTuple3(colours.GetNumberOfTuples() - 1) == (227, 148, 64)


@pytest.mark.parametrize("volume", VOLUMES[1:])
def test_slicers_own_export_is_outward_too(request, a_logic, tmp_path, volume):
    node = a_logic.segment(request.getfixturevalue(volume), ["sacrum"])

    slicer.vtkSlicerSegmentationsModuleLogic.ExportSegmentsClosedSurfaceRepresentationToFiles(
        str(tmp_path), node
    )

    (path,) = tmp_path.glob("*.stl")
    assert signed_volume(read(path)) == pytest.approx(volume_mm3(node, "sacrum"), rel=0.05)


def test_without_surfaces_in_the_scene_they_are_the_same(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    with_surface = export_segments(node, tmp_path / "with")
    node.GetSegmentation().RemoveRepresentation("Closed surface")

    without = export_segments(node, tmp_path / "without")

    assert not node.GetSegmentation().ContainsRepresentation("Closed surface")
    assert without.checks[0].volume_ml == pytest.approx(with_surface.checks[0].volume_ml, rel=1e-4)
    for one in (with_surface, without):
        assert_is_ellipsoid(read(one.files[0]), "sacrum")


def by_hand(node, image, name="By hand"):
    segment = slicer.vtkSegment()
    segment.SetName(name)
    segment.AddRepresentation(BINARY_LABELMAP, image)
    segment.SetLabelValue(5)
    node.GetSegmentation().AddSegment(segment, "by_hand")


def test_a_hand_made_left_handed_segment_is_turned_outward(
    a_left_handed_volume_node, a_logic, tmp_path
):
    node = a_logic.segment(a_left_handed_volume_node, ["sacrum"])
    left_handed = slicer.vtkOrientedImageData()
    left_handed.DeepCopy(labelmap(node, "sacrum"))
    matrix = image_to_world_ras(node, left_handed) @ np.diag([-1.0, 1.0, 1.0, 1.0])
    left_handed.SetGeometryFromImageToWorldMatrix(matrix_of(matrix))
    by_hand(node, left_handed)

    (path,) = export_segments(node, tmp_path, segment_ids=["by_hand"]).files

    assert signed_volume(read(path)) == pytest.approx(volume_mm3(node, "by_hand"), rel=0.05)


def test_a_mirror_that_was_added_afterwards_does_not_turn_it_inside_out(
    a_scene, a_volume_node, a_logic, tmp_path
):
    node = a_logic.segment(a_volume_node, ["femur"], side="left")
    node.SetAndObserveTransformNodeID(
        add_transform(a_scene, np.diag([-1.0, 1.0, 1.0, 1.0])).GetID()
    )

    result = export_segments(node, tmp_path)

    surface = read(result.files[0])
    assert result.checks[0].passed
    assert signed_volume(surface) == pytest.approx(volume_mm3(node, "left_femur"), rel=0.05)
    assert np.mean(surface.GetBounds()[:2]) == pytest.approx(ELLIPSOIDS["left_femur"][0][0], abs=2)


def test_bones_at_the_edge_of_the_scan_are_closed(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    cut = slicer.vtkOrientedImageData()
    cut.DeepCopy(labelmap(node, "sacrum"))
    k, _, _ = np.nonzero(mask(node, "sacrum"))
    extent = list(cut.GetExtent())
    extent[5] = int(np.median(k))
    cut.Crop(extent)
    by_hand(node, cut, "Cut")

    result = export_segments(node, tmp_path, segment_ids=["by_hand"])

    assert open_edges(read(result.files[0])) == 0
    assert result.checks[0].is_watertight and result.checks[0].is_outward


def test_a_surface_with_a_hole_is_written_and_said(a_volume_node, a_logic, tmp_path):
    from vtkmodules.vtkCommonDataModel import vtkPolyData

    node = a_logic.segment(a_volume_node, ["sacrum"])
    segment = node.GetSegmentation().GetSegment("sacrum")
    torn = vtkPolyData()
    torn.DeepCopy(segment.GetRepresentation("Closed surface"))
    torn.BuildCells()
    torn.DeleteCell(7)
    torn.RemoveDeletedCells()
    segment.AddRepresentation("Closed surface", torn)

    result = export_segments(node, tmp_path)

    (check,) = result.checks
    assert check.open_edges == 3 and check.tangled_edges == 0
    assert not check.is_watertight and not check.passed
    assert result.files[0].exists()


def test_only_the_chosen_segments_are_written(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, BONES)

    files = export_segments(node, tmp_path / "new" / "folder", segment_ids=["sacrum"]).files

    assert files == (tmp_path / "new" / "folder" / "MR segmentation_Sacrum.stl",)
    assert os.listdir(tmp_path / "new" / "folder") == ["MR segmentation_Sacrum.stl"]


def test_hidden_segments_stay_out(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["femur", "sacrum"])
    node.GetDisplayNode().SetSegmentVisibility("sacrum", False)

    names = [path.name for path in export_segments(node, tmp_path).files]

    assert names == ["MR segmentation_Left femur.stl", "MR segmentation_Right femur.stl"]


def test_segments_of_the_same_name_get_a_file_each(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["femur"])
    for segment_id, name in zip(segment_ids(node), ("Femur", "femur"), strict=True):
        node.GetSegmentation().GetSegment(segment_id).SetName(name)

    names = [path.name for path in export_segments(node, tmp_path).files]

    assert names == ["MR segmentation_Femur.stl", "MR segmentation_femur 2.stl"]


def test_names_that_are_no_file_names_are_made_so(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    node.SetName("../Hüfte: 1/2")
    node.GetSegmentation().GetSegment("sacrum").SetName('a\\b*?"<>|')

    (path,) = export_segments(node, tmp_path).files

    assert path == tmp_path / "_Hüfte_ 1_2_a_b______.stl"
    assert os.listdir(tmp_path) == [path.name]


def test_exporting_changes_nothing_in_the_scene(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node), node.GetSegmentation().GetMTime()

    export_segments(node, tmp_path, "gltf")

    assert (snapshot(node), node.GetSegmentation().GetMTime()) == before


def test_an_empty_segment_is_left_out_and_said(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    node.GetSegmentation().AddEmptySegment("nothing", "Nothing")

    result = export_segments(node, tmp_path)

    assert [path.name for path in result.files] == ["MR segmentation_Sacrum.stl"]
    assert result.warnings == ("Nothing is empty and was left out.",)


def test_nothing_to_export_is_an_error(a_scene, tmp_path):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Empty")
    with pytest.raises(NothingToExportError, match="no visible segment"):
        export_segments(node, tmp_path)
    node.GetSegmentation().AddEmptySegment("nothing", "Nothing")
    for file_format in ("stl", "nifti"):
        with pytest.raises(NothingToExportError):
            export_segments(node, tmp_path, file_format)
    assert os.listdir(tmp_path) == []


def test_unknown_choices_are_errors(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    with pytest.raises(UnknownFormatError, match="vrml"):
        export_segments(node, tmp_path, "vrml")
    with pytest.raises(UnknownCoordinateSystemError, match="RAI"):
        export_segments(node, tmp_path, space="RAI")


def test_files_are_replaced_only_where_it_is_said(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["femur"])
    (tmp_path / "MR segmentation_Left femur.stl").write_text("precious")

    with pytest.raises(FilesExistError) as refused:
        export_segments(node, tmp_path)
    assert refused.value.names == ("MR segmentation_Left femur.stl",)
    assert os.listdir(tmp_path) == ["MR segmentation_Left femur.stl"]
    assert (tmp_path / "MR segmentation_Left femur.stl").read_text() == "precious"

    files = export_segments(node, tmp_path, overwrite=True).files
    assert len(files) == 2 and b"SPACE=LPS" in files[0].read_bytes()[:80]


def test_a_folder_that_cannot_be_made_is_an_error(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(OutputNotWritableError, match="Nothing was left there"):
        export_segments(node, tmp_path / "file" / "folder")


@pytest.mark.parametrize("file_format", ["stl", "obj", "ply", "gltf"])
def test_a_full_disk_leaves_nothing(a_volume_node, a_logic, tmp_path, monkeypatch, file_format):
    node = a_logic.segment(a_volume_node, ["femur"])
    opened, real = [], Path.open

    def full(path, mode="r", *more, **options):
        if "w" in mode:
            opened.append(path.name)
            if len(opened) == 2 or file_format == "gltf":
                raise OSError(28, "No space left on device")
        return real(path, mode, *more, **options)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputNotWritableError, match="No space left on device"):
        export_segments(node, tmp_path / "out", file_format)
    assert opened and os.listdir(tmp_path) == []


def test_a_cancelled_export_leaves_nothing(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, BONES)
    job = prepare_export(node, tmp_path / "out")
    asked = []

    def cancel():
        asked.append(True)
        return len(asked) == 9  # after the second file

    with pytest.raises(Cancelled):
        job.run(cancel=cancel)
    assert len(asked) == 9 and os.listdir(tmp_path) == []
