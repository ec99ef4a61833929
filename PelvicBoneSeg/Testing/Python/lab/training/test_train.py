"""Training from files to a bundle, and what is refused before it starts."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from lab.small_dataset import CASES, SHAPE, write_case, write_configuration
from PelvicBoneSegLab.errors import BundleFolderError, CheckpointError, ConfigurationError
from PelvicBoneSegLab.training import sources
from PelvicBoneSegLab.training.processes import Processes
from PelvicBoneSegLab.training.starting_network import starting_network
from PelvicBoneSegLab.training.train import train
from PelvicBoneSegLab.training.trainer import Trainer
from PelvicBoneSegLib.errors import OutputNotWritableError
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.network import load_network
from segmentation.small_bundle import ARCHITECTURE, write_small_bundle


@pytest.fixture
def run_training(tmp_path):
    """Train; return the log."""

    def run(content, fold=None):
        train(write_configuration(tmp_path / "c.yaml", content), fold)
        (log,) = (tmp_path / "runs").glob("*.log.jsonl")
        return [json.loads(line) for line in log.read_text().splitlines()]

    return run


def test_training_ends_with_a_bundle_that_says_how_good_it_is(
    a_configuration, run_training, tmp_path, capsys
):
    log = run_training(a_configuration)
    assert [epoch["epoch"] for epoch in log] == [1, 2]
    bundle = Bundle.load(tmp_path / "runs" / "blocks")
    metrics = bundle.description["metrics"]
    assert metrics["cases"] == ["case_c"]
    assert set(metrics["dice"]["case_c"]) == {"femur", "hip_bone", "sacrum", "lumbar_spine"}
    assert bundle.description["training"]["samples"] == 16
    printed = capsys.readouterr()
    assert f"mean 3D Dice over bones and patients: {metrics['mean_dice']:.4f}" in printed.out
    assert "epoch 2 of 2, loss" in printed.err
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [
        "blocks", "blocks.log.csv", "blocks.log.jsonl", "blocks.worst.png",
    ]  # fmt: skip
    sheet = imread(tmp_path / "runs" / "blocks.worst.png")[..., :3]
    outlines_of_the_truth = (sheet[..., 0] < 0.5) & (sheet[..., 1] > 0.6) & (sheet[..., 2] > 0.8)
    assert outlines_of_the_truth.sum() > 100


def test_training_learns(a_configuration, run_training):
    a_configuration["training"].update(
        epochs=3, slices_per_epoch=24, validate_every=3, learning_rate=0.01
    )
    losses = [epoch["loss"] for epoch in run_training(a_configuration)]
    assert losses[-1] < 0.7 * losses[0]


def test_a_training_that_gets_no_better_stops(a_configuration, run_training):
    """An average that forgets nothing stays at the first step: so does its Dice."""
    a_configuration["training"].update(epochs=50, ema_decay=1, patience=2)
    assert [epoch["epoch"] for epoch in run_training(a_configuration)] == [1, 2, 3]


def test_one_bone_is_trained_with_workers_and_micro_batches(
    a_configuration, run_training, tmp_path
):
    a_configuration["model"]["bones"] = ["hip_bone"]
    a_configuration["training"].update(epochs=1, accumulate=2, workers=1)
    log = run_training(a_configuration)
    bundle = Bundle.load(tmp_path / "runs" / "blocks")
    assert bundle.classes == ("background", "hip_bone")
    assert list(log[0]["validation"]["dice"]["case_c"]) == ["hip_bone"]


def test_a_fold_is_trained_on_the_others(a_configuration, run_training, tmp_path, monkeypatch):
    a_configuration["datasets"][0]["synthetic_weight"] = 1.0
    a_configuration["training"].update(epochs=1)
    taught = {"make_stack": [], "tissue_map_from_scan": []}
    for name, cases in taught.items():
        monkeypatch.setattr(sources, name, noting_the_case(getattr(sources, name), cases))
    log = run_training(a_configuration, "2/3")
    (case,) = log[0]["validation"]["cases"]
    bundle = Bundle.load(tmp_path / "runs" / "blocks-fold2of3")
    assert bundle.description["metrics"]["cases"] == [case]
    others = sorted(set(CASES) - {case})
    assert taught == {"make_stack": others, "tissue_map_from_scan": others}


def noting_the_case(function, cases):
    def noting(scan, *arguments):
        cases.append(scan.name)
        return function(scan, *arguments)

    return noting


def test_a_training_starts_from_the_weights_of_a_bundle(a_configuration, load, tmp_path):
    start = write_small_bundle(tmp_path / "small")
    a_configuration["model"] = {"start_from": str(start)}
    expected = load_network(Bundle.load(start)).state_dict()
    network = starting_network(load(a_configuration))
    assert all(torch.equal(value, expected[name]) for name, value in network.state_dict().items())
    assert all(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel_offsets_mm", [0]),
        ("bones", ["femur"]),
        ("architecture", {**ARCHITECTURE, "decoder_channels": [16, 16, 16, 8, 8]}),
    ],
)
def test_a_bundle_of_another_network_is_no_start(a_configuration, load, tmp_path, field, value):
    a_configuration["model"] = {"start_from": str(write_small_bundle(tmp_path / "small"))}
    a_configuration["model"][field] = value
    with pytest.raises(ConfigurationError, match=f"{field}: the bundle of start_from has"):
        starting_network(load(a_configuration))


def test_an_unknown_encoder_is_said_before_training(a_configuration, load):
    a_configuration["model"]["architecture"]["encoder_name"] = "nonsense"
    with pytest.raises(ConfigurationError, match="architecture.*nonsense"):
        Trainer(load(a_configuration), Processes())


def test_an_output_that_cannot_be_written_is_said_before_training(a_configuration, load, tmp_path):
    (tmp_path / "file").write_text("mine")
    a_configuration["output"] = str(tmp_path / "file" / "blocks")
    with pytest.raises(OutputNotWritableError, match="blocks"):
        Trainer(load(a_configuration), Processes())


def test_an_output_folder_in_use_is_refused_before_training(a_configuration, load, tmp_path):
    a_configuration["output"] = str(tmp_path)
    with pytest.raises(BundleFolderError, match="it holds"):
        Trainer(load(a_configuration), Processes())


def test_a_batch_that_cannot_be_shared_is_refused_before_training(a_configuration, load):
    with pytest.raises(ConfigurationError, match="batch_size.*4 slices.*3 processes"):
        Trainer(load(a_configuration), Processes(rank=1, world=3))


def test_a_training_does_not_go_on_with_another_configuration(a_configuration, load):
    a_configuration["training"]["epochs"] = 1
    Trainer(load(a_configuration), Processes()).run()
    a_configuration["training"]["epochs"] = 3
    with pytest.raises(CheckpointError, match=r"blocks\.checkpoint.*configuration has changed"):
        Trainer(load(a_configuration), Processes()).run()


def test_all_faults_of_the_data_are_named_in_one_line(a_configuration, a_dataset, tmp_path, run):
    write_case(a_dataset, "case_a", np.arange(np.prod(SHAPE)).reshape(SHAPE), np.full(SHAPE, 9))
    (a_dataset / "labels" / "case_b.nii.gz").unlink()
    code, out, err = run("train", write_configuration(tmp_path / "c.yaml", a_configuration))
    last = err.strip().splitlines()[-1]
    assert (code, out) == (2, "")
    assert last.startswith("Error: ")
    assert "case_a" in last
    assert "case_b" in last
    assert not (tmp_path / "runs").exists()


def test_a_wrong_fold_is_said_in_one_line(a_configuration, tmp_path, run):
    config = write_configuration(tmp_path / "c.yaml", a_configuration)
    code, _, err = run("train", config, "--fold", "4/3")
    assert (code, len(err.strip().splitlines())) == (2, 1)
    assert "no fold 4/3" in err
