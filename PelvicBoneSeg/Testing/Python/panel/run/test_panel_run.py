"""From click to bones, on real widgets over real MRML."""

from __future__ import annotations

import re

import qt

from panel.panel_driver import segment_names, segmentations


def runs(worker):
    """The runs that the worker was asked for."""
    return [call for call in worker.calls if call["operation"] == "segment"]


def test_the_first_volume_is_chosen_when_the_panel_opens(a_volume, panel):
    assert panel.parameters.inputVolume is a_volume
    assert panel.can("segmentButton")
    assert panel.tip("segmentButton") == "Ready to segment: all bones in 'Pelvis T1'."
    assert panel.status == panel.tip("segmentButton")
    assert not panel.can("cancelButton")
    assert not panel.can("show3DButton")
    assert panel.progress is None
    panel.screenshot("idle")


def test_choices_and_a_click_make_segments(add_volume, panel, worker):
    add_volume("Another")
    volume = add_volume("Pelvis T1")
    worker.warnings = ["The scan is axial, but this bundle was trained on coronal scans."]
    panel.choose("inputSelector", "Pelvis T1")
    panel.tick_only("Femur")
    panel.choose("sideComboBox", "Left (patient's)")
    panel.click("segmentButton")
    panel.wait_for_end()

    (call,) = runs(worker)
    assert (call["bones"], call["side"]) == (["femur"], "left")
    assert (call["bundle"], call["device"]) == ("default", "auto")
    (node,) = segmentations()
    assert segment_names(node) == ["Left femur"]
    assert node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole()) is volume
    assert panel.parameters.segmentation is node
    assert panel.node("segmentationSelector") is node
    assert panel.status.startswith("Done in ")
    assert panel.status.endswith(" s.\nLeft femur 2 ml")
    assert panel.text("runDeviceLabel") == "Ran on: Processor (CPU)"
    assert "axial" in panel.warnings
    assert panel.can("segmentButton") and not panel.can("cancelButton")
    assert panel.progress is None
    panel.screenshot("done")


def test_show_3d_takes_the_surfaces_away_and_brings_them_back(a_volume, panel):
    panel.click("segmentButton")
    panel.wait_for_end()
    segmentation = panel.parameters.segmentation.GetSegmentation()
    assert segmentation.ContainsRepresentation("Closed surface")
    assert panel.checked("show3DButton")
    panel.click("show3DButton")
    assert not segmentation.ContainsRepresentation("Closed surface")
    assert not panel.checked("show3DButton")
    panel.click("show3DButton")
    assert segmentation.ContainsRepresentation("Closed surface")


def test_a_run_shows_its_progress_and_locks_the_choices(a_volume, panel, worker):
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()

    assert panel.text("progressBar") == "Finding bones · 25%"
    assert not panel.can("segmentButton")
    assert panel.tip("segmentButton") == "A run is on. Cancel it, or wait for its end."
    assert panel.can("cancelButton")
    for name in ("inputSelector", "femurCheckBox", "segmentationSelector"):
        assert not panel.can(name)
    panel.screenshot("running")
    panel.click("segmentButton")

    worker.go_on()
    panel.wait_for_end()
    assert len(runs(worker)) == 1
    assert panel.can("inputSelector")


def test_a_second_run_replaces_only_its_bones(a_volume, panel):
    panel.click("segmentButton")
    panel.wait_for_end()
    (node,) = segmentations()
    node.GetSegmentation().GetNthSegment(0).SetColor(1, 0, 0)
    assert len(segment_names(node)) == 6

    panel.tick_only("Sacrum")
    panel.click("segmentButton")
    panel.wait_for_end()
    assert segmentations() == [node]
    assert sorted(segment_names(node)) == [
        "Left femur", "Left hip bone", "Lumbar spine", "Right femur", "Right hip bone", "Sacrum",
    ]  # fmt: skip
    assert "Sacrum 2 ml" in panel.status and "femur" not in panel.status


def test_another_volume_gets_a_segmentation_of_its_own(add_volume, panel):
    add_volume("First")
    second = add_volume("Second")
    panel.choose("inputSelector", "First")
    panel.click("segmentButton")
    panel.wait_for_end()
    panel.choose("inputSelector", "Second")
    assert panel.parameters.segmentation is None
    panel.click("segmentButton")
    panel.wait_for_end()
    node = panel.parameters.segmentation
    assert len(segmentations()) == 2
    assert node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole()) is second


def test_a_bone_that_is_not_found_is_said(a_volume, panel, worker):
    worker.finds_bones = False
    worker.warnings = ["No bone was found. Likely reasons: another region."]
    panel.click("segmentButton")
    panel.wait_for_end()
    assert segmentations() == []
    assert panel.status == "No bone was found. Nothing was changed."
    assert "another region" in panel.warnings


def test_the_device_reaches_the_worker(a_volume, panel, worker):
    panel.settings.set("device", "cpu")
    panel.click("segmentButton")
    panel.wait_for_end()
    (call,) = runs(worker)
    assert call["device"] == "cpu"


def test_the_device_is_shown_while_the_run_is_on(a_volume, panel, worker):
    assert not panel.shown("runDeviceLabel")
    worker.hold()
    panel.click("segmentButton")
    assert panel.text("runDeviceLabel") == "Running on: Automatic"
    panel.wait_for_first_batch()
    assert panel.text("runDeviceLabel") == "Running on: Processor (CPU)"
    panel.click("cancelButton")
    panel.wait_for_end()
    assert not panel.shown("runDeviceLabel")


def test_the_device_of_the_last_run_is_what_automatic_means(a_volume, panel, worker):
    panel.click("segmentButton")
    panel.wait_for_end()
    worker.hold()
    panel.click("segmentButton")
    assert panel.text("runDeviceLabel") == "Running on: Processor (CPU)"
    panel.wait_for_first_batch()


def test_the_time_left_is_shown_once_it_is_known(a_volume, panel, worker):
    worker.seconds_a_batch = 0.5
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()
    assert "left" not in panel.text("progressBar")
    worker.go_on()
    panel.wait_for(lambda: panel.progress == 50)
    assert re.fullmatch(r"Finding bones · 50% · about \d+ s left", panel.text("progressBar"))
    panel.screenshot("time_left")
    panel.wait_for_end()


def test_one_click_ticks_all_bones_and_one_none(a_volume, panel):
    fields = ("femur", "hipBone", "sacrum", "lumbarSpine")

    def ticked():
        return [getattr(panel.parameters, field) for field in fields]

    panel.tick("allBonesCheckBox")
    assert ticked() == [False] * 4
    assert panel.tip("segmentButton") == "Choose at least one bone."
    panel.tick_only("Sacrum")
    assert panel.wrapped("allBonesCheckBox").checkState() == qt.Qt.PartiallyChecked
    panel.tick("allBonesCheckBox")
    assert ticked() == [True] * 4
    assert panel.wrapped("allBonesCheckBox").checkState() == qt.Qt.Checked
    assert panel.tip("segmentButton") == "Ready to segment: all bones in 'Pelvis T1'."


def test_slicer_answers_while_a_run_is_on(a_volume, panel, worker):
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()
    panel.go_to("3D & measure")
    assert panel.shown("comparisonCollapsibleButton")
    assert panel.controller.running


def test_the_panel_fits_into_400_pixels(a_volume, panel, worker):
    worker.warnings = [
        "A warning as long as a sentence that says what is wrong and what to do.",
    ]
    panel.click("segmentButton")
    panel.wait_for_end()
    panel.screenshot("all_shown")
    assert panel.fits_into(400)
