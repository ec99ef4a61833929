"""From click to bones, on real widgets over real MRML."""

from __future__ import annotations

from threading import get_ident

from panel.panel_driver import segment_names, segmentations


def test_the_first_volume_is_chosen_when_the_panel_opens(a_volume, panel):
    assert panel.parameters.inputVolume is a_volume
    assert panel.can("segmentButton")
    assert panel.tip("segmentButton") == "Ready to segment: All bones in 'Pelvis T1'."
    assert panel.status == panel.tip("segmentButton")
    assert not panel.can("cancelButton")
    assert not panel.can("show3DButton")
    assert panel.progress is None
    panel.screenshot("idle")


def test_choices_and_a_click_make_segments(add_volume, panel, segmenter):
    add_volume("Another")
    volume = add_volume("Pelvis T1")
    segmenter.warnings = ("The scan is axial, but this bundle was trained on coronal scans.",)
    panel.choose("inputSelector", "Pelvis T1")
    panel.choose("boneComboBox", "Femur")
    panel.choose("sideComboBox", "Left (patient's)")
    panel.click("segmentButton")
    panel.wait_for_end()

    assert segmenter.calls == [(("femur",), "left")]
    assert segmenter.devices == ["auto"]
    (node,) = segmentations()
    assert segment_names(node) == ["Left femur"]
    assert node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole()) is volume
    assert panel.parameters.segmentation is node
    assert panel.qt("segmentationSelector").currentNode() is node
    assert panel.status.startswith("Done in ")
    assert panel.status.endswith(" s on cpu.\nLeft femur 2 ml")
    assert "axial" in panel.warnings
    assert panel.can("segmentButton") and not panel.can("cancelButton")
    assert panel.progress is None
    panel.screenshot("done")


def test_show_3d_takes_the_surfaces_away_and_brings_them_back(a_volume, panel):
    panel.click("segmentButton")
    panel.wait_for_end()
    segmentation = panel.parameters.segmentation.GetSegmentation()
    assert segmentation.ContainsRepresentation("Closed surface")
    assert panel.qt("show3DButton").isChecked()
    panel.click("show3DButton")
    assert not segmentation.ContainsRepresentation("Closed surface")
    assert not panel.qt("show3DButton").isChecked()
    panel.click("show3DButton")
    assert segmentation.ContainsRepresentation("Closed surface")


def test_a_run_shows_its_progress_and_locks_the_choices(a_volume, panel, segmenter):
    segmenter.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch(segmenter)

    assert panel.qt("progressBar").text() == "Finding bones · 25%"
    assert not panel.can("segmentButton")
    assert panel.tip("segmentButton") == "A run is on. Cancel it, or wait for its end."
    assert panel.can("cancelButton")
    for name in ("inputSelector", "boneComboBox", "segmentationSelector", "deviceComboBox"):
        assert not panel.can(name)
    panel.screenshot("running")
    panel.click("segmentButton")

    segmenter.may_go_on.set()
    panel.wait_for_end()
    assert len(segmenter.calls) == 1
    assert panel.can("inputSelector")


def test_a_second_run_replaces_only_its_bones(a_volume, panel):
    panel.click("segmentButton")
    panel.wait_for_end()
    (node,) = segmentations()
    node.GetSegmentation().GetNthSegment(0).SetColor(1, 0, 0)
    assert len(segment_names(node)) == 6

    panel.choose("boneComboBox", "Sacrum")
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


def test_a_bone_that_is_not_found_is_said(a_volume, panel, segmenter):
    segmenter.finds_bones = False
    segmenter.warnings = ("No bone was found. Likely reasons: another region.",)
    panel.click("segmentButton")
    panel.wait_for_end()
    assert segmentations() == []
    assert panel.status == "No bone was found. Nothing was changed."
    assert "another region" in panel.warnings


def test_the_device_reaches_the_segmenter(a_volume, panel, segmenter):
    panel.click("advancedCollapsibleButton")
    panel.choose("deviceComboBox", "Processor (CPU)")
    panel.click("segmentButton")
    panel.wait_for_end()
    assert segmenter.devices == ["cpu"]


def test_the_network_runs_in_another_thread_and_mrml_in_this_one(
    a_volume, panel, segmenter, monkeypatch
):
    logic = panel.widget.logic
    threads = {"segment": [], "prepare": [], "apply": []}

    def recorded(name, method):
        def call(*arguments):
            threads[name].append(get_ident())
            return method(*arguments)

        return call

    monkeypatch.setattr(segmenter, "segment", recorded("segment", segmenter.segment))
    for name in ("prepare", "apply"):
        monkeypatch.setattr(logic, name, recorded(name, getattr(logic, name)))
    panel.click("segmentButton")
    panel.wait_for_end()
    assert threads["prepare"] == threads["apply"] == [get_ident()]
    assert len(threads["segment"]) == 1 and threads["segment"] != [get_ident()]


def test_slicer_answers_while_a_run_is_on(a_volume, panel, segmenter):
    segmenter.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch(segmenter)
    assert not panel.qt("deviceComboBox").isVisible()
    panel.click("advancedCollapsibleButton")
    assert panel.qt("deviceComboBox").isVisible()
    assert panel.controller.running


def test_the_panel_fits_into_400_pixels(a_volume, panel, segmenter):
    panel.click("advancedCollapsibleButton")
    segmenter.warnings = (
        "A warning as long as a sentence that says what is wrong and what to do.",
    )
    panel.click("segmentButton")
    panel.wait_for_end()
    panel.screenshot("all_shown")
    assert panel.window.minimumSizeHint().width() <= 400
    assert panel.window.width() == 400
