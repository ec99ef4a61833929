"""A corrected segmentation becomes a case that the training reads, and nobody's patient."""

from __future__ import annotations

import gzip
import json
import os
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import slicer

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import (
    CaseNameError,
    DatasetFolderNameError,
    FilesExistError,
    NoBoneToSaveError,
    NotASegmentationError,
    NotAVolumeError,
    OtherScanError,
    OutputNotWritableError,
)
from PelvicBoneSegLib.scene.training_case.case_name import random_case_name
from PelvicBoneSegLib.scene.training_case.logic import save_training_case
from PelvicBoneSegLib.segmentation import training_case as training_case_files
from scene.phantom import inside, positions_lps
from scene.reading import labelmap, mask, segment_ids, snapshot, volume_mm3

VOLUMES = (
    "a_volume_node",
    "a_left_handed_volume_node",
    "a_transformed_volume_node",
    "a_mirrored_volume_node",
)
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
STATUS = slicer.vtkSlicerSegmentationsModuleLogic


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def provenance_of(folder, name):
    return json.loads((folder / "provenance" / f"{name}.json").read_text(encoding="utf-8"))


def set_status(node, segment_id, status):
    STATUS.SetSegmentStatus(node.GetSegmentation().GetSegment(segment_id), status)


@pytest.mark.parametrize("volume", VOLUMES)
def test_image_and_labels_lie_on_the_scan_s_own_voxels(request, a_logic, tmp_path, volume):
    volume_node = request.getfixturevalue(volume)
    node = a_logic.segment(volume_node, BONES)

    case = save_training_case(volume_node, node, tmp_path / "set", "case_a")

    assert files_in(tmp_path / "set") == [
        "dataset.yaml", "images/case_a.nii.gz", "labels/case_a.nii.gz", "provenance/case_a.json",
    ]  # fmt: skip
    assert sorted(case.bones) == sorted(segment.id for segment in SEGMENTS)
    assert case.warnings == ()
    image = sitk.ReadImage(str(tmp_path / "set/images/case_a.nii.gz"))
    labels = sitk.ReadImage(str(tmp_path / "set/labels/case_a.nii.gz"))
    from vtkmodules.util.numpy_support import vtk_to_numpy

    voxels = vtk_to_numpy(volume_node.GetImageData().GetPointData().GetScalars())
    found = sitk.GetArrayFromImage(image)
    assert found.dtype == np.int16
    np.testing.assert_array_equal(found.ravel(), voxels)
    for get in (sitk.Image.GetSize, sitk.Image.GetOrigin, sitk.Image.GetDirection):
        np.testing.assert_allclose(get(image), get(labels))
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    matrix[:3, 3] = image.GetOrigin()
    lps = positions_lps(LPS_TO_RAS @ matrix, found.shape)
    for segment in SEGMENTS:
        expected = inside(segment.id, lps)
        # The header's single precision moves a few voxels across an ellipsoid's edge.
        differing = np.count_nonzero((sitk.GetArrayFromImage(labels) == segment.label) != expected)
        assert differing <= 0.002 * expected.sum()


def test_the_training_reads_the_case(a_volume_node, a_logic, tmp_path, monkeypatch):
    pytest.importorskip("monai", reason="needs the extra 'lab'")
    yaml = pytest.importorskip("yaml", reason="needs the extra 'lab'")
    from PelvicBoneSegLab.data.cases import iterate_scans
    from PelvicBoneSegLab.training.config import TrainingConfig

    node = a_logic.segment(a_volume_node, BONES)
    for name in ("case_a", "case_b"):
        save_training_case(a_volume_node, node, tmp_path / "corrected", name)
    base = Path(__file__).resolve().parents[5] / "Lab" / "configs" / "base.yaml"
    config = yaml.safe_load(base.read_text())
    config["datasets"] += yaml.safe_load((tmp_path / "corrected" / "dataset.yaml").read_text())
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.chdir(tmp_path)

    dataset = TrainingConfig.load(Path("config.yaml")).datasets[-1]
    scans = list(iterate_scans(dataset, validation=False))

    assert [scan.name for scan in scans] == ["case_a", "case_b"]
    counts = {bone: int((scans[0].labels == BONES.index(bone) + 1).sum()) for bone in BONES}
    assert counts == {
        bone: sum(int(mask(node, one.id).sum()) for one in SEGMENTS if one.bone == bone)
        for bone in BONES
    }


def test_provenance_says_how_each_bone_came_about(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["femur", "sacrum"])
    set_status(node, "left_femur", STATUS.Completed)
    set_status(node, "right_femur", STATUS.Flagged)
    set_status(node, "sacrum", STATUS.InProgress)
    edit(node, "left_femur")
    node.GetSegmentation().RemoveSegment("sacrum")
    by_hand = node.GetSegmentation().AddEmptySegment("drawn", "Lumbar spine")
    copy = slicer.vtkOrientedImageData()
    copy.DeepCopy(labelmap(node, "right_femur"))
    segment = node.GetSegmentation().GetSegment(by_hand)
    segment.AddRepresentation("Binary labelmap", copy)
    segment.SetLabelValue(2)

    case = save_training_case(a_volume_node, node, tmp_path, "case_a")

    found = provenance_of(tmp_path, "case_a")
    count = int(mask(node, "right_femur").sum())
    assert case.warnings == (
        f"Right femur and Lumbar spine overlap in {count} voxels, which count as Lumbar spine.",
        "Not labelled: Right femur, Left hip bone, Right hip bone, Sacrum. Training learns nothing "
        "of them from this case, neither that they are there nor that they are not.",
    )
    assert found["labelled"] == ["left_femur", "lumbar_spine"]
    assert found["verified"] == ["left_femur"]
    assert found["overlapping_voxels"] == count and found["resampled"] is False
    femur, spine = found["segments"]
    assert (femur["made_by"], femur["status"]) == ("run, edited", "completed")
    assert femur["bundle"] == "threshold 1" and femur["confidence"] == 1.0
    assert femur["volume_ml"] == pytest.approx(volume_mm3(node, "left_femur") / 1000, abs=1e-3)
    assert (spine["made_by"], spine["status"]) == ("by hand", "notstarted")
    assert spine["bundle"] is None and spine["voxels"] == count
    assert found["geometry"]["size"] == list(a_volume_node.GetImageData().GetDimensions())


def edit(node, segment_id):
    """Take some voxels away, as the segment editor does."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    node.GetSegmentation().SeparateSegmentLabelmap(segment_id)
    image = labelmap(node, segment_id)
    voxels = vtk_to_numpy(image.GetPointData().GetScalars())
    voxels[np.flatnonzero(voxels)[:40]] = 0
    image.Modified()
    node.GetSegmentation().GetSegment(segment_id).Modified()


def test_nothing_tells_who_the_patient_is(a_scene, add_volume, a_logic, tmp_path):
    volume_node = add_volume(name="Mustermann Erika 1962")
    volume_node.SetAttribute("DICOM.instanceUIDs", "1.2.840.99")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "Mustermann")
    hierarchy.SetItemAttribute(patient, "DICOM.PatientID", "PAT-00471")
    hierarchy.CreateItem(patient, volume_node)
    node = a_logic.segment(volume_node, ["sacrum"])
    node.GetSegmentation().GetSegment("sacrum").SetName("Sacrum Mustermann")

    case = save_training_case(volume_node, node, tmp_path / "set")

    assert re.fullmatch(r"case_[0-9a-f]{8}", Path(case.files[1].name.split(".")[0]).name)
    today = f"{date.today():%Y-%m}"
    telling = ("mustermann", "erika", "pat-00471", "1.2.840", today, str(tmp_path).lower())
    for path in case.files:
        content = path.read_bytes()
        if path.suffix == ".gz":
            assert content[3] & 0b1100 == 0  # neither a file name nor a comment
            assert content[4:8] == b"\0" * 4  # no time
            content = gzip.decompress(content)
            # db_name, descrip, aux_file and intent_name: nifti1.h
            for start, end in ((14, 32), (148, 228), (228, 252), (328, 344)):
                assert not any(content[start:end])
            continue
        text = content.decode("utf-8").lower()
        assert not [one for one in telling if one in text]


@pytest.mark.parametrize(
    "name",
    ["Mustermann", "erika_1962", "case_PAT-00471", "x_pat00471_2", "Muller-2", "case_19620704"],
)
def test_names_that_tell_who_the_patient_is_are_refused(
    a_scene, add_volume, a_logic, tmp_path, name
):
    volume_node = add_volume(name="Scan")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "Subject")
    hierarchy.SetItemAttribute(patient, "DICOM.PatientID", "PAT-00471")
    hierarchy.SetItemAttribute(patient, "DICOM.PatientName", "Müller-Mustermann^Erika")
    hierarchy.SetItemAttribute(patient, "DICOM.PatientBirthDate", "19620704")
    hierarchy.CreateItem(patient, volume_node)
    node = a_logic.segment(volume_node, ["sacrum"])
    with pytest.raises(CaseNameError, match="patient"):
        save_training_case(volume_node, node, tmp_path / "set", name)
    assert not (tmp_path / "set").exists()


def test_a_folder_that_is_called_like_the_patient_is_refused(
    a_scene, a_volume_node, a_logic, tmp_path
):
    """Its name stands in dataset.yaml."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "Subject")
    hierarchy.SetItemAttribute(patient, "DICOM.PatientName", "Rain^Erika")
    hierarchy.CreateItem(patient, a_volume_node)
    node = a_logic.segment(a_volume_node, ["sacrum"])

    with pytest.raises(DatasetFolderNameError, match="2026 rain_1"):
        save_training_case(a_volume_node, node, tmp_path / "2026 rain_1")
    save_training_case(a_volume_node, node, tmp_path / "training")

    assert [path.name for path in tmp_path.iterdir()] == ["training"]


@pytest.mark.parametrize("name", ["", "a/b", "../x", "Häufig", "con", "a b", "-a", "x" * 64])
def test_names_that_are_no_file_names_are_refused(a_volume_node, a_logic, tmp_path, name):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    with pytest.raises(CaseNameError):
        save_training_case(a_volume_node, node, tmp_path, name)


def test_random_names_differ():
    assert len({random_case_name() for _ in range(20)}) == 20


def test_a_name_that_is_taken_is_not_replaced_unasked(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    save_training_case(a_volume_node, node, tmp_path, "case_a")
    (tmp_path / "dataset.yaml").write_text("mine")
    node = a_logic.segment(a_volume_node, ["femur"], segmentationNode=node)

    with pytest.raises(FilesExistError, match="images/case_a.nii.gz"):
        save_training_case(a_volume_node, node, tmp_path, "case_a")
    assert provenance_of(tmp_path, "case_a")["labelled"] == ["sacrum"]

    save_training_case(a_volume_node, node, tmp_path, "case_a", overwrite=True)
    assert provenance_of(tmp_path, "case_a")["labelled"] == ["sacrum", "left_femur", "right_femur"]
    assert (tmp_path / "dataset.yaml").read_text() == "mine"


def test_labels_on_other_voxels_are_brought_to_the_scan(
    a_scene, add_volume, a_volume_node, a_logic, tmp_path
):
    rotated = add_volume("rotated", name="Other grid")
    node = a_logic.segment(rotated, ["sacrum"])
    node.SetNodeReferenceID(node.GetReferenceImageGeometryReferenceRole(), None)

    case = save_training_case(a_volume_node, node, tmp_path, "case_a")

    assert "resampled (nearest neighbour)" in case.warnings[0]
    assert provenance_of(tmp_path, "case_a")["resampled"] is True
    labels = sitk.ReadImage(str(tmp_path / "labels/case_a.nii.gz"))
    ml = np.count_nonzero(sitk.GetArrayFromImage(labels) == 5) * np.prod(labels.GetSpacing())
    assert ml == pytest.approx(volume_mm3(node, "sacrum"), rel=0.02)


def test_a_segmentation_of_another_scan_is_refused(add_volume, a_volume_node, a_logic, tmp_path):
    other = add_volume(name="Other")
    node = a_logic.segment(other, ["sacrum"])
    with pytest.raises(OtherScanError, match="does not belong to the volume 'MR'"):
        save_training_case(a_volume_node, node, tmp_path / "set")

    node.SetNodeReferenceID(node.GetReferenceImageGeometryReferenceRole(), None)
    labelmap(node, "sacrum").SetOrigin(5000, 0, 0)
    with pytest.raises(OtherScanError):
        save_training_case(a_volume_node, node, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_without_a_bone_there_is_nothing_to_save(a_volume_node, a_hand_made_segmentation, tmp_path):
    with pytest.raises(NoBoneToSaveError, match="'Left femur'"):
        save_training_case(a_volume_node, a_hand_made_segmentation, tmp_path)
    with pytest.raises(NotASegmentationError):
        save_training_case(a_volume_node, None, tmp_path)
    with pytest.raises(NotAVolumeError):
        save_training_case(None, a_hand_made_segmentation, tmp_path)


def test_saving_changes_nothing_in_the_scene(a_volume_node, a_logic, tmp_path):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node), node.GetSegmentation().GetMTime(), segment_ids(node)

    save_training_case(a_volume_node, node, tmp_path)

    assert (snapshot(node), node.GetSegmentation().GetMTime(), segment_ids(node)) == before


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_leaves_the_dataset_as_it_was(
    a_volume_node, a_logic, tmp_path, monkeypatch, failing
):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    save_training_case(a_volume_node, node, tmp_path, "case_a")
    before, written = files_in(tmp_path), []
    real = training_case_files.write_nifti

    def full(path, *arguments):
        written.append(path)
        if len(written) == failing:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        real(path, *arguments)

    monkeypatch.setattr(training_case_files, "write_nifti", full)
    for folder in (tmp_path, tmp_path / "new"):
        written.clear()
        with pytest.raises(OutputNotWritableError, match="No space left on device"):
            save_training_case(a_volume_node, node, folder, "case_b")
    assert files_in(tmp_path) == before
    assert sorted(os.listdir(tmp_path)) == ["dataset.yaml", "images", "labels", "provenance"]
