"""The section *Measure*, worked by clicks."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import slicer

from PelvicBoneSegLib.panel.measure import controller
from scene.editing import paint
from scene.test_edits import CORNER

PAGE = "3D & measure"


@pytest.fixture
def picked(monkeypatch):
    """What the user picks in the file dialog, and what it offered. PythonQt gives text alone."""
    answer = SimpleNamespace(path="", offered=[])

    def ask(parent, caption, path, file_filter):
        answer.offered.append(path)
        return answer.path

    dialog = SimpleNamespace(getSaveFileName=ask)
    monkeypatch.setattr(controller, "qt", SimpleNamespace(QFileDialog=dialog))
    return answer


@pytest.fixture
def segmented(a_volume, panel):
    panel.tick_only("Femur", "Sacrum")
    panel.click("segmentButton")
    panel.wait_for_end()
    panel.go_to(PAGE)
    return panel


def measure(panel):
    panel.click("measureButton")
    panel.wait_for(lambda: not panel.section("MeasureSection").controller.running)


def tables() -> list:
    return slicer.util.getNodesByClass("vtkMRMLTableNode")


def test_nothing_can_be_done_without_a_segmentation(a_volume, panel):
    panel.go_to(PAGE)
    assert not panel.can("measureButton")
    assert not panel.can("copyMeasurementsButton")
    assert not panel.can("exportMeasurementsButton")
    assert not panel.shown("measurementsTableView")
    assert "segment a scan first" in panel.tip("measureButton")


def test_a_click_makes_one_table_and_a_second_click_renews_it(segmented):
    measure(segmented)
    (table,) = tables()
    assert table.GetName() == f"{segmented.parameters.segmentation.GetName()} measurements"
    names = [table.GetCellText(row, 0) for row in range(table.GetNumberOfRows())]
    assert names == ["Left femur", "Right femur", "Sacrum"]
    assert segmented.wrapped("measurementsTableView").mrmlTableNode() is table
    segmented.resize(400, 1100)
    segmented.screenshot("measured")
    measure(segmented)
    assert tables() == [table]


def test_the_table_goes_to_the_clipboard_with_tabs(segmented):
    measure(segmented)
    segmented.click("copyMeasurementsButton")
    header, first, *_rest = slicer.app.clipboard().text().splitlines()
    assert header.split("\t")[:3] == ["Segment", "Volume (ml)", "Volume of surface (ml)"]
    assert first.split("\t")[:2] == ["Left femur", "2.1"]  # 257 voxels of 8 mm³
    assert "clipboard" in segmented.text("measureStatusLabel")


def test_export_writes_a_file_and_remembers_the_folder(segmented, picked, tmp_path):
    measure(segmented)
    picked.path = str(tmp_path / "bones.csv")
    segmented.click("exportMeasurementsButton")
    lines = (tmp_path / "bones.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "Segment", "Left femur", "Right femur", "Sacrum",
    ]  # fmt: skip
    assert segmented.text("measureStatusLabel") == "Written: bones.csv"
    assert segmented.tip("measureStatusLabel") == picked.path
    picked.path = ""
    segmented.click("exportMeasurementsButton")
    assert picked.offered[1].startswith(str(tmp_path))


def test_a_disk_that_is_full_leaves_the_old_file(segmented, picked, tmp_path, monkeypatch):
    measure(segmented)
    target = tmp_path / "results" / "bones.csv"
    target.parent.mkdir()
    target.write_text("old")
    picked.path = str(target)

    def full(*arguments, **named):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.write_text", full)
        segmented.click("exportMeasurementsButton")
    assert "No space left on device" in segmented.text("measureStatusLabel")
    assert list(target.parent.iterdir()) == [target]
    assert target.read_bytes() == b"old"


def test_a_table_of_bones_that_were_edited_since_is_said_to_be_old(segmented):
    node = segmented.parameters.segmentation
    measure(segmented)
    assert not segmented.shown("measureStatusLabel")
    paint(node, "left_femur", CORNER)
    segmented.wait_for(lambda: segmented.shown("measureStatusLabel"))
    assert "Measure it again" in segmented.text("measureStatusLabel")
    segmented.click("copyMeasurementsButton")
    assert segmented.text("measureStatusLabel").startswith("⚠ The segmentation was changed since.")
    measure(segmented)
    assert not segmented.shown("measureStatusLabel")


def test_a_table_that_the_user_deletes_leaves_the_view(segmented, scene):
    measure(segmented)
    scene.RemoveNode(tables()[0])
    assert not segmented.shown("measurementsTableView")
    assert not segmented.can("copyMeasurementsButton")
    measure(segmented)
    assert len(tables()) == 1


def test_another_segmentation_shows_its_own_table(segmented, scene):
    measure(segmented)
    first = segmented.parameters.segmentation
    segmented.parameters.segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Empty")
    assert not segmented.shown("measurementsTableView")
    measure(segmented)
    assert "has no bone" in segmented.text("measureStatusLabel")
    segmented.parameters.segmentation = first
    assert segmented.shown("measurementsTableView")


def test_closing_the_scene_while_measuring_is_safe(segmented, scene):
    segmented.click("measureButton")
    scene.Clear(False)
    segmented.wait_for(lambda: not segmented.section("MeasureSection").controller.running)
    assert not tables()
    assert not segmented.shown("measurementsTableView")
