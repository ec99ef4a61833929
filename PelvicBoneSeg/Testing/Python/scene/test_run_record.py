"""Which run wrote which segment, through saving and loading."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.scene.rerun import RerunMode, edited_segments
from PelvicBoneSegLib.scene.run_record import (
    RECORD_ATTRIBUTE,
    RunRecord,
    SegmentRecord,
    read_run_record,
    write_run_record,
)
from scene.editing import paint
from scene.reading import array_of, matrix_of
from scene.test_edits import CORNER
from scene.test_scene_round_trip import save_and_load  # noqa: F401 - a fixture

RUN = {
    "bundle": 'a "quoted"; bundle: 1 & <2>\n%41 + ü',
    "device": "cpu",
    "precision": "float32",
    "finished": "2026-01-02T03:04:05+01:00",
    "slice_axis": 2,
}


def a_record(**segments):
    return RunRecord(**RUN, segments=segments)


def a_segment_record(**changes):
    fields = {
        "confidence": 0.75,
        "slice_confidence": np.array([np.nan, 0.5, 1.0]),
        "ijk_to_ras": np.arange(16.0).reshape(4, 4) / 7,
    }
    return SegmentRecord(**{**RUN, **fields, **changes})


@pytest.fixture
def a_segmentation(a_volume_node, a_logic):
    return a_logic.segment(a_volume_node, BONES)


def assert_same(found, expected):
    for field in RUN:
        assert getattr(found, field) == getattr(expected, field)
    assert found.confidence == expected.confidence
    np.testing.assert_array_equal(found.slice_confidence, expected.slice_confidence)
    np.testing.assert_array_equal(found.ijk_to_ras, expected.ijk_to_ras)


def test_a_run_leaves_its_record(a_segmentation, a_volume_node):
    record = read_run_record(a_segmentation)

    assert (record.bundle, record.device, record.precision) == ("threshold 1", "cpu", "float32")
    age = datetime.now(timezone.utc) - datetime.fromisoformat(record.finished)
    assert 0 <= age.total_seconds() < 600
    assert list(record.segments) == [one.id for one in SEGMENTS]
    assert record.segments["sacrum"].confidence == 1.0
    to_ras = matrix_of(np.eye(4))
    a_volume_node.GetIJKToRASMatrix(to_ras)
    np.testing.assert_allclose(record.segments["sacrum"].ijk_to_ras, array_of(to_ras))


def test_the_confidence_of_each_slice_is_kept(a_volume_node, logic_with):
    logic = logic_with()
    job = logic.prepare(a_volume_node, ["sacrum"])
    result = job.run()
    by_slice = np.array([np.nan, 0.25, 0.99996])
    sacrum = result.segments[0].__class__(
        **{**vars(result.segments[0]), "slice_confidence": by_slice}
    )
    result = result.__class__(**{**vars(result), "segments": (sacrum,), "slice_axis": 1})

    record = read_run_record(logic.apply(job, result))

    assert record.segments["sacrum"].slice_axis == 1
    np.testing.assert_array_equal(record.segments["sacrum"].slice_confidence, [np.nan, 0.25, 1.0])


def test_a_second_run_renews_what_it_replaces(a_segmentation, a_volume_node, a_logic):
    write_run_record(
        a_segmentation, a_record(sacrum=a_segment_record(), left_femur=a_segment_record())
    )

    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=a_segmentation)

    record = read_run_record(a_segmentation)
    assert record.bundle == record.segments["sacrum"].bundle == "threshold 1"
    assert_same(record.segments["left_femur"], a_segment_record())


def test_segments_kept_beside_have_records_of_their_own(a_segmentation, a_volume_node, a_logic):
    write_run_record(a_segmentation, a_record(sacrum=a_segment_record()))

    a_logic.segment(
        a_volume_node, ["sacrum"], segmentationNode=a_segmentation, rerun=RerunMode.KEEP_BOTH
    )

    record = read_run_record(a_segmentation)
    assert_same(record.segments["sacrum"], a_segment_record())
    assert record.segments["sacrum_1"].bundle == "threshold 1"


def test_a_segment_that_was_removed_has_no_record(a_segmentation, a_volume_node, a_logic):
    a_segmentation.GetSegmentation().RemoveSegment("sacrum")
    assert "sacrum" not in read_run_record(a_segmentation).segments

    a_logic.segment(a_volume_node, ["femur"], segmentationNode=a_segmentation)

    assert "sacrum" not in json.loads(a_segmentation.GetAttribute(RECORD_ATTRIBUTE))["segments"]


def test_a_hand_made_segmentation_has_none(a_hand_made_segmentation):
    assert read_run_record(a_hand_made_segmentation) is None


def test_records_and_edits_survive_a_saved_scene(
    a_scene,
    a_segmentation,
    save_and_load,  # noqa: F811
):
    paint(a_segmentation, "left_femur", CORNER)
    write_run_record(a_segmentation, a_record(sacrum=a_segment_record()))

    loaded = save_and_load(a_scene, a_segmentation)

    assert_same(read_run_record(loaded).segments["sacrum"], a_segment_record())
    assert read_run_record(loaded).bundle == RUN["bundle"]
    assert edited_segments(loaded, SEGMENTS) == ("Left femur",)


def test_they_survive_a_scene_in_one_file(a_scene, a_segmentation, tmp_path):
    paint(a_segmentation, "left_femur", CORNER)
    before = json.loads(a_segmentation.GetAttribute(RECORD_ATTRIBUTE))
    volumes = a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    for index in range(volumes):
        a_scene.GetNthNodeByClass(index, "vtkMRMLScalarVolumeNode").SetSaveWithScene(False)
    assert a_scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    a_scene.Clear(False)
    application = slicer.vtkMRMLApplicationLogic()
    assert application.UnpackSlicerDataBundle(str(tmp_path / "scene.mrb"), str(tmp_path))
    (saved,) = tmp_path.rglob("*.mrml")
    a_scene.SetURL(str(saved))
    a_scene.Connect()

    loaded = a_scene.GetFirstNodeByName("MR segmentation")
    assert json.loads(loaded.GetAttribute(RECORD_ATTRIBUTE)) == before
    assert edited_segments(loaded, SEGMENTS) == ("Left femur",)


def test_a_clone_has_its_own(a_scene, a_segmentation):
    clone = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    clone.Copy(a_segmentation)
    paint(a_segmentation, "sacrum", CORNER)

    assert list(read_run_record(clone).segments) == [one.id for one in SEGMENTS]
    assert edited_segments(clone, SEGMENTS) == ()


def broken(**changes):
    record: dict = {**RUN, "segments": {}}
    segment = {
        **RUN,
        "confidence": 0.5,
        "slice_confidence": [None, 0.5],
        "ijk_to_ras": np.eye(4).tolist(),
    }
    if "segment" in changes:
        record["segments"]["sacrum"] = {**segment, **changes["segment"]}
        return json.dumps(record)
    return json.dumps({**record, **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        "null",
        "{}",
        broken(bundle=1),
        broken(slice_axis=3),
        broken(slice_axis="0"),
        broken(segments=[]),
        broken(surprise=1),
        broken(segment={"confidence": 2}),
        broken(segment={"confidence": "high"}),
        broken(segment={"slice_confidence": None}),
        broken(segment={"slice_confidence": [float("nan")]}),
        broken(segment={"ijk_to_ras": [[1, 2], [3]]}),
        broken(segment={"ijk_to_ras": [[float("inf")] * 4] * 4}),
        broken(segment={"device": None}),
        "[" * 100_000,
    ],
)
def test_a_damaged_record_is_none(a_segmentation, text):
    assert json.loads(broken())["bundle"]
    a_segmentation.SetAttribute(RECORD_ATTRIBUTE, text)

    assert read_run_record(a_segmentation) is None


def test_a_run_over_a_damaged_record_begins_a_new_one(a_segmentation, a_volume_node, a_logic):
    a_segmentation.SetAttribute(RECORD_ATTRIBUTE, "{")

    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=a_segmentation)

    assert list(read_run_record(a_segmentation).segments) == ["sacrum"]
