"""What a run leaves in the scene."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import (
    BundleNotFoundError,
    Cancelled,
    ConstantImageError,
    DependencyMissingError,
    NonLinearTransformError,
    NotALabelmapSegmentationError,
    NotAVolumeError,
    SceneChangedError,
    UnknownBoneError,
    UnknownSideError,
)
from PelvicBoneSegLib.scene.logic import SegmentationLogic
from PelvicBoneSegLib.scene.terminology import terminology_entry
from scene.phantom import ThresholdSegmenter
from scene.reading import dice_in_world, mask, node_classes, segment_ids, snapshot


def segments_of(node):
    segmentation = node.GetSegmentation()
    return {key: segmentation.GetSegment(key) for key in segment_ids(node)}


def tag_of(segment, name):
    from vtkmodules.vtkCommonCore import reference

    value = reference("")
    assert segment.GetTag(name, value)
    return str(value)


def terminology_of(segment):
    return tag_of(segment, slicer.vtkSegment.GetTerminologyEntryTagName())


# --- a new segmentation ------------------------------------------------------------------------


def test_segments_have_our_names_codes_and_colours(a_volume_node, a_logic):
    segments = segments_of(a_logic.segment(a_volume_node, BONES))

    assert list(segments) == [definition.id for definition in SEGMENTS]
    for definition in SEGMENTS:
        segment = segments[definition.id]
        assert segment.GetName() == definition.name
        assert segment.GetColor() == pytest.approx(definition.colour)
        assert terminology_of(segment) == terminology_entry(definition)


def test_segments_say_which_algorithm_made_them(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    segment = node.GetSegmentation().GetSegment("sacrum")
    assert tag_of(segment, "DICOM.SegmentAlgorithmType") == "AUTOMATIC"
    assert tag_of(segment, "DICOM.SegmentAlgorithmName") == "PelvicBoneSeg threshold 1"

    segment.SetTag("DICOM.SegmentAlgorithmType", "SEMIAUTOMATIC")
    job = a_logic.prepare(a_volume_node, ["sacrum"])
    result = replace(job.run(), bundle=f"{'a' * 64} 1.2.3")
    a_logic.apply(job, result, node)
    segment = node.GetSegmentation().GetSegment("sacrum")
    assert tag_of(segment, "DICOM.SegmentAlgorithmType") == "AUTOMATIC"
    assert tag_of(segment, "DICOM.SegmentAlgorithmName") == f"PelvicBoneSeg {'a' * 50}"


def test_only_the_chosen_bones_and_side_are_written(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["femur", "sacrum"], side="left")

    assert segment_ids(node) == ["left_femur", "sacrum"]


def test_all_segments_share_one_labelmap_with_the_contracts_values(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, BONES)

    assert node.GetSegmentation().GetNumberOfLayers() == 1
    values = [segment.GetLabelValue() for segment in segments_of(node).values()]
    assert values == [1, 2, 3, 4, 5, 6]


def test_the_scan_is_the_reference_geometry(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])

    role = node.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReferenceID(role) == a_volume_node.GetID()
    geometry = slicer.vtkOrientedImageData()
    text = node.GetSegmentation().GetConversionParameter("Reference image geometry")
    assert slicer.vtkSegmentationConverter.DeserializeImageGeometry(text, geometry)
    assert geometry.GetDimensions() == a_volume_node.GetImageData().GetDimensions()


def test_closed_surfaces_are_shown(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, BONES)

    display = node.GetDisplayNode()
    assert display.GetVisibility() and display.GetVisibility3D()
    assert display.GetDisplayRepresentationName3D() == "Closed surface"
    for segment in segments_of(node).values():
        assert segment.GetRepresentation("Closed surface").GetNumberOfCells() > 100


def test_the_node_is_named_after_the_scan(a_volume_node, a_logic):
    assert a_logic.segment(a_volume_node, ["sacrum"]).GetName() == "MR segmentation"


def test_a_second_run_without_a_node_makes_a_second_node(a_scene, a_volume_node, a_logic):
    first = a_logic.segment(a_volume_node, ["sacrum"])
    second = a_logic.segment(a_volume_node, ["sacrum"])

    assert first is not second
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 2


def test_bones_that_were_not_found_are_not_created(a_volume_node, logic_with):
    logic = logic_with(missing=("left_femur",))

    node = logic.segment(a_volume_node, ["femur"])

    assert segment_ids(node) == ["right_femur"]
    assert logic.warnings == ("Left femur: not found.",)


def test_nothing_found_leaves_the_scene_alone(a_scene, a_volume_node, logic_with):
    logic = logic_with(missing=("sacrum",))
    before = node_classes(a_scene)

    assert logic.segment(a_volume_node, ["sacrum"]) is None
    assert node_classes(a_scene) == before
    assert logic.warnings == ("Sacrum: not found.",)


# --- a run into an existing segmentation -------------------------------------------------------


def test_a_second_run_replaces_only_the_chosen_segments(a_volume_node, a_logic, logic_with):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node)["segments"]

    logic_with(half=True).segment(a_volume_node, ["femur"], segmentationNode=node)

    after = snapshot(node)["segments"]
    assert list(after) == list(before)
    for segment_id in before:
        if segment_id.endswith("femur"):
            assert after[segment_id] != before[segment_id]
        else:
            assert after[segment_id] == before[segment_id]


def test_a_replaced_segment_leaves_nothing_in_the_labelmap_that_it_shared(
    a_volume_node, a_logic, logic_with
):
    node = a_logic.segment(a_volume_node, BONES)

    logic_with(half=True).segment(a_volume_node, ["femur"], segmentationNode=node)

    from vtkmodules.util.numpy_support import vtk_to_numpy

    from scene.reading import labelmap

    shared = vtk_to_numpy(labelmap(node, "sacrum").GetPointData().GetScalars())
    assert set(np.unique(shared)) == {0, 3, 4, 5, 6}


def test_a_second_run_keeps_the_users_name_colour_and_opacity(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    segment = segments_of(node)["sacrum"]
    segment.SetName("Kreuzbein")
    segment.SetColor(0, 0, 1)
    node.GetDisplayNode().SetSegmentOpacity3D("sacrum", 0.25)

    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=node)

    assert segment_ids(node) == ["sacrum"]
    assert segment.GetName() == "Kreuzbein"
    assert segment.GetColor() == (0, 0, 1)
    assert node.GetDisplayNode().GetSegmentOpacity3D("sacrum") == 0.25


def test_a_second_run_renews_the_surface(a_volume_node, a_logic, logic_with):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    before = segments_of(node)["sacrum"].GetRepresentation("Closed surface").GetNumberOfCells()

    logic_with(half=True).segment(a_volume_node, ["sacrum"], segmentationNode=node)

    after = segments_of(node)["sacrum"].GetRepresentation("Closed surface").GetNumberOfCells()
    assert 0 < after < before


def test_observers_hear_of_the_new_voxels(a_volume_node, a_logic, logic_with):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    heard = []
    for event in ("SegmentModified", "SegmentAdded"):
        number = getattr(slicer.vtkSegmentation, event)
        node.AddObserver(number, lambda caller, _, name=event: heard.append(name))

    a_logic.segment(a_volume_node, ["sacrum", "femur"], segmentationNode=node)

    assert "SegmentModified" in heard
    assert heard.count("SegmentAdded") == 2


def test_hand_made_segments_stay_voxel_for_voxel(a_hand_made_segmentation, a_volume_node, a_logic):
    before = snapshot(a_hand_made_segmentation)["segments"]

    a_logic.segment(a_volume_node, BONES, segmentationNode=a_hand_made_segmentation)

    after = snapshot(a_hand_made_segmentation)["segments"]
    assert {key: after[key] for key in before} == before


def test_a_hand_made_segment_with_our_identifier_is_not_ours(
    a_hand_made_segmentation, a_volume_node, a_logic
):
    node = a_hand_made_segmentation
    by_hand = mask(node, "sacrum")

    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=node)
    a_logic.segment(a_volume_node, ["sacrum"], segmentationNode=node)

    assert segment_ids(node) == ["tumour", "sacrum", "sacrum_1"]
    np.testing.assert_array_equal(mask(node, "sacrum"), by_hand)
    assert mask(node, "sacrum_1").sum() > 0


def test_a_users_copy_of_a_segment_is_left_alone(a_volume_node, a_logic, logic_with):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    segmentation = node.GetSegmentation()
    copy = slicer.vtkSegment()
    copy.DeepCopy(segmentation.GetSegment("sacrum"))
    segmentation.AddSegment(copy, "sacrum_1")
    before = mask(node, "sacrum_1")

    logic_with(half=True).segment(a_volume_node, ["sacrum"], segmentationNode=node)

    np.testing.assert_array_equal(mask(node, "sacrum_1"), before)
    assert mask(node, "sacrum").sum() < before.sum()


def test_a_bone_that_is_not_found_again_is_kept_with_a_warning(a_volume_node, a_logic, logic_with):
    node = a_logic.segment(a_volume_node, ["sacrum", "femur"])
    before = snapshot(node)["segments"]
    logic = logic_with(missing=("sacrum",))

    logic.segment(a_volume_node, ["sacrum"], segmentationNode=node)

    assert snapshot(node)["segments"] == before
    assert logic.warnings[0] == "Sacrum: not found."
    assert "the one of an earlier run was kept" in logic.warnings[1]


def test_another_reference_geometry_is_kept(a_volume_node, add_volume, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])

    a_logic.segment(add_volume("permuted", name="Other"), ["femur"], segmentationNode=node)

    role = node.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReferenceID(role) == a_volume_node.GetID()
    assert dice_in_world(node, "left_femur") >= 0.99


def test_undo_brings_the_earlier_voxels_back(a_scene, a_volume_node, a_logic, logic_with):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node)["segments"]
    a_scene.SetUndoOn()
    node.SetUndoEnabled(True)

    logic_with(half=True).segment(a_volume_node, ["femur"], segmentationNode=node)
    assert snapshot(node)["segments"] != before
    a_scene.Undo()

    assert snapshot(node)["segments"] == before


# --- phases ------------------------------------------------------------------------------------


def test_the_run_works_in_another_thread(a_volume_node, a_logic):
    job = a_logic.prepare(a_volume_node, ["sacrum"])
    results, stages = [], []
    thread = threading.Thread(
        target=lambda: results.append(job.run(lambda done, stage: stages.append((done, stage))))
    )
    thread.start()
    thread.join()

    node = a_logic.apply(job, results[0])

    assert stages == [(0.0, "Sacrum")]
    assert dice_in_world(node, "sacrum") >= 0.99


def test_preparing_and_running_leave_the_scene_alone(a_scene, a_volume_node, a_logic):
    before = node_classes(a_scene), a_volume_node.GetMTime()

    a_logic.prepare(a_volume_node, BONES).run()

    assert (node_classes(a_scene), a_volume_node.GetMTime()) == before


def test_the_segmenter_is_made_once_for_each_device(a_volume_node):
    made = []

    def factory(device):
        made.append(device)
        return ThresholdSegmenter()

    logic = SegmentationLogic(segmenter_factory=factory)
    jobs = [logic.prepare(a_volume_node, ["sacrum"], device=d) for d in ("cpu", "cpu", "cuda")]
    assert made == []
    for job in jobs:
        job.run()

    assert made == ["cpu", "cuda"]


def test_a_bundle_that_is_not_there_leaves_the_scene_alone(a_scene, a_volume_node, tmp_path):
    pytest.importorskip("torch", reason="the bundle is looked for after torch")
    before = node_classes(a_scene)

    with pytest.raises(BundleNotFoundError):
        SegmentationLogic(bundle=tmp_path / "no").segment(a_volume_node, ["sacrum"])
    assert node_classes(a_scene) == before


def test_a_bundle_that_was_replaced_or_removed_is_noticed(a_scene, a_volume_node, tmp_path):
    pytest.importorskip("torch", reason="a real network is loaded")
    from segmentation.small_bundle import write_small_bundle

    bundle = write_small_bundle(tmp_path / "small")
    logic = SegmentationLogic(bundle=bundle)
    job = logic.prepare(a_volume_node, ["sacrum"], device="cpu")
    first = job.segmenter()
    assert job.segmenter() is first
    os.utime(bundle / "weights.safetensors", (0, 0))
    assert job.segmenter() is not first
    shutil.rmtree(bundle)
    with pytest.raises(BundleNotFoundError):
        logic.segment(a_volume_node, ["sacrum"])


def test_a_missing_package_is_named_with_what_to_do(a_volume_node, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in ("segmenter", "engine"):
        monkeypatch.delitem(sys.modules, f"PelvicBoneSegLib.segmentation.{name}", raising=False)

    with pytest.raises(DependencyMissingError, match="'torch' is missing. Install it with"):
        SegmentationLogic().segment(a_volume_node, ["sacrum"])


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        ({"bones": []}, UnknownBoneError),
        ({"bones": ["skull"]}, UnknownBoneError),
        ({"bones": ["femur"], "side": "port"}, UnknownSideError),
    ],
)
def test_a_wrong_choice_is_refused_before_the_run(a_volume_node, a_logic, choice, error):
    with pytest.raises(error):
        a_logic.prepare(a_volume_node, **choice)


def test_no_volume_is_refused(a_logic):
    with pytest.raises(NotAVolumeError):
        a_logic.prepare(None, ["femur"])


def test_cancelling_changes_nothing(a_scene, a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, BONES)
    before = snapshot(node), node_classes(a_scene), node.GetSegmentation().GetMTime()
    asked = iter([False, False, True])

    with pytest.raises(Cancelled):
        a_logic.segment(a_volume_node, BONES, segmentationNode=node, cancel=lambda: next(asked))

    assert (snapshot(node), node_classes(a_scene), node.GetSegmentation().GetMTime()) == before


def test_a_volume_that_was_deleted_during_the_run_is_refused(a_scene, a_volume_node, a_logic):
    job = a_logic.prepare(a_volume_node, BONES)
    result = job.run()
    a_scene.RemoveNode(a_volume_node)
    before = node_classes(a_scene)

    with pytest.raises(SceneChangedError, match="'MR' is no longer in the scene"):
        a_logic.apply(job, result)
    assert node_classes(a_scene) == before


def test_a_scene_that_was_closed_during_the_run_is_refused(a_scene, a_volume_node, a_logic):
    job = a_logic.prepare(a_volume_node, BONES)
    result = job.run()
    a_scene.Clear(False)
    before = node_classes(a_scene)

    with pytest.raises(SceneChangedError):
        a_logic.apply(job, result)
    assert node_classes(a_scene) == before


def test_a_segmentation_that_was_deleted_during_the_run_is_refused(a_scene, a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    job = a_logic.prepare(a_volume_node, BONES)
    result = job.run()
    a_scene.RemoveNode(node)
    before = node_classes(a_scene)

    with pytest.raises(SceneChangedError, match="'MR segmentation' is no longer in the scene"):
        a_logic.apply(job, result, node)
    assert node_classes(a_scene) == before


def test_an_image_that_was_replaced_during_the_run_is_refused(a_volume_node, a_logic):
    from scene.conftest import image_of

    job = a_logic.prepare(a_volume_node, BONES)
    result = job.run()
    a_volume_node.SetAndObserveImageData(image_of(np.ones((4, 5, 6), np.int16)))

    with pytest.raises(SceneChangedError, match="was replaced"):
        a_logic.apply(job, result)


def test_a_segmentation_of_surfaces_is_refused(a_scene, a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    assert node.SetSourceRepresentationToClosedSurface()

    with pytest.raises(NotALabelmapSegmentationError, match="stores surfaces"):
        a_logic.segment(a_volume_node, ["femur"], segmentationNode=node)
    assert segment_ids(node) == ["sacrum"]


def test_a_warped_segmentation_is_refused(a_scene, a_volume_node, a_logic, a_warp):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    before = snapshot(node)
    node.SetAndObserveTransformNodeID(a_warp.GetID())

    with pytest.raises(NonLinearTransformError, match="MR segmentation"):
        a_logic.segment(a_volume_node, ["femur"], segmentationNode=node)
    assert snapshot(node) == before


def test_voxels_that_cannot_be_segmented_leave_the_scene_alone(a_scene, a_volume_node, a_logic):
    a_volume_node.GetImageData().GetPointData().GetScalars().Fill(7)
    before = node_classes(a_scene)

    with pytest.raises(ConstantImageError):
        a_logic.segment(a_volume_node, ["femur"])
    assert node_classes(a_scene) == before
