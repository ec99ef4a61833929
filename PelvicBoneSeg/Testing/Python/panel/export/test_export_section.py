"""*Export* by clicks: files, their check, questions and faults."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.panel.choices import CoordinateSystem, ExportFormat
from PelvicBoneSegLib.scene.companion import set_companion
from PelvicBoneSegLib.scene.export import surface_job
from PelvicBoneSegLib.scene.export.formats import FORMATS
from PelvicBoneSegLib.scene.isotropic_copy import ISOTROPIC

STEM = "Pelvis T1 segmentation"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that the user picks in the dialog."""
    chosen = tmp_path / "out"
    chosen.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *asked: str(chosen))
    return chosen


@pytest.fixture
def find_bones(panel, a_volume):
    def find(bones=BONES):
        node = panel.widget.logic.segment(
            a_volume, list(bones), progress=lambda *told: None, cancel=lambda: False
        )
        panel.parameters.inputVolume = a_volume
        panel.parameters.segmentation = node
        return node

    return find


@pytest.fixture
def ready(panel, find_bones, folder):
    """The panel with two femurs, on the page, the folder chosen."""
    find_bones(["femur"])
    panel.go_to("Export")
    pick_folder(panel)
    return panel


def pick_folder(panel, name="exportFolderButton"):
    panel.wrapped(name).browse()


def status(panel):
    return panel.text("exportStatusLabel") if panel.shown("exportStatusLabel") else ""


def export(panel):
    panel.click("exportButton")
    panel.wait_for(lambda: not panel.section("ExportSection").controller.running)


def test_the_choices_are_those_of_the_logic():
    assert sorted(one.value for one in ExportFormat) == sorted(FORMATS)
    assert all(one.label() for one in (*ExportFormat, *CoordinateSystem))


def test_without_a_segmentation_the_button_says_why(a_volume, panel):
    panel.go_to("Export")
    assert not panel.can("exportButton")
    assert "segment a scan first" in panel.tip("exportButton")
    assert panel.text("exportSegmentsLabel") == panel.tip("exportButton")
    panel.screenshot("export_nothing")


def test_a_click_writes_checked_files(ready, folder):
    assert ready.text("exportSegmentsLabel") == "Visible segments: Left femur, Right femur"
    assert ready.tip("exportButton") == f"Write Left femur, Right femur into {folder}."
    export(ready)

    names = [f"{STEM}_Left femur.stl", f"{STEM}_Right femur.stl"]
    assert sorted(os.listdir(folder)) == names
    assert status(ready).startswith(f"Files written into '{folder.name}': 2 (")
    assert ready.tip("exportStatusLabel").splitlines() == [str(folder / name) for name in names]
    lines = ready.text("exportChecksLabel").splitlines()
    assert [line.strip("⚠ ").split(":")[0] for line in lines[:2]] == ["Left femur", "Right femur"]
    assert all("watertight, outward" in line for line in lines[:2])
    ready.screenshot("export_done")


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("glTF (3D viewers, web)", [f"{STEM}.glb"]),
        ("OBJ (surface with colours)", [f"{STEM}.obj", "Pelvis_T1_segmentation.mtl"]),
        ("NIfTI label map (voxels)", [f"{STEM}.ctbl", f"{STEM}.nii.gz"]),
        ("NRRD segmentation (voxels)", [f"{STEM}.ctbl", f"{STEM}.seg.nrrd"]),
    ],
)
def test_each_format_and_one_file_for_all(ready, folder, label, names):
    ready.tick("exportMergedCheckBox")
    ready.choose("exportFormatComboBox", label)
    export(ready)
    assert sorted(os.listdir(folder)) == sorted(names)


def test_axes_and_merging_are_offered_where_the_format_has_them(ready, folder):
    ready.choose("exportCoordinatesComboBox", "RAS (Slicer's own)")
    export(ready)
    content = (folder / f"{STEM}_Left femur.stl").read_bytes()
    assert content.startswith(b"3D Slicer output. SPACE=RAS")

    assert ready.can("exportMergedCheckBox") and ready.can("exportCoordinatesComboBox")
    ready.choose("exportFormatComboBox", "glTF (3D viewers, web)")
    assert not ready.can("exportMergedCheckBox") and not ready.can("exportCoordinatesComboBox")
    assert "always holds all bones" in ready.tip("exportMergedCheckBox")


def test_existing_files_are_replaced_only_after_a_yes(ready, folder, questions):
    path = folder / f"{STEM}_Left femur.stl"
    path.write_text("precious")
    questions.answer = False
    export(ready)
    assert path.read_text() == "precious" and len(os.listdir(folder)) == 1
    assert "Replace them?" in questions.texts[0] and path.name in questions.texts[0]
    assert status(ready) == "Nothing was written."

    questions.answer = True
    export(ready)
    assert path.read_bytes().startswith(b"3D Slicer output")
    assert status(ready).startswith("Files written into")


def test_it_is_said_that_the_isotropic_copy_is_exported_only_if_chosen(ready, scene):
    thick = ready.parameters.segmentation
    thin = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Thin")
    set_companion(thick, ISOTROPIC, thin)
    ready.go_to("Segment")
    ready.go_to("Export")
    assert ready.text("exportSegmentsLabel").splitlines() == [
        "Visible segments: Left femur, Right femur",
        "These are on the thick slices. To export 'Thin', choose it under Result.",
    ]


def test_hidden_segments_stay_out(ready, folder):
    node = ready.parameters.segmentation
    node.GetDisplayNode().SetSegmentVisibility("left_femur", False)
    assert ready.text("exportSegmentsLabel") == "Visible segments: Right femur"
    export(ready)
    assert os.listdir(folder) == [f"{STEM}_Right femur.stl"]

    node.GetDisplayNode().SetSegmentVisibility("right_femur", False)
    assert not ready.can("exportButton")
    assert "no visible segment" in ready.tip("exportButton")


def test_dicom_seg_is_refused_with_the_reason(ready):
    ready.choose("exportFormatComboBox", "DICOM SEG (voxels)")
    assert not ready.can("exportButton")
    assert "'QuantitativeReporting' is not installed" in ready.text("exportSegmentsLabel")


def test_a_full_disk_is_said_and_leaves_nothing(ready, folder, monkeypatch):
    real, written = Path.write_bytes, []

    def full(path, content):
        written.append(path.name)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    export(ready)
    assert "No space left on device" in status(ready)
    assert len(written) == 2 and os.listdir(folder) == []
    ready.screenshot("export_disk_full")

    monkeypatch.setattr(Path, "write_bytes", real)
    export(ready)
    assert len(os.listdir(folder)) == 2


@pytest.fixture
def held(monkeypatch):
    """Files that are written only when the test lets them."""
    from threading import Event

    may_go_on, begun = Event(), Event()
    suffix, real = surface_job.WRITERS["stl"]

    def wait(*arguments):
        begun.set()
        assert may_go_on.wait(10)
        real(*arguments)

    monkeypatch.setitem(surface_job.WRITERS, "stl", (suffix, wait))
    yield begun, may_go_on
    may_go_on.set()


def test_cancel_writes_nothing(ready, folder, held):
    begun, may_go_on = held
    ready.click("exportButton")
    ready.wait_for(begun.is_set)
    assert not ready.can("exportButton") and not ready.can("exportFormatComboBox")
    ready.screenshot("export_running")
    ready.click("cancelExportButton")
    may_go_on.set()
    ready.wait_for(lambda: not ready.section("ExportSection").controller.running)
    assert status(ready) == "Cancelled. Nothing was written."
    assert os.listdir(folder) == []
    assert ready.can("exportButton")


@pytest.mark.parametrize("fault", ["node removed", "scene closed", "module closed"])
def test_an_export_has_all_that_it_needs(ready, scene, folder, held, fault):
    begun, may_go_on = held
    controller = ready.section("ExportSection").controller
    ready.click("exportButton")
    ready.wait_for(begun.is_set)
    if fault == "node removed":
        scene.RemoveNode(ready.parameters.segmentation)
    elif fault == "scene closed":
        scene.Clear()
    may_go_on.set()
    if fault == "module closed":
        ready.close()
        assert len(os.listdir(folder)) in (0, 2)
        return
    ready.wait_for(lambda: not controller.running)
    assert len(os.listdir(folder)) == 2
    assert not ready.can("exportButton")


def test_the_folder_is_remembered_for_the_next_session(ready, folder, module):
    assert ready.settings.get("exportFolder") == str(folder)
    ready.reload()
    assert ready.wrapped("exportFolderButton").directory == str(folder)


def test_the_logic_exports_for_scripts(find_bones, panel, tmp_path):
    node = find_bones(["sacrum"])
    result = panel.widget.logic.export(node, tmp_path / "scripted", "ply", coordinates="RAS")
    assert [path.name for path in result.files] == [f"{STEM}_Sacrum.ply"]
    assert result.checks[0].is_watertight


def test_the_page_fits_into_380_pixels(ready):
    around = ready.width - ready.wrapped("exportPage").width
    ready.click("trainingCaseCollapsibleButton")
    export(ready)
    ready.screenshot("export_page")
    assert ready.wrapped("exportPage").minimumSizeHint.width() + around <= 380


def test_segments_are_followed_only_while_the_page_is_shown(ready):
    node = ready.parameters.segmentation
    ready.go_to("Segment")
    node.GetSegmentation().GetSegment("left_femur").SetName("Renamed")
    ready.go_to("Export")
    assert ready.text("exportSegmentsLabel") == "Visible segments: Renamed, Right femur"
    node.GetSegmentation().GetSegment("left_femur").SetName("Again")
    assert ready.text("exportSegmentsLabel") == "Visible segments: Again, Right femur"
