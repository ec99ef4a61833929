"""The section *3D*, worked by clicks, with a real worker process behind it."""

from __future__ import annotations

import re

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.scene.isotropic_copy import find_isotropic
from PelvicBoneSegLib.scene.surface_settings import get_smoothing, surface_volume
from scene.editing import erase, paint
from scene.reading import node_classes
from scene.test_edits import CORNER

PAGE = "3D & measure"


@pytest.fixture
def a_thick_scan(scene):
    """21 slices of 10 mm, pixels of 2 mm."""
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Pelvis T1")
    node.SetSpacing(2, 2, 10)
    voxels = np.random.default_rng(1).integers(0, 500, (21, 21, 72)).astype(np.int16)
    slicer.util.updateVolumeFromArray(node, voxels)
    return node


@pytest.fixture
def segmented(a_thick_scan, panel):
    """The panel with a segmentation of two femurs, on the page of this section."""
    panel.tick_only("Femur")
    panel.click("segmentButton")
    panel.wait_for_end()
    panel.go_to(PAGE)
    return panel


def controller(panel):
    return panel.section("SurfaceSection").controller


def wait(panel):
    panel.wait_for(lambda: not controller(panel).running)


def segmentation(panel):
    return panel.parameters.segmentation


def volumes(panel) -> str:
    return panel.text("volumesLabel") if panel.shown("volumesLabel") else ""


def surface_ml(node) -> float:
    return surface_volume(node, "left_femur").surface_ml


def test_nothing_can_be_done_without_a_segmentation(a_thick_scan, panel):
    panel.go_to(PAGE)
    assert not panel.can("isotropicButton")
    assert not panel.can("centreButton")
    assert not panel.can("smoothingSlider")
    assert panel.text("surfaceEmptyLabel") == panel.tip("isotropicButton")
    assert "segment a scan first" in panel.tip("isotropicButton")


def test_the_volumes_of_voxels_and_surface_are_shown(segmented):
    segmented.wait_for(lambda: "Left femur" in volumes(segmented))
    found = surface_volume(segmentation(segmented), "left_femur")
    assert f"{found.voxels_ml:.1f}" in volumes(segmented)
    assert f"{found.surface_ml:.1f} ({100 * found.change:+.1f} %)" in volumes(segmented)


def test_volumes_follow_edits_on_another_page(segmented):
    segmented.wait_for(lambda: "Right femur" in volumes(segmented))
    segmented.go_to("Correct")
    segmentation(segmented).GetSegmentation().RemoveSegment("right_femur")
    segmented.go_to(PAGE)
    segmented.wait_for(lambda: "Right femur" not in volumes(segmented))
    assert "Left femur" in volumes(segmented)


def test_the_slider_makes_surfaces_anew_and_warns_of_lost_volume(segmented):
    node = segmentation(segmented)
    before = surface_ml(node)
    segmented.wrapped("smoothingSlider").value = 1.0
    wait(segmented)
    assert get_smoothing(node) == 1.0
    assert surface_ml(node) < 0.9 * before  # balls of 4 voxels
    segmented.wait_for(lambda: segmented.shown("volumeWarningLabel"))
    assert "more than 2 %: Left femur, Right femur" in segmented.text("volumeWarningLabel")
    segmented.screenshot("surface_smoothed")
    segmented.wrapped("smoothingSlider").value = 0.0
    wait(segmented)
    assert surface_ml(node) > before


def test_many_moves_of_the_slider_make_surfaces_once(segmented, worker):
    for value in (0.6, 0.7, 0.8, 0.9):
        segmented.wrapped("smoothingSlider").value = value
    wait(segmented)
    made = [call["smoothing"] for call in worker.calls if call["operation"] == "surface"]
    assert made == [0.9, 0.9]


def test_a_worker_that_dies_leaves_surfaces_and_slider_as_they_were(segmented, worker):
    node = segmentation(segmented)
    before = surface_ml(node)
    worker.fails = "exit"
    segmented.wrapped("smoothingSlider").value = 1.0
    wait(segmented)
    assert surface_ml(node) == before
    assert get_smoothing(node) == 0.5
    assert segmented.value("smoothingSlider") == 0.5
    assert "ended before its work was done" in segmented.text("surfaceStatusLabel")


def test_another_segmentation_brings_its_own_smoothing(segmented, scene):
    node = segmentation(segmented)
    other = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Other")
    other.GetSegmentation().SetConversionParameter("Smoothing factor", "0.2")
    segmented.parameters.segmentation = other
    assert segmented.value("smoothingSlider") == pytest.approx(0.2)
    segmented.parameters.segmentation = node
    assert segmented.value("smoothingSlider") == 0.5
    assert get_smoothing(other) == pytest.approx(0.2)


def test_make_isotropic_puts_thin_slices_beside_the_segmentation(segmented):
    node = segmentation(segmented)
    segmented.click("isotropicButton")
    wait(segmented)
    isotropic = find_isotropic(node)
    assert isotropic.GetName() == f"{node.GetName()} (isotropic)"
    assert "is ready" in segmented.text("surfaceStatusLabel")
    assert segmentation(segmented) is node
    segmented.wait_for(lambda: "isotropic" in volumes(segmented))
    segmented.screenshot("surface_isotropic")
    segmented.click("isotropicButton")
    wait(segmented)
    assert len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")) == 2
    assert find_isotropic(node) is not isotropic


@pytest.fixture
def isotropic(segmented):
    """The panel after *Make isotropic*."""
    segmented.click("isotropicButton")
    wait(segmented)
    segmented.wait_for(lambda: "isotropic" in volumes(segmented))
    return segmented


def in_3d(node) -> tuple[bool, bool]:
    """Whether the segmentation is shown, and whether the one on thin slices is."""
    pair = (node, find_isotropic(node))
    return tuple(bool(one.GetDisplayNode().GetVisibility3D()) for one in pair)


def rows(panel) -> dict[str, str]:
    """The table's rows by the bone's name, without tags."""
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in volumes(panel).split("</tr>")]
    return {row[0]: " ".join(row[1:]) for row in cells if row}


def test_an_edit_makes_the_isotropic_one_outdated_until_it_is_taken_back(isotropic):
    node = segmentation(isotropic)
    assert "outdated" not in volumes(isotropic)
    assert "is ready" in isotropic.text("surfaceStatusLabel")
    paint(node, "left_femur", CORNER)
    isotropic.wait_for(lambda: "outdated" in volumes(isotropic))
    assert "⚠ outdated: make it again" in rows(isotropic)["Left femur"]
    assert "outdated" not in rows(isotropic)["Right femur"]
    thick = surface_volume(node, "right_femur").surface_ml
    assert f" {thick:.1f} (" in rows(isotropic)["Right femur"]
    assert isotropic.text("surfaceStatusLabel") == (
        f"⚠ '{node.GetName()} (isotropic)' is outdated: Left femur changed since. Until you make "
        "it again, the thick slices are shown in 3D."
    )
    assert in_3d(node) == (True, False)
    isotropic.screenshot("surface_outdated")
    erase(node, "left_femur", CORNER)
    isotropic.wait_for(lambda: "outdated" not in volumes(isotropic))
    assert not isotropic.shown("surfaceStatusLabel")
    assert in_3d(node) == (False, True)


def test_edits_on_another_page_are_noticed_at_once_and_shown_on_return(isotropic):
    node = segmentation(isotropic)
    isotropic.go_to("Correct")
    paint(node, "left_femur", CORNER)
    isotropic.wait_for(lambda: in_3d(node) == (True, False))
    isotropic.go_to(PAGE)
    isotropic.wait_for(lambda: "outdated" in volumes(isotropic))


def test_the_warning_outlives_new_surfaces_and_goes_when_it_is_made_again(isotropic):
    paint(segmentation(isotropic), "left_femur", CORNER)
    isotropic.wait_for(lambda: "outdated" in volumes(isotropic))
    isotropic.wrapped("smoothingSlider").value = 0.3
    wait(isotropic)
    assert "is outdated" in isotropic.text("surfaceStatusLabel")
    isotropic.click("isotropicButton")
    wait(isotropic)
    assert "is ready" in isotropic.text("surfaceStatusLabel")
    isotropic.wait_for(lambda: "outdated" not in volumes(isotropic))
    assert in_3d(segmentation(isotropic)) == (False, True)


def test_the_warning_goes_with_the_isotropic_one(isotropic, scene):
    node = segmentation(isotropic)
    paint(node, "left_femur", CORNER)
    isotropic.wait_for(lambda: "outdated" in volumes(isotropic))
    scene.RemoveNode(find_isotropic(node))
    isotropic.wait_for(lambda: "outdated" not in volumes(isotropic))
    assert not isotropic.shown("surfaceStatusLabel")


def test_the_isotropic_one_is_made_anew_only_with_consent(isotropic, questions):
    copy = find_isotropic(segmentation(isotropic))
    questions.answer = False
    isotropic.click("isotropicButton")
    assert "Corrections that were made in it will be lost" in questions.texts[-1]
    assert not isotropic.session.run_is_on
    assert find_isotropic(segmentation(isotropic)) is copy
    questions.answer = True
    isotropic.click("isotropicButton")
    wait(isotropic)
    assert find_isotropic(segmentation(isotropic)) is not copy


def test_the_segmentation_is_in_3d_again_when_the_isotropic_one_is_deleted(isotropic, scene):
    node = segmentation(isotropic)
    assert not node.GetDisplayNode().GetVisibility3D()
    scene.RemoveNode(find_isotropic(node))
    assert node.GetDisplayNode().GetVisibility3D()


def test_a_second_run_shows_one_of_the_two_in_3d(isotropic):
    node = segmentation(isotropic)
    isotropic.go_to("Segment")
    isotropic.tick_only("Femur")
    isotropic.click("segmentButton")
    isotropic.wait_for_end()
    assert segmentation(isotropic) is node
    assert in_3d(node) == (False, True)
    isotropic.tick_only("Sacrum")
    isotropic.click("segmentButton")
    isotropic.wait_for_end()
    assert in_3d(node) == (True, False)
    isotropic.click("undoRunButton")
    isotropic.wait_for(lambda: in_3d(node) == (False, True))


def test_cancel_leaves_the_scene_as_it_was(segmented, worker, scene):
    before = node_classes(scene)
    worker.hold()
    segmented.click("isotropicButton")
    segmented.wait_for(lambda: segmented.value("surfaceProgressBar") == 25)
    assert not segmented.can("segmentButton")
    segmented.click("cancelIsotropicButton")
    wait(segmented)
    assert segmented.text("surfaceStatusLabel") == "Cancelled. Nothing was changed."
    assert node_classes(scene) == before
    assert segmented.can("isotropicButton")
    assert segmented.can("segmentButton")


def test_a_segmentation_that_is_removed_meanwhile_stops_it(segmented, worker, scene):
    worker.hold()
    segmented.click("isotropicButton")
    segmented.wait_for(lambda: segmented.value("surfaceProgressBar") == 25)
    scene.RemoveNode(segmentation(segmented))
    wait(segmented)
    assert "The segmentation was removed" in segmented.text("surfaceStatusLabel")
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def test_a_scene_that_is_closed_meanwhile_stops_it(segmented, worker, scene):
    worker.hold()
    segmented.click("isotropicButton")
    segmented.wait_for(lambda: segmented.value("surfaceProgressBar") == 25)
    scene.Clear(False)
    wait(segmented)
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def test_a_failure_says_what_to_do(segmented, worker, scene):
    before = node_classes(scene)
    worker.fails = "OutOfMemoryError"
    segmented.click("isotropicButton")
    wait(segmented)
    assert "memory is too small" in segmented.text("surfaceStatusLabel")
    assert node_classes(scene) == before


def test_the_view_is_turned_to_a_bone(segmented, scene):
    camera = scene.AddNewNodeByClass("vtkMRMLCameraNode")
    segmented.choose("centreComboBox", "Right femur")
    segmented.click("centreButton")
    centre = [0.0, 0.0, 0.0]
    segmentation(segmented).GetSegmentCenterRAS("right_femur", centre)
    assert camera.GetFocalPoint() == pytest.approx(centre, abs=2)
