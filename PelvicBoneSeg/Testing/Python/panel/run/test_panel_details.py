"""The collapsed log: enough for a report, nothing of the patient."""

from __future__ import annotations

from pathlib import Path

import pytest
import qt

from panel.hosts import needs_stand_in


def log(panel) -> str:
    return panel.wrapped("logTextEdit").plainText


def test_it_is_collapsed_and_names_the_versions(a_volume, panel):
    assert not panel.shown("logTextEdit")
    panel.click("detailsCollapsibleButton")
    assert panel.shown("logTextEdit")
    for what in ("PelvicBoneSeg 0.1.0", "Slicer 5.", "torch ", "Python 3."):
        assert what in log(panel)
    assert panel.wrapped("logTextEdit").readOnly


def test_each_run_leaves_its_choices_and_its_times(a_volume, panel):
    panel.tick_only("Femur")
    panel.click("segmentButton")
    panel.wait_for_end()
    text = log(panel)
    for what in (
        "Done in ",
        "Bones: femur; side: both",
        "Bundle: default; device: auto",
        "72×21×21 voxels of 2×2×2 mm, int16",
        "fake 1.0 on cpu (float32)",
    ):
        assert what in text
    assert "Pelvis T1" not in text


def test_the_latest_run_comes_first(a_volume, panel):
    for bone in ("Femur", "Sacrum"):
        panel.tick_only(bone)
        panel.click("segmentButton")
        panel.wait_for_end()
    assert 0 < log(panel).index("Bones: sacrum") < log(panel).index("Bones: femur")


def test_a_failure_leaves_cause_place_and_the_workers_last_words(a_volume, panel, worker):
    worker.fails = "exit"
    panel.click("segmentButton")
    panel.wait_for_end()
    assert "exit code 7" in panel.status and "report it with the log" in panel.status
    text = log(panel)
    assert "WorkerDiedError" in text and "the end is near" in text
    assert "Bundle: default; device: auto" in text
    panel.click("detailsCollapsibleButton")
    panel.screenshot("failure")


def test_a_failure_inside_the_worker_leaves_its_traceback(a_volume, panel, worker):
    worker.fails = "ZeroDivisionError"
    panel.click("segmentButton")
    panel.wait_for_end()
    assert "fake_worker.py" in log(panel) and "ZeroDivisionError" in log(panel)


@needs_stand_in
@pytest.mark.parametrize("name", ["Müller, Anna 1961-02-03", "T1 (2)", "a+b"])
def test_no_name_of_a_patient_is_in_it(add_volume, panel, monkeypatch, name):
    add_volume(name)
    panel.choose("inputSelector", name)

    def fails(*arguments):
        raise RuntimeError(f"cannot read '{name}' of {name}, in {Path.home() / 'scan.nrrd'}")

    monkeypatch.setattr(panel.widget.logic, "prepare", fails)
    panel.click("segmentButton")
    assert name in panel.status
    assert "RuntimeError: cannot read '<name>' of <name>" in log(panel)
    assert name not in log(panel) and str(Path.home()) not in log(panel)


def test_it_can_be_copied(a_volume, panel):
    panel.click("detailsCollapsibleButton")
    panel.click("copyLogButton")
    clipboard = qt.QApplication.clipboard()
    assert clipboard.text() == log(panel)
    assert "PelvicBoneSeg 0.1.0" in clipboard.text()
