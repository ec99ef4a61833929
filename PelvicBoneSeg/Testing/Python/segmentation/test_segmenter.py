"""What the user is told about a run; the network's answer is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import UnknownBoneError
from PelvicBoneSegLib.segmentation import segmenter as segmenter_module
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.engine import Prediction
from PelvicBoneSegLib.segmentation.segmenter import Segmenter
from PelvicBoneSegLib.segmentation.volume import Volume
from segmentation.small_bundle import write_small_bundle

# Coronal, i to the left, k to posterior; the midline is at i = 59.5.
MATRIX = np.array([[2.0, 0, 0, -119], [0, 0, 5, 0], [0, -2, 0, 100], [0, 0, 0, 1]])
SHAPE = (20, 100, 120)
FEMUR, HIP_BONE, SACRUM, LUMBAR_SPINE = range(1, 5)


@pytest.fixture
def a_prediction():
    classes = np.zeros(SHAPE, np.uint8)
    classes[5:12, 40:100, 2:20] = FEMUR
    classes[5:12, 40:100, 100:118] = FEMUR
    classes[4:15, 10:50, 25:45] = HIP_BONE
    classes[4:15, 10:50, 75:95] = HIP_BONE
    classes[10:16, 20:45, 50:70] = SACRUM
    probability = np.full(SHAPE, 240, np.uint8)
    probability[classes == SACRUM] = 153
    return Prediction(classes, probability, "coronal", "cpu", "bfloat16", ())


@pytest.fixture
def a_volume():
    return Volume(np.random.default_rng(0).integers(0, 500, SHAPE), MATRIX)


@pytest.fixture
def segment(a_prediction, a_volume, tmp_path, monkeypatch):
    class FakeEngine:
        def __init__(self, bundle, device):
            self.device = device

        def predict(self, volume, progress, cancel):
            progress(0.5)
            return FakeEngine.answer

    def run(bones, side="both", prediction=a_prediction, folder=None, **callbacks):
        FakeEngine.answer = prediction
        monkeypatch.setattr(segmenter_module, "Engine", FakeEngine)
        bundle = Bundle.load(folder or write_small_bundle(tmp_path / "small"))
        return Segmenter(bundle, "cpu").segment(a_volume, bones, side, **callbacks)

    return run


def test_left_is_where_the_patients_left_is(segment):
    labels = segment(["femur"]).labels
    assert (labels[5:12, 40:100, 100:118] == 1).all()
    assert (labels[5:12, 40:100, 2:20] == 2).all()


def test_only_the_chosen_segments_are_given_back(segment):
    result = segment(["femur", "sacrum"], "left")
    assert [one.definition.id for one in result.segments] == ["left_femur", "sacrum"]
    assert set(np.unique(result.labels)) == {0, 1, 5}


def test_size_confidence_and_border_are_measured(segment):
    left = segment(["femur"]).segments[0]
    assert left.voxels == 7 * 60 * 18
    assert left.volume_ml == pytest.approx(7 * 60 * 18 * 2 * 2 * 5 / 1000)
    assert left.confidence == pytest.approx(240 / 255)
    assert left.touches_border


def test_a_bone_inside_the_scan_does_not_touch_the_border(segment):
    assert not segment(["sacrum"]).segments[0].touches_border


def test_a_filled_hole_adds_nothing_to_the_confidence(segment, a_prediction):
    classes = a_prediction.classes.copy()
    probability = a_prediction.probability.copy()
    classes[8, 60:64, 105:109] = 0
    probability[8, 60:64, 105:109] = 255
    holed = replace(a_prediction, classes=classes, probability=probability)
    result = segment(["femur"], "left", prediction=holed)
    assert result.segments[0].voxels == 7 * 60 * 18
    assert result.segments[0].confidence == pytest.approx(240 / 255)
    assert result.slice_confidence[8] == pytest.approx(240 / 255)


def test_confidence_follows_the_slices(segment):
    result = segment(["sacrum"])
    assert (result.slice_axis, len(result.slice_confidence)) == (0, 20)
    assert np.isnan(result.slice_confidence[[0, 9, 16]]).all()
    assert result.slice_confidence[10:16] == pytest.approx(153 / 255)


def test_a_doubtful_bone_is_named(segment):
    warnings = segment(["sacrum", "femur"]).warnings
    assert [one for one in warnings if "low confidence" in one] == [
        "Sacrum: low confidence (0.60). Check it slice by slice."
    ]


def test_a_bone_that_was_not_found_is_named(segment):
    result = segment(["lumbar_spine", "sacrum"])
    assert any(one.startswith("Not found: lumbar spine.") for one in result.warnings)
    assert result.segments[1].voxels == 0
    assert result.segments[1].confidence is None


def test_no_bone_at_all_gives_the_likely_reasons(segment, a_prediction):
    nothing = replace(a_prediction, classes=np.zeros(SHAPE, np.uint8))
    result = segment(BONES, prediction=nothing)
    assert not result.labels.any()
    assert len(result.warnings) == 1
    assert result.warnings[0].startswith("No bone was found. Likely reasons:")


def test_a_plane_that_was_not_trained_is_said(segment, a_prediction):
    warnings = segment(["femur"], prediction=replace(a_prediction, plane="axial")).warnings
    assert "The scan is axial, but this bundle was trained on coronal scans" in warnings[0]


def test_warnings_of_the_engine_come_through(segment, a_prediction):
    warnings = segment(["femur"], prediction=replace(a_prediction, warnings=("Full.",))).warnings
    assert warnings[0] == "Full."


def test_progress_rises_to_one_and_names_its_stages(segment):
    seen = []
    segment(["femur"], progress=lambda fraction, stage: seen.append((fraction, stage)))
    assert seen == [
        (0.0, "Finding bones"),
        (0.45, "Finding bones"),
        (0.9, "Cleaning up"),
        (1.0, "Done"),
    ]


def test_an_unknown_bone_is_refused_before_the_network_runs(segment):
    with pytest.raises(UnknownBoneError):
        segment(["skull"])


def test_a_bone_that_the_bundle_does_not_know_is_refused(segment, tmp_path):
    folder = write_small_bundle(tmp_path / "fewer", classes=["background", "femur"])
    with pytest.raises(UnknownBoneError, match="Unknown bone: sacrum. Choose from: femur"):
        segment(["sacrum"], folder=folder)
