"""What the tests of a training share: three small cases and a configuration for them."""

from __future__ import annotations

import pytest

from lab.small_dataset import configuration, write_configuration, write_dataset
from PelvicBoneSegLab.training.config import TrainingConfig


@pytest.fixture
def a_dataset(tmp_path):
    return write_dataset(tmp_path / "data")


@pytest.fixture
def a_configuration(a_dataset, tmp_path):
    return configuration(a_dataset, tmp_path / "runs" / "blocks")


@pytest.fixture
def load(tmp_path):
    return lambda content: TrainingConfig.load(write_configuration(tmp_path / "c.yaml", content))
