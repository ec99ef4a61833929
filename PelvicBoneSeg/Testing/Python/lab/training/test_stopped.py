"""The bundle of a training that was stopped by hand."""

from __future__ import annotations

import pytest
import torch

from lab.small_dataset import write_configuration
from PelvicBoneSegLab.errors import CheckpointError, NoCheckpointError
from PelvicBoneSegLab.training import stopped
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.processes import Processes
from PelvicBoneSegLab.training.trainer import Trainer
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.network import load_network


@pytest.fixture
def path(a_configuration, tmp_path):
    a_configuration["training"].update(epochs=2, validate_every=1, learning_rate=0.01)
    return write_configuration(tmp_path / "c.yaml", a_configuration)


def test_it_is_the_running_average_at_the_last_checkpoint(path, tmp_path):
    trainer = Trainer(TrainingConfig.load(path), Processes())
    trainer.run()
    expected = trainer._learner.averaged_network().state_dict()
    (tmp_path / "runs" / "blocks" / "weights.safetensors").write_bytes(b"of another epoch")
    stopped.main([str(path)])
    bundle = Bundle.load(tmp_path / "runs" / "blocks")
    assert bundle.description["training"]["samples"] == 16
    assert bundle.description["metrics"]["cases"] == []
    for name, value in load_network(bundle).state_dict().items():
        torch.testing.assert_close(value, expected[name].to(value.dtype), rtol=1e-3, atol=1e-3)
    assert (tmp_path / "runs" / "blocks.checkpoint.safetensors").is_file(), "it can go on"


def test_without_a_checkpoint_there_is_none(path):
    with pytest.raises(NoCheckpointError, match=r"blocks\.checkpoint\.safetensors.* train"):
        stopped.main([str(path)])


def test_a_checkpoint_of_another_configuration_is_refused(path, a_configuration, tmp_path):
    Trainer(TrainingConfig.load(path), Processes()).run()
    a_configuration["seed"] = 99
    with pytest.raises(CheckpointError, match="the configuration has changed"):
        stopped.main([str(write_configuration(tmp_path / "other.yaml", a_configuration))])
