"""Label maps as files: contract values, the scan's voxels, names that Slicer reads."""

from __future__ import annotations

import os

import numpy as np
import pytest
import SimpleITK as sitk
import slicer

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import DicomExportError, FilesExistError, OutputNotWritableError
from PelvicBoneSegLib.scene.export.bones import bones_of
from PelvicBoneSegLib.scene.export.logic import export_segments
from PelvicBoneSegLib.segmentation import label_files
from scene.editing import paint
from scene.phantom import inside
from scene.reading import BINARY_LABELMAP, array_of, labelmap, mask, segment_ids, volume_mm3
from scene.test_edits import CORNER
from scene.whole_scene import whole_scene

VOLUMES = (
    "a_volume_node",
    "a_left_handed_volume_node",
    "a_transformed_volume_node",
    "a_mirrored_volume_node",
)
FORMATS = {"nifti": ".nii.gz", "nrrd": ".seg.nrrd"}


def positions(image):
    """Return the LPS position of each voxel; shape (K, J, I, 3)."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in image.GetSize()[::-1]), indexing="ij")
    direction = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    return np.stack([i, j, k], axis=-1) @ direction.T + image.GetOrigin()


def colours_of(path):
    node, storage = slicer.vtkMRMLColorTableNode(), slicer.vtkMRMLColorTableStorageNode()
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    return node


def add_copy(node, name, source="sacrum", flip=False):
    """Add a segment with the voxels of another, or with all others."""
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(labelmap(node, source))
    from vtkmodules.util.numpy_support import vtk_to_numpy

    voxels = vtk_to_numpy(image.GetPointData().GetScalars())
    value = node.GetSegmentation().GetSegment(source).GetLabelValue()
    voxels[:] = (voxels != value) if flip else (voxels == value)
    segment = slicer.vtkSegment()
    segment.SetName(name)
    segment.SetColor(0, 0.5, 1)
    segment.AddRepresentation(BINARY_LABELMAP, image)
    segment.SetLabelValue(1)
    node.GetSegmentation().AddSegment(segment)


@pytest.mark.parametrize("volume", VOLUMES)
@pytest.mark.parametrize("file_format", FORMATS)
def test_bones_have_their_values_and_lie_where_they_are(
    request, a_logic, tmp_path, volume, file_format
):
    volume_node = request.getfixturevalue(volume)
    node = a_logic.segment(volume_node, BONES)

    result = export_segments(node, tmp_path, file_format)

    names = [f"MR segmentation{suffix}" for suffix in (".ctbl", FORMATS[file_format])]
    assert [path.name for path in result.files] == names
    assert result.warnings == ()
    image = sitk.ReadImage(str(result.files[1]))
    labels = sitk.GetArrayFromImage(image)
    assert labels.dtype == np.uint8
    assert image.GetSize() == volume_node.GetImageData().GetDimensions()
    lps = positions(image)
    for segment in SEGMENTS:
        truth, found = inside(segment.id, lps), labels == segment.label
        assert 2 * np.count_nonzero(truth & found) / (truth.sum() + found.sum()) > 0.95


def test_the_colour_table_says_what_the_values_mean(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    add_copy(node, "My tumour")
    table, image = export_segments(node, tmp_path, "nifti").files
    colours = colours_of(table)
    assert colours.GetColorName(5) == "Sacrum"
    assert colours.GetColorName(7) == "My tumour"
    colour = [0.0] * 4
    colours.GetColor(7, colour)
    assert colour == pytest.approx([0, 0.5, 1, 1], abs=0.005)
    assert set(np.unique(sitk.GetArrayFromImage(sitk.ReadImage(str(image))))) == {0, 7}


@pytest.mark.parametrize("volume", VOLUMES)
def test_slicer_reads_the_segmentation_back(request, a_scene, a_logic, tmp_path, volume):
    node = a_logic.segment(request.getfixturevalue(volume), ["femur", "sacrum"])
    node.GetSegmentation().GetSegment("sacrum").SetName("Kreuzbein\nalt")
    add_copy(node, "Rest", flip=True)
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    logic.SetSegmentStatus(node.GetSegmentation().GetSegment("sacrum"), logic.Completed)

    _, path = export_segments(node, tmp_path, "nrrd", segment_ids=segment_ids(node)[:3]).files

    read = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = a_scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(read)
    found = [read.GetSegmentation().GetSegment(one) for one in segment_ids(read)]
    assert segment_ids(read) == ["left_femur", "right_femur", "sacrum"]
    assert [one.GetName() for one in found] == ["Left femur", "Right femur", "Kreuzbein alt"]
    assert [one.GetLabelValue() for one in found] == [1, 2, 5]
    assert found[0].GetColor() == pytest.approx(SEGMENTS[0].colour)
    assert [logic.GetSegmentStatus(one) for one in found][2] == logic.Completed
    assert set(bones_of(read, segment_ids(read)).values()) == {*SEGMENTS[:2], SEGMENTS[4]}
    for one in segment_ids(read):
        assert volume_mm3(read, one) == pytest.approx(volume_mm3(node, one), rel=1e-5)


def test_overlap_goes_to_the_later_segment_and_is_said(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    count = int(mask(node, "sacrum").sum())
    add_copy(node, "Copy")

    result = export_segments(node, tmp_path, "nifti")

    assert result.warnings == (f"Sacrum and Copy overlap in {count} voxels, which count as Copy.",)


def test_without_a_reference_geometry_all_segments_are_held(
    a_scene, a_volume_node, a_hand_made_segmentation, tmp_path
):
    node = a_hand_made_segmentation
    assert not node.GetSegmentation().GetConversionParameter("Reference image geometry")

    _, path = export_segments(node, tmp_path, "nifti").files

    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    counts = {value: int((labels == value).sum()) for value in (5, 7)}
    # "My sacrum" is no name of the sacrum.
    assert counts == {5: 0, 7: int(mask(node, "tumour").sum())}
    assert int((labels == 8).sum()) == int(mask(node, "sacrum").sum())


def test_voxels_outside_of_the_reference_geometry_are_said(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(labelmap(node, "sacrum"))
    matrix = array_of_image(image)
    matrix[:3, 3] += matrix[:3, :3] @ (0, 0, 1000)
    image.SetGeometryFromImageToWorldMatrix(vtk_matrix(matrix))
    node.GetSegmentation().GetSegment("sacrum").AddRepresentation(BINARY_LABELMAP, image)

    result = export_segments(node, tmp_path, "nifti")

    count = int(mask(node, "sacrum").sum())
    assert result.warnings == (f"Sacrum: {count} voxels lie outside the image and were left out.",)


def array_of_image(image):
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return array_of(matrix)


def vtk_matrix(array):
    from scene.reading import matrix_of

    return matrix_of(array)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_full_disk_leaves_nothing(a_volume_node, a_logic, tmp_path, monkeypatch, file_format):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    written = []

    def half(image, path):
        """ITK prints that the disk is full and goes on: the file ends early."""
        sitk.WriteImage(image, str(path), True)
        os.truncate(path, os.path.getsize(path) // 2)
        written.append(path)

    monkeypatch.setattr(label_files, "_write", half)
    with pytest.raises(OutputNotWritableError, match="is the disk full"):
        export_segments(node, tmp_path / "out", file_format)
    assert written and os.listdir(tmp_path) == []


def test_existing_files_are_named(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    (tmp_path / "MR segmentation.ctbl").write_text("precious")
    with pytest.raises(FilesExistError, match=r"MR segmentation\.ctbl"):
        export_segments(node, tmp_path, "nifti")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["femur_left", "L Femur"], ["left_femur"]),
        (["Femur", "Hip bone"], []),
        (["vertebrae_L5", "Lumbar spine", "spine"], ["lumbar_spine"]),
        (["os sacrum", "Muscle"], ["sacrum"]),
    ],
)
def test_bones_are_known_by_the_names_of_other_tools(a_scene, names, expected):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Other")
    for name in names:
        node.GetSegmentation().AddEmptySegment(name, name)
    found = bones_of(node, segment_ids(node))
    assert [definition.id for definition in found.values()] == expected


def algorithm_type(node, segment_id):
    from vtkmodules.vtkCommonCore import reference

    value = reference("")
    segment = node.GetSegmentation().GetSegment(segment_id)
    return str(value) if segment.GetTag("DICOM.SegmentAlgorithmType", value) else None


class FakeExporter:
    """QuantitativeReporting's DICOMSegmentationExporter."""

    error: Exception | None = None
    calls: list = []
    types: list = []

    def __init__(self, segmentationNode, contentCreatorName=None):
        self.node = segmentationNode

    def export(self, outputDirectory, segFileName, metadata, segmentIDs=None, skipEmpty=False):
        self.calls.append((self.node, metadata, segmentIDs, skipEmpty))
        self.types.extend(algorithm_type(self.node, segment_id) for segment_id in segmentIDs)
        if self.error:
            raise self.error
        with open(os.path.join(outputDirectory, segFileName), "w") as file:
            file.write("DICM")

    def cleanup(self):
        self.calls.append("clean")


@pytest.fixture
def quantitative_reporting(monkeypatch, tmp_path):
    """A Slicer with the extension."""
    import sys
    from importlib.machinery import ModuleSpec
    from types import ModuleType, SimpleNamespace

    module = ModuleType("DICOMSegmentationPlugin")
    module.__spec__ = ModuleSpec("DICOMSegmentationPlugin", None)
    module.DICOMSegmentationExporter = FakeExporter
    monkeypatch.setattr(FakeExporter, "calls", [])
    monkeypatch.setattr(FakeExporter, "types", [])
    monkeypatch.setattr(FakeExporter, "error", None)
    monkeypatch.setitem(sys.modules, "DICOMSegmentationPlugin", module)
    modules = SimpleNamespace(itkimage2segimage=object())
    monkeypatch.setattr(slicer, "modules", modules, raising=False)
    return FakeExporter


def test_dicom_seg_needs_the_extension(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    with pytest.raises(DicomExportError, match="'QuantitativeReporting' is not installed"):
        export_segments(node, tmp_path, "dicom_seg")


def test_dicom_seg_needs_a_scan_from_dicom(
    a_volume_node, a_logic, tmp_path, quantitative_reporting
):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    with pytest.raises(DicomExportError, match="not loaded from Slicer's DICOM database"):
        export_segments(node, tmp_path, "dicom_seg")


def test_dicom_seg_is_written_by_the_extension(
    a_volume_node, a_logic, tmp_path, quantitative_reporting
):
    a_volume_node.SetAttribute("DICOM.instanceUIDs", "1.2.3 1.2.4")
    node = a_logic.segment(a_volume_node, ["femur"])

    result = export_segments(node, tmp_path, "dicom_seg", segment_ids=["left_femur"])

    assert result.files == (tmp_path / "MR segmentation.dcm",)
    metadata = {"SeriesDescription": "MR segmentation"}
    assert quantitative_reporting.calls == [(node, metadata, ["left_femur"], True), "clean"]

    quantitative_reporting.error = ValueError("Referenced volume files were not found")
    with pytest.raises(DicomExportError, match="Referenced volume files"):
        export_segments(node, tmp_path / "new", "dicom_seg")
    assert not (tmp_path / "new").exists()


def test_dicom_seg_calls_edited_bones_semiautomatic(
    a_scene, a_volume_node, a_logic, tmp_path, quantitative_reporting
):
    a_volume_node.SetAttribute("DICOM.instanceUIDs", "1.2.3 1.2.4")
    node = a_logic.segment(a_volume_node, ["femur", "sacrum"])
    add_copy(node, "A copy")
    paint(node, "sacrum", CORNER)
    paint(node, "right_femur", CORNER)
    right = node.GetSegmentation().GetSegment("right_femur")
    right.SetTag("DICOM.SegmentAlgorithmType", "MANUAL")
    before = whole_scene(a_scene)
    ids = segment_ids(node)

    export_segments(node, tmp_path, "dicom_seg", segment_ids=ids)

    said = dict(zip(ids, quantitative_reporting.types, strict=True))
    assert said.pop(ids[-1]) is None
    assert said == {
        "left_femur": "AUTOMATIC",
        "right_femur": "MANUAL",
        "sacrum": "SEMIAUTOMATIC",
    }
    assert whole_scene(a_scene) == before

    quantitative_reporting.error = ValueError("no")
    with pytest.raises(DicomExportError):
        export_segments(node, tmp_path / "new", "dicom_seg", segment_ids=ids)
    assert whole_scene(a_scene) == before
