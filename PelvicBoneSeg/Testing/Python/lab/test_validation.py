"""The shipped bundle on real patients that it was not trained on."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import mean
from types import SimpleNamespace

import numpy as np
import pytest

from PelvicBoneSegLab import validation
from PelvicBoneSegLab.data.cases import LabelledScan, validation_scans
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.validation import format_table, validate
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.volume import Volume

FEMUR = 1

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


def test_slices_count_where_a_mask_shows_the_bone_and_says_something(monkeypatch):
    truth = np.zeros((3, 4, 4), np.uint8)  # slices along the last axis but one
    truth[0, 0] = truth[0, 1] = truth[0, 3] = FEMUR
    found = np.zeros_like(truth)
    found[:2, 0] = found[0, 1, :2] = found[0, 2] = FEMUR
    found[0, 3] = FEMUR
    silent = np.zeros_like(truth)
    silent[1, 0] = 1
    voxels = np.arange(truth.size, dtype=np.float32).reshape(truth.shape)
    scan = LabelledScan("a", Volume(voxels, np.diag([9.0, 9, 9, 1])), truth, silent)
    bundle = SimpleNamespace(bones=("femur",))
    result = SimpleNamespace(labels=found, slice_axis=1)
    monkeypatch.setattr(validation, "bone_classes", lambda labels: labels)
    monkeypatch.setattr(
        validation, "Segmenter", lambda *_: SimpleNamespace(segment=lambda *_: result)
    )
    metrics = validate(bundle, [scan])
    # Dice of the slices: 2/3, 2/3, 0 where no mask is, and 1.
    assert metrics["median_slice_dice"] == {"femur": pytest.approx(2 / 3, abs=1e-4)}
    # What is found in silence is no error, nor is the slice without a mask counted: 1, 2/3, 1.
    assert metrics["covered_median_slice_dice"] == {"femur": 1}
    assert metrics["dice"] == {"a": {"femur": pytest.approx(2 * 10 / (12 + 18), abs=1e-4)}}


def test_the_table_shows_every_case_and_bone():
    metrics = {
        "dice": {"case_x": {"femur": 0.9, "hip_bone": 0.8, "sacrum": None, "lumbar_spine": 0.7}},
        "median_slice_dice": {"femur": 0.91, "hip_bone": 0.81, "sacrum": None, "lumbar_spine": 0.7},
        "covered_median_slice_dice": {"femur": 0.93, "sacrum": None},
        "mean_dice": 0.8,
    }
    lines = format_table(metrics).splitlines()
    assert lines[0].split() == ["3D", "Dice", "femur", "hip_bone", "sacrum", "lumbar_spine"]
    assert lines[1].split() == ["case_x", "0.900", "0.800", "–", "0.700"]
    assert lines[3].split()[-4:] == ["0.930", "–", "–", "–"]
    assert lines[-1].endswith("0.8000")
