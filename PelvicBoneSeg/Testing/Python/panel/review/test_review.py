"""The section *Review*, by clicks and keys."""

from __future__ import annotations

import pytest
import slicer

from panel.hosts import needs_stand_in
from panel.panel_driver import segment_names
from scene.review.reviewed import NAN, remember


def table(panel):
    return panel.wrapped("reviewTableWidget")


def headers(panel) -> list[str]:
    widget = table(panel)
    return [widget.verticalHeaderItem(row).text() for row in range(widget.rowCount)]


def slice_text(panel) -> str:
    return panel.text("reviewSliceLabel")


def click_cell(panel, qtbot, row, column) -> None:
    from PySide6.QtCore import Qt

    widget = panel.qt("reviewTableWidget")
    place = widget.visualItemRect(widget.item(row, column)).center()
    qtbot.mouseClick(widget.viewport(), Qt.MouseButton.LeftButton, pos=place)


def click_segment(panel, qtbot, row, title) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QTableView

    inner = panel.qt("reviewSegmentsTableView").findChild(QTableView)
    model = inner.model()
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    place = inner.visualRect(model.index(row, titles.index(title))).center()
    qtbot.mouseClick(inner.viewport(), Qt.MouseButton.LeftButton, pos=place)


def position(view) -> list[float]:
    return [view.GetSliceToRAS().GetElement(row, 3) for row in range(3)]


def status(node, segment_id) -> int:
    segment = node.GetSegmentation().GetSegment(segment_id)
    return slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentStatus(segment)


def test_nothing_chosen_says_what_to_do(panel, a_volume):
    panel.go_to("Correct")
    assert panel.text("reviewEmptyLabel") == (
        "Choose a segmentation under Result, or segment a scan first."
    )
    for name in ("reviewStripFrame", "reviewSegmentsTableView", "completeSegmentButton"):
        assert not panel.shown(name)
    panel.screenshot("review_nothing")


def test_a_segmentation_from_elsewhere_says_why_there_is_no_strip(scene, panel, a_segmentation):
    other = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "By hand")
    panel.parameters.segmentation = other
    assert panel.text("reviewEmptyLabel").startswith("'By hand' has no confidence by slice")
    assert not panel.shown("reviewStripFrame")
    assert panel.shown("reviewSegmentsTableView")
    panel.parameters.segmentation = a_segmentation
    assert panel.shown("reviewStripFrame") and not panel.shown("reviewEmptyLabel")


def test_a_row_for_each_bone_and_a_column_for_each_slice(panel, a_segmentation):
    assert headers(panel) == ["Left femur", "Right femur", "Sacrum"]
    widget = table(panel)
    assert widget.columnCount == 21
    filled = [column for column in range(21) if widget.item(0, column)]
    assert filled == list(range(6, 15))
    assert widget.item(0, 8).toolTip() == "Left femur, slice 9: 0.62, doubtful"
    assert widget.item(0, 9).toolTip() == "Left femur, slice 10: 0.93"
    panel.screenshot("review")


@needs_stand_in
def test_doubt_shows_in_the_height_of_a_bar_not_in_its_colour_alone(panel, a_segmentation):
    widget = panel.qt("reviewTableWidget")
    image = widget.viewport().grab().toImage()

    def bar_height(column: int) -> int:
        cell = widget.visualItemRect(widget.item(0, column))
        background = image.pixelColor(2, cell.center().y())
        pixels = [image.pixelColor(cell.center().x(), y) for y in range(cell.top(), cell.bottom())]
        return sum(pixel != background for pixel in pixels)

    assert 0 < bar_height(8) < 0.6 * bar_height(9)


@pytest.mark.parametrize("slices", [20, 200])
def test_every_slice_fits_into_a_narrow_panel(panel, a_volume, a_segmentation, slices):
    bone = [NAN] * 5 + [0.55 + 0.45 * (n % 40) / 40 for n in range(slices - 10)] + [NAN] * 5
    names = list(a_segmentation.GetSegmentation().GetSegmentIDs())
    remember(a_segmentation, a_volume, dict.fromkeys(names, bone))
    panel.resize(380, 620)
    panel.screenshot(f"review_{slices}_slices")
    widget = table(panel)
    assert widget.columnCount == slices and widget.rowCount == 6
    assert widget.horizontalHeader().length() <= widget.viewport().width
    assert min(widget.columnWidth(column) for column in range(slices)) >= 1
    assert panel.wrapped("correctPage").minimumSizeHint.width() <= 330


@needs_stand_in
def test_a_click_takes_the_slice_views_to_the_bone(panel, qtbot, a_segmentation, slice_view):
    click_cell(panel, qtbot, 0, 8)
    # Slices of 2 mm; the ball of the left femur is centred at i = j = 10.
    assert position(slice_view) == pytest.approx([20, 20, 16])
    assert slice_text(panel) == "Left femur, slice 9: 0.62, doubtful"
    assert panel.wrapped("reviewSegmentsTableView").selectedSegmentIDs() == ["left_femur"]
    panel.screenshot("review_slice")


@needs_stand_in
def test_a_second_click_on_the_cell_goes_there_again(panel, qtbot, a_segmentation, slice_view):
    click_cell(panel, qtbot, 0, 8)
    slice_view.JumpSliceByCentering(0, 0, 0)
    click_cell(panel, qtbot, 0, 8)
    assert position(slice_view) == pytest.approx([20, 20, 16])


@needs_stand_in
def test_the_arrow_keys_go_through_slices_and_bones(panel, qtbot, a_segmentation, slice_view):
    from PySide6.QtCore import Qt

    click_cell(panel, qtbot, 0, 8)
    strip = panel.qt("reviewTableWidget")
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert slice_text(panel) == "Left femur, slice 10: 0.93"
    assert position(slice_view) == pytest.approx([20, 20, 18])
    qtbot.keyClick(strip, Qt.Key.Key_Down)
    assert slice_text(panel) == "Right femur, slice 10: 0.93"
    assert position(slice_view) == pytest.approx([40, 20, 18])


@needs_stand_in
def test_an_empty_cell_moves_nothing(panel, qtbot, a_segmentation, slice_view):
    from PySide6.QtCore import QPoint, Qt

    click_cell(panel, qtbot, 0, 6)
    before = position(slice_view)
    widget = panel.qt("reviewTableWidget")
    left = widget.visualItemRect(widget.item(0, 6)).topLeft() - QPoint(2, -2)
    qtbot.mouseClick(widget.viewport(), Qt.MouseButton.LeftButton, pos=left)
    assert position(slice_view) == before
    assert slice_text(panel) == "Left femur, slice 7: 0.93"


@needs_stand_in
def test_next_and_previous_go_round_the_doubtful_slices(panel, a_segmentation, slice_view):
    assert slice_text(panel) == "Doubtful slices: 3, in bones: 3."
    seen = []
    for _ in range(4):
        panel.click("nextDoubtfulButton")
        seen.append(slice_text(panel))
    assert [text.split(":")[0] for text in seen] == [
        "Left femur, slice 9", "Right femur, slice 13", "Sacrum, slice 8", "Left femur, slice 9",
    ]  # fmt: skip
    panel.click("previousDoubtfulButton")
    assert slice_text(panel).startswith("Sacrum, slice 8")
    assert position(slice_view)[2] == pytest.approx(14)


def test_completed_bones_are_passed_over_to_the_end(panel, a_segmentation):
    panel.click("nextDoubtfulButton")
    assert panel.can("completeSegmentButton")
    panel.click("completeSegmentButton")
    assert status(a_segmentation, "left_femur") == (
        slicer.vtkSlicerSegmentationsModuleLogic.Completed
    )
    assert headers(panel) == ["✓ Left femur", "Right femur", "Sacrum"]
    assert slice_text(panel).startswith("Right femur, slice 13")
    panel.click("completeSegmentButton")
    panel.click("completeSegmentButton")
    assert slice_text(panel) == "No doubtful slice."
    panel.click("nextDoubtfulButton")
    assert slice_text(panel) == "No doubtful slice."
    panel.screenshot("review_completed")


@needs_stand_in
def test_a_bone_chosen_in_the_table_of_segments_is_the_one_to_complete(
    panel, qtbot, a_segmentation
):
    assert not panel.can("completeSegmentButton")
    assert panel.tip("completeSegmentButton").startswith("Choose a bone first")
    click_segment(panel, qtbot, 2, "Name")
    panel.click("completeSegmentButton")
    segment_id = a_segmentation.GetSegmentation().GetNthSegmentID(2)
    assert status(a_segmentation, segment_id) == (
        slicer.vtkSlicerSegmentationsModuleLogic.Completed
    )


@needs_stand_in
def test_a_click_on_a_status_sets_the_next_one(panel, qtbot, a_segmentation):
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    assert status(a_segmentation, "left_femur") == logic.InProgress
    click_segment(panel, qtbot, 0, "Status")
    assert status(a_segmentation, "left_femur") == logic.Completed
    assert headers(panel)[0] == "✓ Left femur"
    click_segment(panel, qtbot, 0, "Status")
    assert status(a_segmentation, "left_femur") == logic.Flagged
    assert headers(panel)[0] == "Left femur"


def test_a_status_that_changes_elsewhere_is_followed(panel, a_segmentation):
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    segment = a_segmentation.GetSegmentation().GetSegment("sacrum")
    logic.SetSegmentStatus(segment, logic.Completed)
    assert headers(panel)[2] == "✓ Sacrum"
    logic.SetSegmentStatus(segment, logic.Flagged)
    assert headers(panel)[2] == "Sacrum"


def test_segments_renamed_removed_and_added_are_followed(panel, a_segmentation):
    panel.click("nextDoubtfulButton")
    segmentation = a_segmentation.GetSegmentation()
    segmentation.GetSegment("left_femur").SetName("Thigh")
    assert headers(panel)[0] == "Thigh"
    segmentation.RemoveSegment("left_femur")
    assert headers(panel) == ["Right femur", "Sacrum"]
    assert not panel.can("completeSegmentButton")
    segment = slicer.vtkSegment()
    segment.SetName("Coccyx")
    segmentation.AddSegment(segment, "coccyx")
    assert headers(panel) == ["Right femur", "Sacrum"]
    panel.click("nextDoubtfulButton")
    assert slice_text(panel).startswith("Right femur")
    assert "Coccyx" in segment_names(a_segmentation)


@needs_stand_in
def test_a_slice_that_was_emptied_is_said(panel, a_segmentation, slice_view):
    slicer.vtkSlicerSegmentationsModuleLogic.ClearSegment(a_segmentation, "left_femur")
    before = position(slice_view)
    panel.click("nextDoubtfulButton")
    assert slice_text(panel).endswith("doubtful. Nothing of it is left there.")
    assert position(slice_view) == before


def test_a_segmentation_under_a_warp_is_said(panel, scene, a_segmentation):
    warp = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "Warp")
    a_segmentation.SetAndObserveTransformNodeID(warp.GetID())
    panel.click("nextDoubtfulButton")
    assert "transform" in slice_text(panel)


def test_another_segmentation_starts_afresh(panel, a_volume, a_segmentation, find_bones):
    panel.click("nextDoubtfulButton")
    second = find_bones(a_volume, ["sacrum"])
    remember(second, a_volume, {"sacrum": [0.5] + [NAN] * 20})
    panel.parameters.segmentation = second
    assert headers(panel) == ["Sacrum"]
    assert slice_text(panel) == "Doubtful slices: 1, in bones: 1."
    panel.parameters.segmentation = a_segmentation
    assert headers(panel)[0] == "Left femur"


def test_a_removed_segmentation_leaves_the_empty_state(panel, scene, a_segmentation):
    panel.click("nextDoubtfulButton")
    scene.RemoveNode(a_segmentation)
    assert panel.shown("reviewEmptyLabel") and not panel.shown("reviewStripFrame")
    assert panel.wrapped("reviewSegmentsTableView").segmentationNode() is None


def test_closing_the_scene_leaves_the_empty_state(panel, scene, a_segmentation):
    panel.click("nextDoubtfulButton")
    scene.Clear(False)
    assert panel.text("reviewEmptyLabel").startswith("Choose a segmentation")
    assert table(panel).rowCount == 0
    panel.click("completeSegmentButton")


@needs_stand_in
def test_the_editor_brings_the_table_of_segments_so_it_is_shown_once(panel, a_segmentation):
    panel.click("editCollapsibleButton")
    assert not panel.shown("reviewSegmentsTableView")
    assert panel.shown("completeSegmentButton") and panel.shown("reviewStripFrame")
    panel.click("editCollapsibleButton")
    assert panel.shown("reviewSegmentsTableView")


def test_a_panel_out_of_view_follows_nothing_though_a_run_ends_there(panel, a_segmentation):
    panel.widget.exit()
    panel.session.notify()
    a_segmentation.GetSegmentation().GetSegment("sacrum").SetName("Os sacrum")
    assert headers(panel)[2] == "Sacrum"
    panel.widget.enter()
    assert headers(panel)[2] == "Os sacrum"
    a_segmentation.GetSegmentation().GetSegment("sacrum").SetName("Sacrum")
    assert headers(panel)[2] == "Sacrum"


def test_the_strip_comes_back_with_the_module(panel, a_segmentation):
    panel.click("nextDoubtfulButton")
    panel.widget.exit()
    a_segmentation.GetSegmentation().GetSegment("sacrum").SetName("Os sacrum")
    panel.widget.enter()
    assert headers(panel)[2] == "Os sacrum"


@needs_stand_in
def test_after_a_reload_the_old_panel_hears_nothing(panel, a_segmentation):
    panel.reload()
    panel.go_to("Correct")
    assert headers(panel)[0] == "Left femur"
    panel.click("nextDoubtfulButton")
    assert slice_text(panel).startswith("Left femur, slice 9")
