from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from lab.small_dataset import (
    CASES,
    SHAPE,
    configuration,
    write_case,
    write_configuration,
    write_dataset,
)
from PelvicBoneSegLab.data.cases import iterate_scans
from PelvicBoneSegLab.data.check import all_faults_named, check_data
from PelvicBoneSegLab.data.suspicions import CaseFacts, suspicions
from PelvicBoneSegLab.errors import TrainingDataError, TrainingDataFaults
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.train import train
from PelvicBoneSegLib.anatomy import FEMUR, HIP_BONE, SACRUM


@pytest.fixture
def root(tmp_path):
    return write_dataset(tmp_path / "blocks")


@pytest.fixture
def content(root, tmp_path):
    return configuration(root, tmp_path / "runs" / "blocks")


def checked(content: dict):
    return check_data(TrainingConfig.from_content(content, Path("blocks.yaml")))


def change_labels(root: Path, name: str, change) -> None:
    path = str(root / "labels" / f"{name}.nii.gz")
    sitk.WriteImage(change(sitk.ReadImage(path)), path)


def shifted(labels: sitk.Image) -> sitk.Image:
    labels.SetOrigin((1, 0, 0))
    return labels


def with_a_label_of_nine(labels: sitk.Image) -> sitk.Image:
    labels[0, 0, 0] = 9
    return labels


def test_sound_data_have_neither_faults_nor_suspicions(content):
    found = checked(content)
    assert (found.cases, found.faults, found.suspicions) == (3, [], [])


def test_every_fault_of_every_file_is_named_in_one_go(root, content):
    change_labels(root, "case_a", lambda labels: shifted(with_a_label_of_nine(labels)))
    (root / "labels" / "case_b.nii.gz").unlink()
    image = root / "images" / "case_c.nii.gz"
    image.write_bytes(image.read_bytes()[:40])
    write_case(root, "case_d", np.ones(SHAPE, np.int16), np.zeros(SHAPE, np.uint8))
    content["datasets"][0]["coverage"] = [
        {"bone": FEMUR, "silent": "gaps", "cases": ["case_a", "case_y", "case_z"]}
    ]
    faults = checked(content).faults
    expected = [
        ("case_y, case_z",),
        ("labels", "case_a", "unknown label values [9]"),
        ("labels", "case_a", "(origin differ)"),
        ("images", "case_b", "no label map"),
        ("images", "case_c"),
        ("images", "case_d", "same value"),
        ("labels", "case_d", "no voxel is labelled"),
    ]
    assert len(faults) == len(expected)
    for fault, parts in zip(faults, expected, strict=True):
        assert all(part in fault for part in parts), (fault, parts)


def test_a_label_map_without_an_image_is_suspicious_and_left_out(root, content):
    (root / "images" / "case_a.nii.gz").unlink()
    found = checked(content)
    assert (found.cases, found.faults) == (2, [])
    (suspicion,) = found.suspicions
    assert suspicion.startswith("blocks, case_a: there is no image for its label map")
    dataset = TrainingConfig.from_content(content, Path("blocks.yaml")).datasets[0]
    assert [scan.name for scan in iterate_scans(dataset, validation=False)] == ["case_b"]


def test_a_rule_that_cannot_be_applied_is_a_fault(content):
    content["datasets"][0]["coverage"] = [{"bone": HIP_BONE, "silent": "pubis"}]
    faults = checked(content).faults
    assert len(faults) == 3
    assert all(f"pubis of {name}" in text for name, text in zip(CASES, faults, strict=True))


def test_damaged_provenance_is_a_fault(root, content):
    (root / "provenance").mkdir()
    (root / "provenance" / "case_b.json").write_text("{", encoding="utf-8")
    assert [("case_b.json" in fault) for fault in checked(content).faults] == [True]


def test_a_dataset_that_is_not_there_is_one_fault(content, tmp_path):
    content["datasets"][0]["root"] = str(tmp_path / "nothing")
    content["datasets"][0]["coverage"] = [{"bone": FEMUR, "silent": "gaps", "cases": ["case_a"]}]
    assert len(checked(content).faults) == 1


@pytest.fixture
def label_maps(tmp_path, content):
    folder = tmp_path / "maps"
    folder.mkdir()
    labels = np.zeros((6, 8, 8), np.uint8)
    labels[2:4, 2:4, 2:4] = 1
    for name in ("one", "two", "three"):
        for kind in ("label", "body"):
            sitk.WriteImage(sitk.GetImageFromArray(labels), str(folder / f"{name}_{kind}.nii.gz"))
    content["datasets"].append(
        {
            "name": "maps",
            "root": str(folder),
            "labels": {1: FEMUR},
            "label_maps": {"labels": "*_label.nii.gz", "body": "*_body.nii.gz"},
        }
    )
    return folder


def test_sound_label_maps_have_no_faults(label_maps, content):
    found = checked(content)
    assert (found.cases, found.faults) == (6, [])


def test_label_maps_of_weight_0_are_not_looked_at(label_maps, content):
    (label_maps / "one_body.nii.gz").unlink()
    content["datasets"][1]["synthetic_weight"] = 0
    found = checked(content)
    assert (found.cases, found.faults) == (3, [])


def test_every_fault_of_label_maps_is_named(label_maps, content):
    (label_maps / "one_body.nii.gz").unlink()
    other = sitk.Image(9, 8, 6, sitk.sitkUInt8)
    sitk.WriteImage(other, str(label_maps / "two_body.nii.gz"))
    sitk.WriteImage(sitk.Image(8, 8, 6, sitk.sitkUInt8), str(label_maps / "three_label.nii.gz"))
    faults = checked(content).faults
    expected = [
        ("one_label", "no body mask"),
        ("three_label", "none of its labels is one of [1]"),
        ("two_body", "geometry", "size"),
    ]
    assert len(faults) == len(expected)
    for fault, parts in zip(faults, expected, strict=True):
        assert all(part in fault for part in parts), (fault, parts)


def facts(name: str, length: float | None, missing=(), rules=(), unverified=()) -> CaseFacts:
    labelled = {} if length is None else {SACRUM: length}
    return CaseFacts(name, labelled, {SACRUM: list(missing)}, rules, unverified)


USUAL = [facts(f"case_{number}", 60.0) for number in range(4)]


@pytest.mark.parametrize(
    ("case", "text"),
    [
        (facts("odd", None), "sacrum is not labelled"),
        (facts("odd", 38.0), "labelled over 38 mm of slices, over 60 mm in most cases"),
        (facts("odd", 60.0, missing=[7, 8]), "missing in slices 7, 8"),
        (facts("odd", 60.0, unverified=("sacrum",)), "sacrum was saved without being marked"),
    ],
)
def test_what_looks_wrong_is_told_with_the_case(case, text):
    found = suspicions("blocks", [*USUAL, case])
    assert len(found) == 1
    assert found[0].startswith("blocks, odd: ") and text in found[0]


@pytest.mark.parametrize(
    "case",
    [
        facts("declared", None, rules=[{"bone": SACRUM, "silent": "everywhere"}]),
        facts("declared", 38.0, rules=[{"bone": SACRUM, "silent": "beyond_last_slice"}]),
        facts("declared", 60.0, missing=[7], rules=[{"bone": SACRUM, "silent": "gaps"}]),
        facts("nearly as the others", 40.0),
    ],
)
def test_what_the_coverage_declares_is_not_suspicious(case):
    assert suspicions("blocks", [*USUAL, case]) == []


def test_a_bone_that_no_case_has_is_not_missed():
    assert suspicions("blocks", [facts("one", None), facts("two", None)]) == []


def test_labels_are_measured_along_the_slices(root, content):
    labels = np.zeros(SHAPE, np.uint8)
    labels[[1, 2, 5], 10:20, 10:20] = 1
    write_case(root, "case_b", np.arange(labels.size).reshape(SHAPE).astype(np.int16), labels)
    found = checked(content).suspicions
    assert len(found) == 2
    assert "case_b: femur is missing in slices 3, 4" in found[0]
    assert "case_b: hip_bone is not labelled" in found[1]


def test_the_first_fault_brings_all_others_with_it(root, content):
    for name in ("case_a", "case_b"):
        change_labels(root, name, shifted)
    config = TrainingConfig.from_content(content, Path("blocks.yaml"))
    with (
        pytest.raises(TrainingDataFaults, match=r"blocks.yaml has 2 faults") as raised,
        all_faults_named(config),
    ):
        raise TrainingDataError("case_a", "it is broken")
    assert "case_a" in str(raised.value) and "case_b" in str(raised.value)


def test_a_training_names_all_faults_before_it_begins(root, content, tmp_path):
    for name in ("case_a", "case_b"):
        change_labels(root, name, shifted)
    with pytest.raises(TrainingDataFaults, match=r"(?s)2 faults.*case_a.*case_b"):
        train(write_configuration(tmp_path / "blocks.yaml", content))
    assert not (tmp_path / "runs" / "blocks").exists()


def test_the_command_names_all_faults_and_ends_with_2(run, root, content, tmp_path):
    change_labels(root, "case_a", shifted)
    change_labels(root, "case_c", with_a_label_of_nine)
    code, out, err = run("check-data", write_configuration(tmp_path / "blocks.yaml", content))
    assert code == 2
    assert [line.split(":")[0] for line in err.splitlines()] == ["Error", "Error"]
    assert "case_a" in err and "case_c" in err
    assert out.strip() == "3 cases, 2 faults, 0 suspicions"


def test_the_command_ends_with_0_where_all_is_sound(run, content, tmp_path):
    code, out, err = run("check-data", write_configuration(tmp_path / "blocks.yaml", content))
    assert (code, err, out.strip()) == (0, "", "3 cases, 0 faults, 0 suspicions")
