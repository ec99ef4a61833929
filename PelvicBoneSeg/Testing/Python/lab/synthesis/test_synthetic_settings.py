"""The `synthesis` section of a configuration."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator, ValidationError

from lab.small_dataset import configuration
from lab.synthesis.small_bodies import STILL
from PelvicBoneSegLab.errors import ConfigurationError
from PelvicBoneSegLab.synthesis import SYNTHESIS_SCHEMA
from PelvicBoneSegLab.training.config import TrainingConfig


def test_complete_settings_are_accepted():
    Draft202012Validator(SYNTHESIS_SCHEMA).validate(STILL)


@pytest.mark.parametrize(
    "change",
    [
        {"on_bone": 1.5},
        {"planes": {}},
        {"planes": {"axial": 0}},
        {"planes": {"oblique": 1}},
        {"scale": [0, 1]},
        {"noise": [0.1]},
        {"tilt": 3},
    ],
)
def test_what_makes_no_sense_is_refused(change):
    with pytest.raises(ValidationError):
        Draft202012Validator(SYNTHESIS_SCHEMA).validate({**STILL, **change})


def test_a_range_that_runs_backwards_is_named(tmp_path):
    content = configuration(tmp_path, tmp_path / "run")
    content["synthesis"] = {**STILL, "slice_mm": [6, 1]}
    with pytest.raises(ConfigurationError, match=r"\$\.synthesis\.slice_mm: 6 is above 1"):
        TrainingConfig.from_content(content, tmp_path / "config.yaml")
