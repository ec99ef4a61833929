"""Training from files to a bundle, and what is refused before it starts."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk

from lab.small_dataset import SHAPE, configuration, write_case, write_configuration, write_dataset
from PelvicBoneSegLab.errors import BundleFolderError, ConfigurationError, TrainingDataError
from PelvicBoneSegLab.training.cases import dice_by_bone, iterate_scans, make_stack
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.train import train
from PelvicBoneSegLab.training.trainer import Trainer
from PelvicBoneSegLib.errors import BundleInvalidError
from PelvicBoneSegLib.segmentation.bundle import Bundle


@pytest.fixture
def a_dataset(tmp_path):
    return write_dataset(tmp_path / "data")


@pytest.fixture
def a_configuration(a_dataset, tmp_path):
    return configuration(a_dataset, tmp_path / "runs" / "blocks")


@pytest.fixture
def load(tmp_path):
    return lambda content: TrainingConfig.load(write_configuration(tmp_path / "c.yaml", content))


def test_training_ends_with_a_bundle_that_says_how_good_it_is(a_configuration, tmp_path, capsys):
    train(write_configuration(tmp_path / "c.yaml", a_configuration))
    bundle = Bundle.load(tmp_path / "runs" / "blocks")
    metrics = bundle.description["metrics"]
    assert metrics["cases"] == ["case_c"]
    assert set(metrics["dice"]["case_c"]) == {"femur", "hip_bone", "sacrum", "lumbar_spine"}
    assert f"mean 3D Dice over bones and patients: {metrics['mean_dice']:.4f}" in (
        capsys.readouterr().out
    )
    log = (tmp_path / "runs" / "blocks.log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1, 2]


def test_training_learns(a_configuration, tmp_path):
    a_configuration["training"].update(epochs=8, slices_per_epoch=32, validate_every=8)
    train(write_configuration(tmp_path / "c.yaml", a_configuration))
    log = (tmp_path / "runs" / "blocks.log.jsonl").read_text().splitlines()
    losses = [json.loads(line)["loss"] for line in log]
    assert losses[-1] < 0.6 * losses[0]


def test_the_split_is_by_case(a_configuration, load):
    dataset = load(a_configuration).datasets[0]
    names = [
        [scan.name for scan in iterate_scans(dataset, validation=side)] for side in (False, True)
    ]
    assert names == [["case_a", "case_b"], ["case_c"]]


def test_stacks_have_the_networks_spacing_and_class_indices(a_configuration, load):
    config = load(a_configuration)
    scan = next(iterate_scans(config.datasets[0], validation=False))
    stack = make_stack(scan, {**config.model, "spacing_mm": 4.0}, "coronal")
    assert stack.image.shape == (8, 32, 32)
    assert stack.slice_spacing == pytest.approx(5)
    assert (stack.labels[3, 5:15, 4:12] == 1).all()
    assert int((stack.labels == 2).sum()) == 4 * 10 * 10


def test_bones_are_told_apart():
    truth = np.array([0, 1, 1, 2, 3])
    found = np.array([0, 1, 2, 2, 0])
    assert dice_by_bone(found, truth) == {
        "femur": pytest.approx(2 / 3),
        "hip_bone": pytest.approx(2 / 3),
        "sacrum": 0,
        "lumbar_spine": None,
    }


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        ("training", "epochs", 0),
        ("training", "unknown", 1),
        ("model", "planes", ["diagonal"]),
        ("model", "planes", []),
        ("training", "patch", 100),
        ("augmentation", "gamma", 3),
    ],
)
def test_a_wrong_field_is_named(a_configuration, load, section, field, value):
    a_configuration[section][field] = value
    with pytest.raises(ConfigurationError, match=field):
        load(a_configuration)


def test_a_label_that_is_no_number_is_named(a_configuration, load):
    a_configuration["datasets"][0]["labels"] = {"a": "femur"}
    with pytest.raises(ConfigurationError, match="'a' does not match"):
        load(a_configuration)


@pytest.mark.parametrize(
    ("field", "value"), [("name", "My Bundle"), ("version", "1.0"), ("colour", "blue")]
)
def test_a_wrong_bundle_section_is_named_before_training(a_configuration, load, field, value):
    a_configuration["bundle"][field] = value
    with pytest.raises(BundleInvalidError, match=field if field == "colour" else str(value)):
        Trainer(load(a_configuration))


def test_no_validation_case_is_said_before_training(a_configuration, load):
    a_configuration["datasets"][0]["validation"] = []
    with pytest.raises(TrainingDataError, match="validation cases"):
        Trainer(load(a_configuration))


def test_an_output_folder_in_use_is_refused_before_training(a_configuration, load, tmp_path):
    a_configuration["output"] = str(tmp_path)
    with pytest.raises(BundleFolderError, match="it holds"):
        Trainer(load(a_configuration))


def test_a_configuration_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("a: [")
    with pytest.raises(ConfigurationError, match=r"c\.yaml"):
        TrainingConfig.load(path)


def test_the_data_folder_comes_from_the_environment(a_configuration, load, monkeypatch):
    a_configuration["datasets"][0]["root"] = "${PELVICBONESEG_DATA}/blocks"
    monkeypatch.setenv("PELVICBONESEG_DATA", "elsewhere")
    assert load(a_configuration).datasets[0]["root"].as_posix() == "elsewhere/blocks"


def scans_of(config):
    return list(iterate_scans(config.datasets[0], validation=False))


def test_an_unknown_label_value_names_the_file(a_dataset, a_configuration, load):
    labels = np.zeros(SHAPE, np.uint8)
    labels[2] = 9
    write_case(a_dataset, "case_b", np.arange(labels.size).reshape(SHAPE), labels)
    with pytest.raises(TrainingDataError, match=r"case_b.*unknown label values \[9\]"):
        scans_of(load(a_configuration))


def test_an_empty_label_map_names_the_file(a_dataset, a_configuration, load):
    voxels = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    write_case(a_dataset, "case_b", voxels, np.zeros(SHAPE, np.uint8))
    with pytest.raises(TrainingDataError, match=r"case_b.*no voxel is labelled"):
        scans_of(load(a_configuration))


def test_a_label_map_on_another_grid_names_the_file(a_dataset, a_configuration, load):
    path = str(a_dataset / "labels" / "case_b.nii.gz")
    labels = sitk.ReadImage(path)
    labels.SetOrigin((1, 0, 0))
    sitk.WriteImage(labels, path)
    with pytest.raises(TrainingDataError, match=r"case_b.*geometry"):
        scans_of(load(a_configuration))


def test_a_missing_label_map_names_the_image(a_dataset, a_configuration, load):
    (a_dataset / "labels" / "case_b.nii.gz").unlink()
    with pytest.raises(TrainingDataError, match=r"case_b.*no label map"):
        scans_of(load(a_configuration))


def test_a_missing_validation_case_is_named(a_configuration, load):
    a_configuration["datasets"][0]["validation"] = ["case_z"]
    with pytest.raises(TrainingDataError, match="case_z"):
        scans_of(load(a_configuration))


def test_an_empty_folder_is_refused(a_configuration, load, tmp_path):
    a_configuration["datasets"][0].update(root=str(tmp_path / "nothing"), validation=[])
    with pytest.raises(TrainingDataError, match="no images"):
        scans_of(load(a_configuration))
