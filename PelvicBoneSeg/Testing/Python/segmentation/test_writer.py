from __future__ import annotations

import errno
import json
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
import slicerio
from vtkmodules.vtkIOGeometry import vtkSTLReader

from PelvicBoneSegLib import __version__
from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.errors import OutputNotWritableError, UnknownFormatError
from PelvicBoneSegLib.segmentation import writer
from PelvicBoneSegLib.segmentation.volume import Volume
from PelvicBoneSegLib.segmentation.writer import check_formats, write_outputs

BUNDLE = SimpleNamespace(name="small", version="1.2.3", sha256="ab" * 32)
SLANTED = np.array([[0.0, -0.8, 0.6], [1.0, 0.0, 0.0], [0.0, 0.6, 0.8]])
LEFT_HANDED = np.diag([1.0, -1.0, 1.0])
ALL_FILES = {
    "case.seg.nrrd",
    "case.labels.nii.gz",
    "case.report.json",
    *(f"case_{segment.id}.stl" for segment in SEGMENTS),
}


@pytest.fixture
def output(tmp_path):
    return tmp_path / "results" / "today"


@pytest.fixture
def write(output):
    def write_to(result, volume, **options):
        return write_outputs(output, "case", result, volume, BUNDLE, "scans/case.nii.gz", **options)

    return write_to


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def test_all_files_are_written(write, output, a_volume, run_on):
    report = write(run_on(a_volume), a_volume)
    assert names_in(output) == ALL_FILES
    assert set(report["files"]) == ALL_FILES


@pytest.mark.parametrize("format_name", writer.FORMATS)
def test_only_the_formats_asked_for_are_written(write, output, a_volume, run_on, format_name):
    write(run_on(a_volume, ["sacrum"]), a_volume, formats=[format_name])
    expected = "case_sacrum.stl" if format_name == "stl" else f"case.{format_name}"
    assert names_in(output) == {expected, "case.report.json"}


@pytest.mark.parametrize("directions", [SLANTED, LEFT_HANDED], ids=["slanted", "left_handed"])
def test_the_label_map_has_the_scan_s_grid(write, output, make_volume, run_on, directions):
    volume = make_volume(directions)
    result = run_on(volume)
    write(result, volume)
    image = sitk.ReadImage(str(output / "case.labels.nii.gz"))
    assert image.GetPixelID() == sitk.sitkUInt8
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), result.labels)
    for ijk in ((0, 0, 0), (11, 7, 5)):
        lps = (volume.ijk_to_lps @ [*ijk, 1])[:3]
        np.testing.assert_allclose(image.TransformIndexToPhysicalPoint(ijk), lps, atol=1e-3)


def test_seg_nrrd_says_what_the_segments_are(write, output, a_volume, run_on):
    result = run_on(a_volume, ["femur", "sacrum"], "left")
    write(result, a_volume)
    segmentation = slicerio.read_segmentation(str(output / "case.seg.nrrd"))
    femur, sacrum = segmentation["segments"]
    assert (femur["id"], femur["name"], femur["labelValue"]) == ("left_femur", "Left femur", 1)
    assert femur["color"] == [0.95, 0.77, 0.36]
    assert femur["terminology"]["type"] == ["SCT", "71341001", "Femur"]
    assert femur["terminology"]["typeModifier"] == ["SCT", "7771000", "Left"]
    assert (sacrum["id"], sacrum["labelValue"]) == ("sacrum", 5)
    assert sacrum["terminology"]["type"] == ["SCT", "54735007", "Sacrum"]
    assert "typeModifier" not in sacrum["terminology"]
    np.testing.assert_array_equal(segmentation["voxels"], result.labels.T)
    np.testing.assert_allclose(segmentation["ijkToLPS"], a_volume.ijk_to_lps, atol=1e-9)


@pytest.mark.parametrize("directions", [SLANTED, LEFT_HANDED], ids=["slanted", "left_handed"])
def test_slicer_loads_seg_nrrd(write, output, make_volume, run_on, directions):
    slicer = pytest.importorskip("slicer", reason="needs slicer-core")
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonCore import reference
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    from PelvicBoneSegLib.scene.terminology import terminology_entry

    volume = make_volume(directions)
    result = run_on(volume, missing=["right_femur"])
    write(result, volume)
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(output / "case.seg.nrrd"))
    assert storage.ReadData(node)
    found = [segment for segment in SEGMENTS if segment.id != "right_femur"]
    assert list(node.GetSegmentation().GetSegmentIDs()) == [segment.id for segment in found]
    for definition in found:
        segment = node.GetSegmentation().GetSegment(definition.id)
        assert segment.GetName() == definition.name
        assert segment.GetColor() == pytest.approx(definition.colour)
        assert segment.GetLabelValue() == definition.label
        entry = reference("")
        assert segment.GetTag(segment.GetTerminologyEntryTagName(), entry)
        assert str(entry) == terminology_entry(definition)
        image = segment.GetRepresentation("Binary labelmap")
        extent, to_ras = image.GetExtent(), vtkMatrix4x4()
        image.GetImageToWorldMatrix(to_ras)
        voxels = vtk_to_numpy(image.GetPointData().GetScalars())
        shape = [extent[2 * axis + 1] - extent[2 * axis] + 1 for axis in (2, 1, 0)]
        kji = np.argwhere(voxels.reshape(shape) == definition.label) + extent[4::-2]
        matrix = np.reshape([to_ras.GetElement(r, c) for r in range(4) for c in range(4)], (4, 4))
        lps = (kji[:, ::-1] @ matrix[:3, :3].T + matrix[:3, 3]) * [-1, -1, 1]
        truth = np.argwhere(result.labels == definition.label)[:, ::-1]
        truth = truth @ volume.ijk_to_lps[:3, :3].T + volume.ijk_to_lps[:3, 3]
        assert len(truth) > 100
        np.testing.assert_allclose(in_order(lps), in_order(truth), atol=1e-3)


def in_order(points):
    return points[np.lexsort(np.round(points, 2).T)]


def test_stl_lies_on_the_bone(write, output, make_volume, run_on):
    volume = make_volume(LEFT_HANDED)
    result = run_on(volume, ["femur"], "right")
    write(result, volume, formats=["stl"])
    reader = vtkSTLReader()
    reader.SetFileName(str(output / "case_right_femur.stl"))
    reader.Update()
    # Centre and radii of the phantom's right femur, and half a voxel's play.
    bounds = np.reshape(reader.GetOutput().GetBounds(), (3, 2))
    np.testing.assert_allclose(bounds.mean(axis=1), [-55, 0, -55], atol=2.5)
    np.testing.assert_allclose(np.ptp(bounds, axis=1) / 2, [20, 18, 28], atol=2.5)


def test_the_report_tells_all(write, output, a_volume, run_on):
    result = run_on(a_volume, ["femur"], missing=["left_femur"])
    report = write(result, a_volume, timings={"read": 0.25})
    assert report == json.loads((output / "case.report.json").read_text(encoding="utf-8"))
    assert report["format"] == 1
    assert report["product"] == {"name": "PelvicBoneSeg", "version": __version__}
    assert report["input"]["path"] == "scans/case.nii.gz"
    assert report["input"]["size"] == list(a_volume.voxels.shape[::-1])
    assert report["input"]["spacing_mm"] == [2.0, 2.4, 4.0]
    assert report["input"]["ijk_to_lps"] == a_volume.ijk_to_lps.tolist()
    assert report["input"]["acquisition_plane"] == "coronal"
    assert report["input"]["left_handed"] is a_volume.is_left_handed
    assert report["bundle"] == {"name": "small", "version": "1.2.3", "sha256": "ab" * 32}
    assert report["device"] == "cpu"
    assert report["precision"] == "float32"
    assert list(report["timings_s"]) == ["read", "surface", "write"]
    assert report["timings_s"]["read"] == 0.25
    left, right = report["segments"]
    assert left["voxels"] == 0
    assert left["confidence"] is None
    assert (right["id"], right["name"], right["label"]) == ("right_femur", "Right femur", 2)
    assert right["voxels"] == np.count_nonzero(result.labels == 2)
    assert right["ml"] == pytest.approx(4 / 3 * np.pi * 20 * 18 * 28 / 1000, rel=0.02)
    assert right["touches_border"] is False
    assert report["warnings"] == ["Left femur: not found."]


def test_the_report_tells_how_sure_each_slice_is(write, output, a_volume, run_on):
    confidence = np.array([np.nan, 0.5, 2 / 3, 1.0])
    result = replace(run_on(a_volume), slice_confidence=confidence, slice_axis=1)
    write(result, a_volume)
    report = json.loads((output / "case.report.json").read_text(encoding="utf-8"))
    assert report["slice_axis"] == "j"
    assert report["slice_confidence"] == [None, 0.5, 0.6667, 1.0]


def test_bones_that_were_not_found_are_in_the_report_alone(write, output, a_volume, run_on):
    write(run_on(a_volume, ["femur"], missing=["left_femur"]), a_volume)
    assert "case_right_femur.stl" in names_in(output)
    assert "case_left_femur.stl" not in names_in(output)
    segmentation = slicerio.read_segmentation(str(output / "case.seg.nrrd"))
    assert [segment["id"] for segment in segmentation["segments"]] == ["right_femur"]


def test_where_no_bone_was_found_there_is_the_report_alone(write, output, a_volume, run_on):
    report = write(run_on(a_volume, ["sacrum"], missing=["sacrum"]), a_volume)
    assert names_in(output) == {"case.report.json"}
    assert report["files"] == ["case.report.json"]


def test_files_that_no_longer_hold_true_go(write, output, a_volume, run_on):
    write(run_on(a_volume), a_volume)
    write(run_on(a_volume, ["femur"], missing=["left_femur"]), a_volume)
    assert names_in(output) == ALL_FILES - {"case_left_femur.stl"}


def test_another_run_replaces_its_files_and_no_others(write, output, a_volume, run_on):
    output.mkdir(parents=True)
    (output / "notes.txt").write_text("mine")
    write(run_on(a_volume, ["sacrum"]), a_volume)
    sacrum = (output / "case_sacrum.stl").read_bytes()
    write(run_on(a_volume, ["femur"]), a_volume)
    assert (output / "notes.txt").read_text() == "mine"
    assert (output / "case_sacrum.stl").read_bytes() == sacrum
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(output / "case.labels.nii.gz")))
    assert set(np.unique(labels)) == {0, 1, 2}


def test_skewed_axes_are_warned_of(write, a_volume, run_on):
    skewed = a_volume.ijk_to_lps.copy()
    skewed[:3, 0] += 0.01 * skewed[:3, 1]
    volume = Volume(a_volume.voxels, skewed)
    assert "0.69° from a right angle" in write(run_on(volume), volume)["warnings"][0]
    assert write(run_on(volume), volume, formats=["seg.nrrd"])["warnings"] == []


@pytest.mark.parametrize("formats", [["seg.nrrd", "obj"], []])
def test_unknown_formats_are_refused(formats):
    with pytest.raises(UnknownFormatError, match="Choose from: seg.nrrd, labels.nii.gz, stl"):
        check_formats(formats)


def test_a_format_asked_for_twice_is_written_once():
    assert check_formats(["stl", "seg.nrrd", "stl"]) == ("stl", "seg.nrrd")


@pytest.mark.parametrize("step", ["write_seg_nrrd", "write_nifti", "write_stl"])
def test_a_full_disk_leaves_nothing(write, output, tmp_path, a_volume, run_on, monkeypatch, step):
    real = getattr(writer, step)

    def half(*arguments):
        real(*arguments)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, step, half)
    with pytest.raises(OutputNotWritableError, match="No space left on device"):
        write(run_on(a_volume), a_volume)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def a_disk_with_room_for_4_kb():
    """Fail every write beyond 4 KiB of a file, with the operating system's own error.

    For as short as can be: pytest's own output may be a file, too.
    """
    resource = pytest.importorskip("resource", reason="no file size limits on this system")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("format_name", writer.FORMATS)
def test_every_format_notices_that_it_was_cut_short(
    write, tmp_path, make_volume, run_on, format_name
):
    volume = make_volume(spacing=(4.0, 4.0, 6.0))
    result = run_on(volume)
    noise = np.random.default_rng(0).random(result.labels.shape) < 0.5
    result.labels[noise] = 1
    with a_disk_with_room_for_4_kb(), pytest.raises(OutputNotWritableError):
        write(result, volume, formats=[format_name])
    assert list(tmp_path.iterdir()) == []
