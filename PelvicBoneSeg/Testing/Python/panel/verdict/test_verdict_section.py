"""What the panel says of a scan before anything is run, as a user sees it."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import slicer.util
import vtk

from PelvicBoneSegLib.panel.models.device import remembered_device
from PelvicBoneSegLib.panel.verdict.timing import remember_run
from PelvicBoneSegLib.panel.verdict.wording import headline
from PelvicBoneSegLib.scene.volume_node import volume_from_node
from PelvicBoneSegLib.segmentation.bundle import describe_bundle
from PelvicBoneSegLib.segmentation.suitability import Level, Verdict
from segmentation.scans_at_a_glance import a_scan
from segmentation.small_bundle import write_small_bundle
from slicer_stand_in.application import downloadSample


@pytest.fixture
def the_phantom(module, scene, monkeypatch):
    """The coronal sample, which the default bundle suits."""
    monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    module.registerSampleData()
    return downloadSample("PelvicPhantom")


@pytest.fixture
def a_warp(scene):
    warp = vtk.vtkThinPlateSplineTransform()
    warp.SetBasisToR()
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for point in ((0, 0, 0), (50, 0, 0), (0, 50, 0), (0, 0, 50), (50, 50, 50)):
        source.InsertNextPoint(point)
        target.InsertNextPoint(point[0] + 0.004 * point[1] * point[2], point[1], point[2])
    warp.SetSourceLandmarks(source)
    warp.SetTargetLandmarks(target)
    node = scene.AddNewNodeByClass("vtkMRMLTransformNode", "Warp")
    node.SetAndObserveTransformToParent(warp)
    return node


def shown(panel, name):
    return panel.text(name) if panel.shown(name) else ""


def verdict(panel):
    return panel.widget.panel.session.verdict


def test_without_a_volume_there_is_nothing_to_say(panel):
    assert verdict(panel) is None
    assert not panel.shown("verdictFrame") and not panel.shown("factsButton")


def test_green_claims_no_more_than_is_known():
    known = a_scan(modality="MR", weighting="T1")
    assert headline(Verdict(known, ())) == "Suited: the model was trained on such scans"
    assert headline(Verdict(a_scan(), ())) == "Suited by plane and size; contrast not known"


def test_a_scan_as_in_training_is_green_with_its_facts_at_once(panel, the_phantom):
    panel.choose("inputSelector", the_phantom.GetName())
    assert shown(panel, "verdictLabel") == "● Suited by plane and size; contrast not known"
    assert shown(panel, "reasonsLabel") == ""
    assert shown(panel, "timeLabel") == "Time: at most about 4 s, less on a graphics card."
    assert shown(panel, "slicesFactLabel") == "coronal, 32 slices 5 mm apart"
    assert shown(panel, "voxelsFactLabel") == "378 × 366 × 32, of 0.9 × 0.9 × 5 mm"
    assert shown(panel, "extentFactLabel") == "340 wide, 160 deep, 329 high (mm)"
    assert shown(panel, "placeFactLabel") == "right-handed, no transform"
    assert shown(panel, "contrastFactLabel") == "not known: not loaded from DICOM"
    panel.screenshot("verdict_green")


def test_another_scan_is_amber_with_what_to_do(panel, a_volume):
    panel.choose("inputSelector", "Pelvis T1")
    assert shown(panel, "verdictLabel").startswith("▲ Doubtful")
    reasons = shown(panel, "reasonsLabel").splitlines()
    assert len(reasons) == 4
    cut = "cut into coronal, axial, sagittal slices."
    assert reasons[-1] == f"• The scan is nearly isotropic, so it is {cut}"
    assert "Do not take volumes or lengths of cut bones." in reasons[2]
    assert verdict(panel).level is Level.AMBER
    assert panel.can("segmentButton")
    panel.screenshot("verdict_amber")


def test_a_warp_refuses_the_scan_and_taking_it_away_allows_it(panel, the_phantom, a_warp):
    panel.choose("inputSelector", the_phantom.GetName())
    the_phantom.SetAndObserveTransformNodeID(a_warp.GetID())
    assert shown(panel, "verdictLabel") == "■ Cannot be segmented"
    assert "Harden the transform first" in shown(panel, "reasonsLabel")
    assert "Harden the transform first" in verdict(panel).refusal
    assert shown(panel, "placeFactLabel") == "right-handed, non-linear transform"
    assert shown(panel, "timeLabel") == ""
    panel.screenshot("verdict_refused")
    the_phantom.SetAndObserveTransformNodeID(None)
    assert shown(panel, "verdictLabel").startswith("● Suited")


def test_all_sections_hear_of_a_verdict_that_changes(panel, the_phantom, a_warp, monkeypatch):
    panel.choose("inputSelector", the_phantom.GetName())
    told = []
    monkeypatch.setattr(panel.widget.panel.session, "notify", lambda: told.append(1))
    the_phantom.SetAndObserveTransformNodeID(a_warp.GetID())
    assert told
    del told[:]
    the_phantom.SetAttribute("reviewed", "yes")
    assert not told


def test_a_linear_transform_is_followed_while_it_moves(panel, scene, the_phantom):
    panel.choose("inputSelector", the_phantom.GetName())
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    the_phantom.SetAndObserveTransformNodeID(node.GetID())
    assert "linear transform, taken into account" in shown(panel, "placeFactLabel")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 0, -1)
    node.SetMatrixTransformToParent(matrix)
    assert shown(panel, "placeFactLabel").startswith("left-handed")
    for axis in range(3):
        matrix.SetElement(axis, axis, 2)
    node.SetMatrixTransformToParent(matrix)
    assert shown(panel, "extentFactLabel") == "680 wide, 320 deep, 659 high (mm)"
    assert "680 mm long" in shown(panel, "reasonsLabel")


def test_voxels_that_change_are_judged_anew(panel, the_phantom):
    panel.choose("inputSelector", the_phantom.GetName())
    slicer.util.arrayFromVolume(the_phantom)[:] = 7
    slicer.util.arrayFromVolumeModified(the_phantom)
    assert "same value (7)" in shown(panel, "reasonsLabel")
    the_phantom.SetAndObserveImageData(None)
    assert "holds no image" in verdict(panel).refusal


def test_a_bone_that_the_bundle_does_not_know_refuses(panel, the_phantom, tmp_path, monkeypatch):
    folder = tmp_path / "bundles"
    monkeypatch.setenv("PELVICBONESEG_BUNDLES", str(folder))
    write_small_bundle(folder / "small", classes=["background", "femur"])
    panel.choose("inputSelector", the_phantom.GetName())
    panel.parameters.bundle = "small"
    assert "Unknown bone: hip_bone, sacrum, lumbar_spine" in verdict(panel).refusal
    panel.tick_only("Femur")
    assert verdict(panel).refusal == ""
    assert verdict(panel).level is Level.GREEN


def test_the_scan_is_let_go_when_it_or_the_scene_goes(panel, scene, add_volume):
    first, second = add_volume("first"), add_volume("second")
    panel.choose("inputSelector", "first")
    scene.RemoveNode(first)
    assert verdict(panel) is None
    assert not panel.shown("verdictFrame")
    panel.choose("inputSelector", "second")
    assert verdict(panel) is not None
    scene.Clear(False)
    assert verdict(panel) is None
    for node in (first, second):
        assert not node.HasObserver(slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent)


def test_nothing_is_followed_while_the_panel_is_hidden(panel, a_volume):
    event = slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent
    panel.choose("inputSelector", "Pelvis T1")
    assert a_volume.HasObserver(event)
    panel.widget.exit()
    assert not a_volume.HasObserver(event)
    a_volume.SetAndObserveImageData(None)
    panel.widget.enter()
    assert "holds no image" in verdict(panel).refusal
    panel.close()
    assert not a_volume.HasObserver(event)


def test_the_time_is_that_of_earlier_runs_on_this_device(panel, the_phantom, run_on):
    panel.choose("inputSelector", the_phantom.GetName())
    volume = volume_from_node(the_phantom)
    result = run_on(volume)
    version = describe_bundle("default")["version"]
    object.__setattr__(result, "bundle", f"default {version}")
    object.__setattr__(result, "device", "cuda")
    object.__setattr__(result, "timings", {"engine": 40.0, "postprocess": 24.0})
    settings = panel.settings
    remember_run(settings, volume, result)
    panel.widget.panel.refresh()
    assert shown(panel, "timeLabel") == "Time: about 64 s on the NVIDIA graphics card (CUDA)."
    assert remembered_device(settings).value == "cuda"


def test_scripts_hear_the_same(module, the_phantom):
    logic = module.PelvicBoneSegLogic()
    assert logic.judge(the_phantom).level is Level.GREEN
    assert "no complete model bundle gone" in logic.judge(the_phantom, "gone").refusal
    np.testing.assert_allclose(logic.judge(the_phantom).facts.field_of_view_mm, (340.2, 160, 329.4))
