"""The shipped bundle on real patients that it was not trained on."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import mean

import pytest

from PelvicBoneSegLab.data.cases import validation_scans
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.validation import format_table, validate
from PelvicBoneSegLib.segmentation.bundle import Bundle

CONFIGURATION = Path(__file__).parents[4] / "Lab" / "configs" / "default.yaml"
DATA = Path(os.environ.get("PELVICBONESEG_DATA", "../shared/data")).resolve()

needs_scans = pytest.mark.skipif(
    not (DATA / "pelvic_mr_t1" / "images").is_dir(),
    reason="needs the scans of pelvic_mr_t1: set PELVICBONESEG_DATA to their folder",
)


@pytest.fixture(scope="module")
def metrics():
    config = TrainingConfig.load(CONFIGURATION)
    return validate(Bundle.load("default"), validation_scans(config.datasets), "cpu")


@needs_scans
def test_mean_dice_of_three_patients_and_four_bones(metrics):
    assert metrics["cases"] == ["case_06", "case_12", "case_19"]
    known = {**metrics["dice"], **metrics["covered_dice"]}
    assert mean(dice for case in known.values() for dice in case.values()) >= 0.86
    # Pubis and posterior elements that no mask shows count as errors here.
    assert metrics["mean_dice"] >= 0.8


@needs_scans
def test_the_bundle_states_what_is_measured(metrics):
    stated = Bundle.load("default").description["metrics"]
    assert stated["mean_dice"] == pytest.approx(metrics["mean_dice"], abs=0.005)
    for name, case in metrics["dice"].items():
        assert stated["dice"][name] == pytest.approx(case, abs=0.01)


def test_the_table_shows_every_case_and_bone():
    metrics = {
        "dice": {"case_x": {"femur": 0.9, "hip_bone": 0.8, "sacrum": None, "lumbar_spine": 0.7}},
        "median_slice_dice": {"femur": 0.91, "hip_bone": 0.81, "sacrum": None, "lumbar_spine": 0.7},
        "mean_dice": 0.8,
    }
    lines = format_table(metrics).splitlines()
    assert lines[0].split() == ["3D", "Dice", "femur", "hip_bone", "sacrum", "lumbar_spine"]
    assert lines[1].split() == ["case_x", "0.900", "0.800", "–", "0.700"]
    assert lines[-1].endswith("0.8000")
