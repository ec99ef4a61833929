"""Training from files to a bundle, and what is refused before it starts."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
import torch

from lab.small_dataset import SHAPE, configuration, write_case, write_configuration, write_dataset
from PelvicBoneSegLab.errors import (
    BundleFolderError,
    ConfigurationError,
    TrainingDataError,
    TrainingLogError,
)
from PelvicBoneSegLab.training.cases import dice_by_bone, iterate_scans, make_stack
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.precision import trains_in_bfloat16
from PelvicBoneSegLab.training.train import train
from PelvicBoneSegLab.training.trainer import Trainer
from PelvicBoneSegLab.training.training_log import TrainingLog
from PelvicBoneSegLib.errors import OutputNotWritableError
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
        ("augmentation", "gamma", [0.2, -0.2]),
        ("augmentation", "scale", [0, 1]),
        ("training", "ema_decay", 1.5),
        ("model", "percentiles", [99, 1]),
        ("model", "spacing_mm", 50),
        ("model", "architecture", {"arch": "nonsense", "encoder_name": "resnet34"}),
        ("bundle", "name", "My Bundle"),
        ("bundle", "version", 1.0),
        ("bundle", "colour", "blue"),
        ("bundle", "training_data", []),
    ],
)
def test_a_wrong_field_is_named(a_configuration, load, section, field, value):
    a_configuration[section][field] = value
    with pytest.raises(ConfigurationError, match=field):
        load(a_configuration)


@pytest.mark.parametrize("value", ["a", 0, 1.5, True])
def test_a_label_that_is_no_number_of_an_object_is_named(a_configuration, load, value):
    a_configuration["datasets"][0]["labels"] = {value: "femur"}
    with pytest.raises(ConfigurationError, match=f"labels: '{value}' does not match"):
        load(a_configuration)


def test_a_configuration_without_validation_cases_is_refused(a_configuration, load):
    a_configuration["datasets"][0]["validation"] = []
    with pytest.raises(ConfigurationError, match="validation cases"):
        load(a_configuration)


def test_an_unknown_encoder_is_said_before_training(a_configuration, load):
    a_configuration["model"]["architecture"]["encoder_name"] = "nonsense"
    with pytest.raises(ConfigurationError, match="architecture.*nonsense"):
        Trainer(load(a_configuration))


def test_an_output_that_cannot_be_written_is_said_before_training(a_configuration, load, tmp_path):
    (tmp_path / "file").write_text("mine")
    a_configuration["output"] = str(tmp_path / "file" / "blocks")
    with pytest.raises(OutputNotWritableError, match="blocks"):
        Trainer(load(a_configuration))


def test_a_log_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "blocks.log.jsonl").mkdir()
    with pytest.raises(TrainingLogError, match=r"blocks\.log\.jsonl"):
        TrainingLog(tmp_path / "blocks")


def test_the_log_keeps_the_whole_name_of_the_folder(tmp_path):
    TrainingLog(tmp_path / "blocks-0.1").append({"epoch": 1})
    assert (tmp_path / "blocks-0.1.log.jsonl").read_text() == '{"epoch": 1}\n'


def test_an_output_folder_in_use_is_refused_before_training(a_configuration, load, tmp_path):
    a_configuration["output"] = str(tmp_path)
    with pytest.raises(BundleFolderError, match="it holds"):
        Trainer(load(a_configuration))


def test_a_configuration_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("a: [")
    with pytest.raises(ConfigurationError, match=r"c\.yaml"):
        TrainingConfig.load(path)


def test_a_configuration_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xff\xfea")
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


def test_a_damaged_label_map_is_named(a_dataset, a_configuration, load):
    path = a_dataset / "labels" / "case_b.nii.gz"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(TrainingDataError, match=r"labels.*case_b.*not a complete image"):
        scans_of(load(a_configuration))


def test_a_dataset_with_nothing_left_to_train_on_is_refused(a_configuration, load):
    a_configuration["datasets"][0]["validation"] = ["case_a", "case_b", "case_c"]
    with pytest.raises(TrainingDataError, match="none is left to train on"):
        scans_of(load(a_configuration))


def test_a_missing_validation_case_is_named(a_configuration, load):
    a_configuration["datasets"][0]["validation"] = ["case_z"]
    with pytest.raises(TrainingDataError, match="case_z"):
        scans_of(load(a_configuration))


def test_an_empty_folder_is_refused(a_configuration, load, tmp_path):
    a_configuration["datasets"].append(
        {**a_configuration["datasets"][0], "root": str(tmp_path / "nothing"), "validation": []}
    )
    config = load(a_configuration)
    with pytest.raises(TrainingDataError, match="no images for any case"):
        list(iterate_scans(config.datasets[1], validation=False))


@pytest.mark.parametrize(("has_instructions", "expected"), [(True, True), (False, False)])
def test_a_graphics_card_trains_in_bfloat16_where_it_has_it(
    monkeypatch, has_instructions, expected
):
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation=True: has_instructions or including_emulation,
    )
    assert trains_in_bfloat16(torch.device("cuda")) is expected


def test_apple_trains_in_float32():
    assert trains_in_bfloat16(torch.device("mps")) is False
