"""What a training took is estimated by stated assumptions, and read off its log."""

from __future__ import annotations

import json

import pytest
import torch

from lab.small_dataset import configuration, write_configuration, write_dataset
from PelvicBoneSegLab.errors import FiguresFileError
from PelvicBoneSegLab.training import footprint
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.footprint import record_training, training_record
from PelvicBoneSegLib.segmentation.bundle import Bundle
from segmentation.small_bundle import write_small_bundle


@pytest.fixture
def a_config(tmp_path):
    content = configuration(write_dataset(tmp_path / "data"), tmp_path / "run")
    return TrainingConfig.load(write_configuration(tmp_path / "config.yaml", content))


def test_two_cores_for_an_hour(monkeypatch):
    monkeypatch.setattr(footprint.os, "cpu_count", lambda: 2)
    record = training_record(3600.4, 28160, "cpu")
    # 2 × 12 W × 1 h × 1.67 = 40.08 Wh; at 475 g a kWh 19.04 g.
    assert record["energy_kwh"] == 0.0401
    assert record["co2e_g"] == 19.0
    assert (record["seconds"], record["samples"]) == (3600, 28160)
    assert record["device"] == "2 processor cores"
    assert record["assumptions"].startswith("24 W the whole time")


@pytest.mark.parametrize(
    ("name", "watts"), [("NVIDIA H100 80GB HBM3", 1400), ("NVIDIA unheard of", 400)]
)
def test_two_graphics_cards_by_their_name(monkeypatch, name, watts):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: name)
    record = training_record(60, 100, "cuda", processes=2)
    assert record["device"] == f"2 × {name}"
    assert record["assumptions"].startswith(f"{watts} W the whole time")


def test_the_record_of_a_log_goes_into_the_bundle(a_config):
    write_small_bundle(a_config.output)
    log = a_config.output.with_name("run.log.jsonl")
    log.write_text("".join(json.dumps({"epoch": n, "seconds": 30.5}) + "\n" for n in (1, 2)))
    record_training(a_config, torch.device("cpu"))
    training = Bundle.load(a_config.output).description["training"]
    assert (training["seconds"], training["samples"]) == (61, 16)


def test_what_the_bundle_had_taken_that_it_started_from_is_added(a_config, tmp_path):
    earlier = training_record(100, 1600, "cpu")
    for folder, more in ((tmp_path / "first", {"training": earlier}), (a_config.output, {})):
        write_small_bundle(folder, **more)
    a_config.model["start_from"] = str(tmp_path / "first")
    log = a_config.output.with_name("run.log.jsonl")
    log.write_text(json.dumps({"epoch": 1, "seconds": 50}) + "\n")
    record_training(a_config, torch.device("cpu"))
    training = Bundle.load(a_config.output).description["training"]
    assert (training["seconds"], training["samples"]) == (150, 1608)
    assert training["energy_kwh"] == pytest.approx(earlier["energy_kwh"] * 1.5, abs=2e-4)
    assert training["device"] == earlier["device"]


def test_what_ran_beside_it_is_added(a_config, tmp_path):
    write_small_bundle(a_config.output)
    for name, seconds in (("run", 50), ("other", 20)):
        line = json.dumps({"epoch": 1, "seconds": seconds})
        a_config.output.with_name(f"{name}.log.jsonl").write_text(f"{line}\n")
    record_training(a_config, torch.device("cpu"), beside=[tmp_path / "other"])
    training = Bundle.load(a_config.output).description["training"]
    assert (training["seconds"], training["samples"]) == (70, 16)


@pytest.mark.parametrize("content", [None, "{"], ids=["missing", "damaged"])
def test_a_log_that_cannot_be_read_is_named(a_config, content):
    write_small_bundle(a_config.output)
    if content:
        a_config.output.with_name("run.log.jsonl").write_text(content)
    with pytest.raises(FiguresFileError, match=r"run\.log\.jsonl"):
        record_training(a_config, torch.device("cpu"))
