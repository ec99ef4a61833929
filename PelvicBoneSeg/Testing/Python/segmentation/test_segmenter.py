"""What the user is told about a run; the network's answer is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import Cancelled, UnknownBoneError
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

        def predict(self, volume, progress, cancel, preview):
            progress(0.5)
            if preview:
                preview(0, 4, FakeEngine.answer.classes[4:6])
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


def test_each_segment_has_the_confidence_of_its_own_slices(segment, a_prediction):
    probability = a_prediction.probability.copy()
    probability[7, :, 100:118] = 51
    probability[8, 40:70, 100:118] = 102
    left, right, sacrum = segment(
        ["femur", "sacrum"], prediction=replace(a_prediction, probability=probability)
    ).segments
    expected = np.full(20, np.nan)
    expected[5:12] = 240 / 255
    assert right.slice_confidence == pytest.approx(expected, nan_ok=True)
    expected[7], expected[8] = 51 / 255, (102 + 240) / 2 / 255
    assert left.slice_confidence == pytest.approx(expected, nan_ok=True)
    assert np.flatnonzero(~np.isnan(sacrum.slice_confidence)).tolist() == list(range(10, 16))


def test_a_segment_that_was_not_found_has_no_confidence_in_any_slice(segment):
    missing = segment(["lumbar_spine"]).segments[0]
    assert len(missing.slice_confidence) == 20
    assert np.isnan(missing.slice_confidence).all()


def test_previews_show_the_chosen_bones_on_both_sides(segment, a_prediction):
    seen = []
    segment(["hip_bone"], "left", preview=lambda *what: seen.append(what))
    ((axis, start, block),) = seen
    assert (axis, start, block.dtype) == (0, 4, np.uint8)
    expected = np.where(a_prediction.classes[4:6] == HIP_BONE, HIP_BONE, 0)
    assert (block == expected).all()
    assert block.any()


def test_surfaces_are_made_of_the_bones_that_were_found(segment):
    result = segment(["femur", "lumbar_spine"], smoothing=0.5)
    assert list(result.surfaces) == [1, 2]
    assert "surfaces" in result.timings
    points, triangles, normals = result.surfaces[1]
    assert (points.dtype, triangles.dtype, normals.dtype) == (np.float32, np.int32, np.float32)
    assert points.shape == normals.shape
    assert triangles.max() == len(points) - 1
    # Slices 5–11 of 5 mm, columns 100–117 of 2 mm. Smoothing overshoots at the corners of a box.
    assert points[:, 1].min() == pytest.approx(22.5, abs=2.5)
    assert points[:, 1].max() == pytest.approx(57.5, abs=2.5)
    assert points[:, 0].min() == pytest.approx(81, abs=2)
    outward = points - points.mean(axis=0)
    assert np.mean((outward * normals).sum(axis=1) > 0) > 0.95
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1, abs=1e-4)


def test_no_surfaces_unless_they_are_asked_for(segment):
    assert segment(["femur"]).surfaces == {}


def test_cancel_is_heard_between_surfaces(segment):
    stages = []
    with pytest.raises(Cancelled):
        segment(
            ["femur"],
            smoothing=0.5,
            progress=lambda fraction, stage: stages.append(stage),
            cancel=lambda: stages[-1] == "Making surfaces",
        )
    assert stages.count("Making surfaces") == 1


def test_progress_leaves_room_for_surfaces(segment):
    seen = []
    segment(["femur"], smoothing=0.0, progress=lambda *what: seen.append(what))
    assert [(pytest.approx(fraction), stage) for fraction, stage in seen] == [
        (0.0, "Finding bones"),
        (0.36, "Finding bones"),
        (0.72, "Cleaning up"),
        (0.8, "Making surfaces"),
        (0.9, "Making surfaces"),
        (1.0, "Done"),
    ]


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
    assert "The scan is axial, but this model was trained on coronal scans" in warnings[0]


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
