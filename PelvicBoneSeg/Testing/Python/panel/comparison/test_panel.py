"""*Compare with…* by clicks, on real widgets over real MRML."""

from __future__ import annotations

from threading import Event, get_ident

import numpy as np
import pytest
import qt
import slicer
import slicer.util
from vtkmodules.util.numpy_support import vtk_to_numpy

from panel.fake_segmenter import ball
from panel.panel_driver import segmentations
from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.scene.comparison import scene as comparison_scene
from PelvicBoneSegLib.scene.comparison.job import ComparisonJob

SECTION = "comparisonCollapsibleButton"


@pytest.fixture
def a_manual_segmentation(scene, a_volume):
    """The bones of the fake segmenter, two voxels further along k, called as others call them."""
    return add_manual(scene, a_volume, {one.id: one.id for one in SEGMENTS} | {"scar": "Scar"})


def add_manual(scene, volume, names, title="By hand"):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", title)
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    shape = volume.GetImageData().GetDimensions()[::-1]
    labels = {one.id: one.label for one in SEGMENTS}
    for segment_id, name in names.items():
        mask = np.roll(ball(shape, labels.get(segment_id, 1)), 2, axis=0)
        image = slicer.vtkOrientedImageData()
        image.SetDimensions(*shape[::-1])
        image.SetSpacing(2, 2, 2)
        image.AllocateScalars(3, 1)
        vtk_to_numpy(image.GetPointData().GetScalars())[:] = mask.ravel()
        segment = slicer.vtkSegment()
        segment.SetName(name.replace("_", " "))
        segment.AddRepresentation("Binary labelmap", image)
        segment.SetLabelValue(1)
        node.GetSegmentation().AddSegment(segment, segment_id)
    node.CreateDefaultDisplayNodes()
    return node


@pytest.fixture
def ready(a_manual_segmentation, panel):
    """The panel with six bones, the section open and the reference chosen."""
    panel.click("segmentButton")
    panel.wait_for_end()
    open_section(panel)
    panel.choose("referenceSelector", "By hand")
    return panel


def open_section(panel) -> None:
    panel.resize(400, 900)
    panel.go_to("3D & measure")
    panel.click(SECTION)


def wait_for_end(panel) -> None:
    panel.wait_for(lambda: not panel.comparison.running)


def status(panel) -> str:
    name = "comparisonStatusLabel"
    return panel.text(name) if panel.shown(name) else ""


def table_texts(panel) -> dict[str, dict[str, str]]:
    model = panel.wrapped("comparisonTableView").model()

    def header(section, orientation):
        return model.headerData(section, orientation)

    return {
        header(row, qt.Qt.Vertical): {
            header(column, qt.Qt.Horizontal): model.index(row, column).data()
            for column in range(model.columnCount())
        }
        for row in range(model.rowCount())
    }


def nodes(scene) -> list[str]:
    return sorted(scene.GetNthNode(n).GetClassName() for n in range(scene.GetNumberOfNodes()))


def shown_3d(node) -> list[bool]:
    display = node.GetDisplayNode()
    return [display.GetSegmentVisibility3D(one) for one in node.GetSegmentation().GetSegmentIDs()]


@pytest.fixture
def held(monkeypatch):
    """Let comparisons wait after their first bone until the test lets them go on."""
    may_go_on, begun = Event(), Event()
    real = ComparisonJob._compare

    def compare(job, pair, cancel):
        begun.set()
        for _ in range(1000):
            if may_go_on.wait(0.01):
                break
            if cancel():
                raise Cancelled
        return real(job, pair, cancel)

    monkeypatch.setattr(ComparisonJob, "_compare", compare)
    yield begun, may_go_on
    may_go_on.set()


@pytest.fixture
def a_held_comparison(ready, held):
    ready.click("compareButton")
    ready.wait_for(held[0].is_set)
    ready.wait_for(lambda: ready.text("comparisonProgressBar") == "Left femur · 0%")
    return ready


def test_the_section_is_closed_at_first(a_volume, panel):
    assert panel.wrapped(SECTION).collapsed
    assert not panel.shown("compareButton")
    open_section(panel)
    assert panel.shown("compareButton")
    for name in ("comparisonTableView", "comparisonProgressBar", "comparisonStatusLabel"):
        assert not panel.shown(name)
    assert not panel.can("clearComparisonButton")
    assert not panel.shown("cancelComparisonButton")
    panel.screenshot("compare_idle")


def test_compare_is_disabled_with_the_reason(scene, a_manual_segmentation, panel):
    open_section(panel)
    empty = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Empty")

    def tip():
        assert not panel.can("compareButton")
        return panel.tip("compareButton")

    assert tip() == "Choose the segmentation to compare, under Result."
    panel.choose("segmentationSelector", "By hand")
    assert tip() == "Choose a reference, such as a segmentation made by hand."
    panel.choose("referenceSelector", "By hand")
    assert tip() == "The reference is the segmentation under Result. Choose another."
    panel.choose("referenceSelector", "Empty")
    assert tip() == "'Empty' has no segments. Choose another."
    panel.choose("segmentationSelector", "Empty")
    panel.choose("referenceSelector", "By hand")
    assert tip() == "'Empty' has no segments. Choose another."
    assert panel.parameters.segmentation is empty
    panel.click("compareButton")
    assert not panel.comparison.running


def test_two_clicks_make_a_table_and_painted_bones(scene, ready):
    assert ready.can("compareButton")
    assert ready.tip("compareButton") == (
        "Ready to compare 'Pelvis T1 segmentation' with 'By hand'."
    )
    ready.click("compareButton")
    wait_for_end(ready)

    texts = table_texts(ready)
    assert list(texts) == [one.name for one in SEGMENTS]
    femur = texts["Left femur"]
    assert list(femur) == [
        "Dice", "IoU", "Volume sim.", "HD95 (mm)", "ASSD (mm)", "Surface Dice 2 mm",
        "Volume (ml)", "Reference (ml)", "Error (ml)",
    ]  # fmt: skip
    mask = ball((21, 21, 72), 1)
    dice = (mask & np.roll(mask, 2, axis=0)).sum() / mask.sum()
    assert femur["Dice"] == f"{dice:.3g}"
    assert 3 < float(femur["HD95 (mm)"]) <= 4
    assert femur["Volume (ml)"] == femur["Reference (ml)"] == f"{mask.sum() * 8 / 1000:.1f}"
    assert femur["Error (ml)"] == "0"
    assert status(ready).startswith("Done in ")
    assert status(ready).endswith(
        " s. Red lies outside 'By hand', blue inside.\nWithout counterpart: Scar."
    )
    assert len(slicer.util.getNodesByClass("vtkMRMLModelNode")) == 6
    assert not any(shown_3d(ready.parameters.segmentation))
    assert ready.can("clearComparisonButton")
    assert not ready.shown("comparisonProgressBar")
    ready.screenshot("compare_done")


def test_the_tables_cells_explain_themselves_and_cannot_be_edited(ready):
    ready.click("compareButton")
    wait_for_end(ready)
    index = ready.wrapped("comparisonTableView").model().index(0, 3)
    assert index.data(qt.Qt.ToolTipRole) == (
        "Unit: mm<p>95th percentile of the distances between the two surfaces."
    )
    assert not index.flags() & qt.Qt.ItemIsEditable


def test_clear_brings_the_scene_back(scene, ready):
    before = nodes(scene)
    ready.click("compareButton")
    wait_for_end(ready)
    assert nodes(scene) != before
    ready.click("clearComparisonButton")
    assert nodes(scene) == before
    assert all(shown_3d(ready.parameters.segmentation))
    assert not ready.shown("comparisonTableView")
    assert status(ready) == ""
    assert not ready.can("clearComparisonButton")


def test_comparing_again_does_not_pile_up(scene, ready):
    ready.click("compareButton")
    wait_for_end(ready)
    once = nodes(scene)
    ready.click("compareButton")
    wait_for_end(ready)
    assert nodes(scene) == once
    assert len(table_texts(ready)) == 6


def test_other_voxels_are_said(scene, ready):
    node = scene.GetFirstNodeByName("By hand")
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4) + np.eye(4, k=3) * 0.7)
    transform.SetMatrixTransformToParent(matrix)
    node.SetAndObserveTransformNodeID(transform.GetID())
    ready.click("compareButton")
    wait_for_end(ready)
    assert "compared on those of 'Pelvis T1 segmentation' (nearest neighbour)" in status(ready)


def test_a_run_shows_its_progress_and_locks_the_choice(a_held_comparison, held):
    panel = a_held_comparison
    assert not panel.can("compareButton") and not panel.can("referenceSelector")
    assert panel.tip("compareButton") == "A comparison is on. Cancel it, or wait for its end."
    assert panel.shown("cancelComparisonButton")
    assert not panel.shown("clearComparisonButton")
    assert panel.can("segmentButton")
    panel.screenshot("compare_running")
    held[1].set()
    wait_for_end(panel)
    assert len(table_texts(panel)) == 6
    assert panel.can("compareButton") and panel.can("referenceSelector")


def test_cancel_leaves_the_scene_as_it_was(scene, a_held_comparison):
    before = nodes(scene)
    a_held_comparison.click("cancelComparisonButton")
    assert not a_held_comparison.can("cancelComparisonButton")
    assert a_held_comparison.tip("compareButton") == "The last comparison is still stopping."
    wait_for_end(a_held_comparison)
    assert nodes(scene) == before
    assert status(a_held_comparison) == "Cancelled. Nothing was changed."
    assert all(shown_3d(a_held_comparison.parameters.segmentation))


def test_closing_the_scene_stops_the_comparison(scene, a_held_comparison):
    scene.Clear(False)
    wait_for_end(a_held_comparison)
    assert scene.GetFirstNodeByClass("vtkMRMLTableNode") is None
    assert status(a_held_comparison) == "The scene was closed, so the comparison was stopped."


def test_closing_the_scene_empties_the_table(scene, ready):
    ready.click("compareButton")
    wait_for_end(ready)
    scene.Clear(False)
    assert not ready.shown("comparisonTableView")
    assert ready.wrapped("comparisonTableView").mrmlTableNode() is None
    assert status(ready) == ""


@pytest.mark.parametrize("name", ["By hand", "Pelvis T1 segmentation"])
def test_removing_a_segmentation_stops_the_comparison(scene, a_held_comparison, name):
    scene.RemoveNode(scene.GetFirstNodeByName(name))
    wait_for_end(a_held_comparison)
    assert status(a_held_comparison).startswith("A segmentation was removed")
    assert scene.GetFirstNodeByClass("vtkMRMLTableNode") is None


def test_deleting_the_table_by_hand_clears_the_rest(scene, ready):
    before = nodes(scene)
    ready.click("compareButton")
    wait_for_end(ready)
    scene.RemoveNode(scene.GetFirstNodeByClass("vtkMRMLTableNode"))
    assert nodes(scene) == before
    assert all(shown_3d(ready.parameters.segmentation))
    assert not ready.shown("comparisonTableView")


def test_segmenting_again_clears_the_comparison(scene, ready):
    before = nodes(scene)
    ready.click("compareButton")
    wait_for_end(ready)
    ready.click("segmentButton")
    ready.wait_for_end()
    assert nodes(scene) == before
    assert all(shown_3d(ready.parameters.segmentation))
    assert not ready.shown("comparisonTableView")


def test_a_long_list_of_others_is_cut_short(scene, a_volume, ready):
    names = {f"organ{number}": f"Organ {number}" for number in range(40)}
    add_manual(scene, a_volume, {"sacrum": "sacrum"} | names, "Whole body")
    ready.choose("referenceSelector", "Whole body")
    ready.click("compareButton")
    wait_for_end(ready)
    assert status(ready).endswith(
        "Without counterpart: Left femur, Right femur, Left hip bone, Right hip bone, "
        "Lumbar spine, Organ 0 and 39 more."
    )


def test_a_segmentation_that_changed_meanwhile_is_said(a_held_comparison, held):
    node = a_held_comparison.parameters.segmentation
    node.GetSegmentation().RemoveSegment("sacrum")
    held[1].set()
    wait_for_end(a_held_comparison)
    assert "is no longer what it was when the comparison began" in status(a_held_comparison)
    assert "#c0392b" in a_held_comparison.style("comparisonStatusLabel")
    a_held_comparison.screenshot("compare_error")


def test_nothing_in_common_is_said_at_once(scene, a_volume, ready):
    add_manual(scene, a_volume, {"tumour": "Tumour"}, "Tumours")
    ready.choose("referenceSelector", "Tumours")
    ready.click("compareButton")
    assert not ready.comparison.running
    assert status(ready).startswith("No segment of 'Pelvis T1 segmentation' matches one of 'Tumo")


def test_an_unforeseen_error_is_logged_and_nothing_changed(scene, ready, monkeypatch, caplog):
    def fails(*arguments):
        raise ZeroDivisionError("division by zero")

    ready.click("compareButton")
    wait_for_end(ready)
    before = nodes(scene), table_texts(ready)
    monkeypatch.setattr(comparison_scene, "add_models", fails)
    ready.click("compareButton")
    wait_for_end(ready)
    assert "ZeroDivisionError: division by zero" in status(ready)
    assert any(record.exc_info for record in caplog.records)
    assert (nodes(scene), table_texts(ready)) == before


def test_comparing_is_done_in_another_thread_and_mrml_in_this_one(ready, monkeypatch):
    threads = {"prepareComparison": [], "applyComparison": [], "run": []}

    def recorded(name, method):
        def call(*arguments):
            threads[name].append(get_ident())
            return method(*arguments)

        return call

    logic = ready.widget.logic
    for name in ("prepareComparison", "applyComparison"):
        monkeypatch.setattr(logic, name, recorded(name, getattr(logic, name)))
    monkeypatch.setattr(ComparisonJob, "_compare", recorded("run", ComparisonJob._compare))
    ready.click("compareButton")
    wait_for_end(ready)
    assert threads["prepareComparison"] == threads["applyComparison"] == [get_ident()]
    assert len(threads["run"]) == 6 and get_ident() not in threads["run"]


def test_a_segmentation_run_goes_on_beside_a_comparison(a_held_comparison, held):
    a_held_comparison.go_to("Segment")
    a_held_comparison.click("segmentButton")
    a_held_comparison.wait_for_end()
    assert a_held_comparison.status.startswith("Done in")
    held[1].set()
    wait_for_end(a_held_comparison)
    a_held_comparison.go_to("3D & measure")
    assert "Compare again" in status(a_held_comparison)


def test_the_choice_and_the_table_come_back_with_the_module(ready):
    ready.click("compareButton")
    wait_for_end(ready)
    ready.widget.exit()
    ready.widget.enter()
    assert ready.node("referenceSelector").GetName() == "By hand"
    assert len(table_texts(ready)) == 6
    assert ready.can("clearComparisonButton")


def test_unloading_the_module_ends_the_comparison(a_held_comparison):
    a_held_comparison.close()
    assert not a_held_comparison.comparison.running
    assert slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTableNode") is None


def test_scripts_compare_through_the_logic(module, scene, ready):
    logic = module.PelvicBoneSegLogic()
    ours = ready.parameters.segmentation
    table, models = logic.compare(ours, scene.GetFirstNodeByName("By hand"))
    assert table.GetTable().GetNumberOfRows() == len(models) == 6
    assert table.GetColumnTitle("hd95_mm") == "HD95 (mm)"
    assert logic.findComparison() is table
    logic.clearComparison()
    assert logic.findComparison() is None
    assert len(segmentations()) == 2


def test_the_panel_with_a_comparison_fits_into_400_pixels(ready):
    ready.click("compareButton")
    wait_for_end(ready)
    assert ready.fits_into(400)
