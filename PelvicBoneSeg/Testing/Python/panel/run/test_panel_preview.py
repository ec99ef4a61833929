"""The bones in the slice views while they are found, and the network loaded ahead of its use."""

from __future__ import annotations

import pytest

from panel.panel_driver import segmentations


def preview():
    """The preview's node, or None."""
    nodes = [node for node in segmentations() if "preview" in node.GetName()]
    assert len(nodes) <= 1
    return nodes[0] if nodes else None


@pytest.fixture
def a_held_run(a_volume, panel, worker):
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()
    return panel


def test_bones_are_shown_while_they_are_found(a_held_run, worker):
    assert preview() is not None and preview().GetHideFromEditors()
    assert preview().GetSegmentation().GetNumberOfSegments() > 0
    worker.go_on()
    a_held_run.wait_for_end()
    assert preview() is None
    assert len(segmentations()) == 1


def test_it_can_be_left_out(a_volume, panel, worker):
    panel.tick("livePreviewCheckBox")
    assert panel.parameters.livePreview is False
    worker.hold()
    panel.click("segmentButton")
    panel.wait_for_first_batch()
    assert preview() is None


def test_it_can_be_switched_on_and_off_while_the_run_is_on(a_held_run, worker):
    worker.seconds_a_batch = 0.3
    a_held_run.tick("livePreviewCheckBox")
    assert preview() is None
    worker.go_on()
    a_held_run.wait_for(lambda: a_held_run.progress == 50)
    assert preview() is None
    a_held_run.tick("livePreviewCheckBox")
    a_held_run.wait_for(lambda: preview() is not None)
    a_held_run.wait_for_end()
    assert preview() is None


def test_it_goes_with_the_module_and_the_run_goes_on(a_held_run, worker):
    a_held_run.widget.exit()
    assert preview() is None
    worker.go_on()
    a_held_run.wait_for_end()
    assert preview() is None and len(segmentations()) == 1


def test_a_preview_that_fails_does_not_end_the_run(a_volume, panel, monkeypatch, caplog):
    from PelvicBoneSegLib.scene.preview import LivePreview

    def fails(self, message):
        raise MemoryError

    monkeypatch.setattr(LivePreview, "show", fails)
    panel.click("segmentButton")
    panel.wait_for_end()
    assert panel.status.startswith("Done in")
    assert caplog.text.count("goes on without its preview") == 1


def warm(worker):
    return [call["bundle"] + " " + call["device"] for call in worker.calls]


def test_the_network_is_loaded_when_the_module_is_opened(panel, worker):
    panel.wait_for(lambda: warm(worker) == ["default auto"])


def test_another_device_is_loaded_when_it_is_chosen(panel, worker):
    panel.wait_for(lambda: warm(worker) == ["default auto"])
    panel.click("modelsButton")
    panel.choose("deviceComboBox", "Processor (CPU)")
    panel.wait_for(lambda: warm(worker) == ["default auto", "default cpu"])


def test_without_packages_nothing_is_loaded_and_nothing_asked(
    make_driver, module, scene, packages, questions, segmenter, worker
):
    packages.absent = {"torch"}
    driver = make_driver(segmenter)
    assert questions.texts == []
    packages.absent = set()
    driver.widget.exit()
    driver.widget.enter()
    driver.wait_for(lambda: worker.calls != [])
    assert warm(worker) == ["default auto"]
    driver.close()
