"""Two segmentations compared on real MRML: values, models, and a scene that is left tidy."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import (
    AbsurdGeometryError,
    Cancelled,
    ComparisonOutdatedError,
    NonLinearTransformError,
    NotALabelmapSegmentationError,
    NotASegmentationError,
    NothingToCompareError,
)
from PelvicBoneSegLib.scene.comparison import scene as comparison_scene
from PelvicBoneSegLib.scene.comparison.job import DISTANCE_ARRAY
from PelvicBoneSegLib.scene.comparison.logic import ComparisonLogic
from PelvicBoneSegLib.scene.comparison.scene import (
    clear_comparison,
    clear_comparison_of,
    find_comparison,
)
from scene.conftest import add_transform, rigid
from scene.reading import node_classes, snapshot
from scene.segmentations import add_phantom_segmentation, add_segmentation, ball, box

MANUAL = {
    "left_femur": "femur_left",
    "right_femur": "Right Femur",
    "sacrum": "SACRUM",
    "lumbar_spine": "Lumbar spine",
}


@pytest.fixture
def a_comparison_logic():
    return ComparisonLogic()


@pytest.fixture
def ours(a_volume_node, a_logic):
    """The phantom's six bones as a run writes them."""
    return a_logic.segment(a_volume_node, BONES)


@pytest.fixture
def manual(a_scene):
    """Four of the bones on other voxels, as another tool might call them."""
    return add_phantom_segmentation(a_scene, "Manual", MANUAL, "rotated", (1.5, 1.5, 3.0))


@pytest.fixture
def two_boxes(a_scene):
    """Boxes of 10×10×10 mm, the reference 2 mm further along i, in voxels of 1 mm."""
    first = add_segmentation(a_scene, "A", {"Sacrum": box((6, 6, 6), (16, 16, 16))})
    second = add_segmentation(a_scene, "B", {"sacrum": box((8, 6, 6), (18, 16, 16))})
    return first, second


def rows(table) -> dict[str, dict[str, float]]:
    data = table.GetTable()
    names = [data.GetColumnName(column) for column in range(1, data.GetNumberOfColumns())]
    return {
        data.GetValue(row, 0).ToString(): {
            name: data.GetValueByName(row, name).ToDouble() for name in names
        }
        for row in range(data.GetNumberOfRows())
    }


def distances(model) -> np.ndarray:
    return vtk_to_numpy(model.GetPolyData().GetPointData().GetArray(DISTANCE_ARRAY))


def points(model) -> np.ndarray:
    return vtk_to_numpy(model.GetPolyData().GetPoints().GetData())


def shown_3d(node) -> list[str]:
    display = node.GetDisplayNode()
    return [
        one for one in node.GetSegmentation().GetSegmentIDs() if display.GetSegmentVisibility3D(one)
    ]


def test_values_of_shifted_boxes(a_comparison_logic, two_boxes):
    table, (model,) = a_comparison_logic.compare(*two_boxes)

    (row,) = rows(table).values()
    assert row["dice"] == 0.8  # 800 of 1000 voxels in common
    assert row["iou"] == 0.667  # 800 of 1200
    assert row["volume_similarity"] == 1
    assert row["hd95_mm"] == 2
    assert row["prediction_ml"] == row["truth_ml"] == 1
    assert row["volume_error_ml"] == 0
    # The ends stand 2 mm out at one side and 2 mm in at the other, but for the smoothing.
    assert distances(model).min() == pytest.approx(-2, abs=0.2)
    assert distances(model).max() == pytest.approx(2, abs=0.2)
    outside = points(model)[distances(model) > 1.5]
    assert outside[:, 0].max() < 7.5


def test_a_segmentation_is_perfect_against_itself_elsewhere(
    a_scene, a_comparison_logic, ours, a_transform_to_world
):
    names = {one: one for one in ours.GetSegmentation().GetSegmentIDs()}
    reference = add_phantom_segmentation(
        a_scene, "Again", names, spacing=(2.0, 2.4, 4.0), to_world=a_transform_to_world
    )
    table, models = a_comparison_logic.compare(ours, reference)
    assert [row["dice"] for row in rows(table).values()] == [1] * 6
    assert [row["hd95_mm"] for row in rows(table).values()] == [0] * 6
    assert max(np.abs(distances(model)).max() for model in models) < 0.05


def test_other_voxels_and_transforms_are_compared_in_the_world(
    a_scene, a_comparison_logic, a_logic, a_transformed_volume_node, another_transform_to_world
):
    ours = a_logic.segment(a_transformed_volume_node, BONES)
    manual = add_phantom_segmentation(
        a_scene, "Manual", MANUAL, "left_handed", (1.5, 2.0, 3.0), another_transform_to_world
    )
    job = a_comparison_logic.prepare(ours, manual)
    result = job.run()
    table, models = a_comparison_logic.apply(job, result)
    assert list(rows(table)) == ["Left femur", "Right femur", "Sacrum", "Lumbar spine"]
    for row in rows(table).values():
        assert row["dice"] > 0.93
        assert row["assd_mm"] < 0.8
        assert row["truth_ml"] == pytest.approx(row["prediction_ml"], rel=0.03)
    assert result.resampled
    assert result.unmatched == ("Left hip bone", "Right hip bone")
    left = points(models[0])
    assert left.mean(axis=0) == pytest.approx([-60, -5, -60], abs=1)  # RAS of the left femur


def test_the_table_says_what_its_columns_are(two_boxes):
    logic = ComparisonLogic({"dice": "Dice!", "segment": "What"}, {"dice": "Overlap."})
    table, _ = logic.compare(*two_boxes)
    assert table.GetName() == "A vs B"
    assert table.GetColumnTitle("dice") == "Dice!"
    assert table.GetColumnTitle("segment") == "What"
    assert table.GetColumnDescription("dice") == "Overlap."
    assert table.GetColumnUnitLabel("hd95_mm") == "mm"
    assert table.GetColumnUnitLabel("truth_ml") == "ml"
    assert table.GetColumnUnitLabel("dice") == ""
    data = table.GetTable()
    types = [data.GetColumn(column).GetClassName() for column in range(data.GetNumberOfColumns())]
    assert types == ["vtkStringArray"] + ["vtkDoubleArray"] * 9
    assert table.GetUseFirstColumnAsRowHeader() and table.GetUseColumnTitleAsColumnHeader()
    assert table.GetLocked()


def test_models_show_the_distance(a_comparison_logic, ours, manual):
    _, models = a_comparison_logic.compare(ours, manual)
    assert [model.GetName() for model in models] == [
        "Left femur distance", "Right femur distance", "Sacrum distance", "Lumbar spine distance",
    ]  # fmt: skip
    for model in models:
        display = model.GetDisplayNode()
        assert display.GetScalarVisibility() and display.GetVisibility()
        assert display.GetActiveScalarName() == DISTANCE_ARRAY
        assert display.GetScalarRange() == (-5, 5)
        assert display.GetScalarRangeFlag() == display.UseManualScalarRange
        assert model.GetParentTransformNode() is None
    table = display.GetColorNode().GetLookupTable()
    inside, middle, outside = (table.GetTableValue(index)[:3] for index in (0, 127, 255))
    assert table.GetRange() == (-5, 5)
    assert inside[2] > 0.7 > 0.3 > inside[0]
    assert outside[0] > 0.7 > 0.3 > outside[2]
    assert min(middle) > 0.8


def test_there_is_a_legend_where_slicer_has_one(a_scene, a_comparison_logic, two_boxes):
    a_scene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())
    _, (model,) = a_comparison_logic.compare(*two_boxes)
    legend = a_scene.GetFirstNodeByClass("vtkMRMLColorLegendDisplayNode")
    assert legend.GetTitleText() == DISTANCE_ARRAY
    assert legend.GetDisplayableNode() is model
    assert legend.GetVisibility()
    clear_comparison(a_scene)
    assert a_scene.GetFirstNodeByClass("vtkMRMLColorLegendDisplayNode") is None


def test_an_empty_segment_has_values_but_no_surface(a_scene, a_comparison_logic):
    nothing = box((0, 0, 0), (0, 0, 0))
    first = add_segmentation(a_scene, "A", {"Sacrum": ball(6), "Femur": nothing, "X": nothing})
    second = add_segmentation(a_scene, "B", {"Sacrum": nothing, "Femur": ball(6), "x": nothing})
    table, models = a_comparison_logic.compare(first, second)
    assert models == []
    found = rows(table)
    assert found["Sacrum"]["dice"] == found["Femur"]["dice"] == 0
    assert np.isnan([found["X"]["dice"], found["X"]["hd95_mm"], found["Sacrum"]["hd95_mm"]]).all()


def test_compared_segments_are_hidden_until_clear(a_scene, a_comparison_logic, ours, manual):
    ours.GetDisplayNode().SetSegmentVisibility3D("sacrum", False)
    before = shown_3d(ours), shown_3d(manual), node_classes(a_scene)

    a_comparison_logic.compare(ours, manual)
    assert shown_3d(ours) == ["left_hip_bone", "right_hip_bone"]
    assert shown_3d(manual) == []
    assert ours.GetDisplayNode().GetSegmentVisibility2DFill("left_femur")

    clear_comparison(a_scene)
    assert (shown_3d(ours), shown_3d(manual), node_classes(a_scene)) == before


def test_clearing_nothing_is_no_error(a_scene, two_boxes):
    before = node_classes(a_scene)
    clear_comparison(a_scene)
    assert node_classes(a_scene) == before


def test_a_second_comparison_takes_the_place_of_the_first(
    a_scene, a_comparison_logic, ours, manual
):
    before = shown_3d(ours), shown_3d(manual), node_classes(a_scene)
    a_comparison_logic.compare(ours, manual)
    once = node_classes(a_scene)
    table, models = a_comparison_logic.compare(ours, manual)
    assert node_classes(a_scene) == once
    assert find_comparison(a_scene) is table
    assert table.GetName() == "MR segmentation vs Manual"
    assert len(models) == 4
    clear_comparison(a_scene)
    assert (shown_3d(ours), shown_3d(manual), node_classes(a_scene)) == before


def test_comparing_others_shows_the_first_ones_again(
    a_scene, a_comparison_logic, ours, manual, two_boxes
):
    before = shown_3d(ours), shown_3d(manual)
    a_comparison_logic.compare(ours, manual)
    a_comparison_logic.compare(*two_boxes)
    assert (shown_3d(ours), shown_3d(manual)) == before
    assert shown_3d(two_boxes[0]) == shown_3d(two_boxes[1]) == []


@pytest.mark.parametrize("which", [0, 1])
def test_a_segmentation_that_changed_takes_its_comparison_along(
    a_scene, a_comparison_logic, two_boxes, ours, which
):
    before = node_classes(a_scene)
    table, _ = a_comparison_logic.compare(*two_boxes)
    clear_comparison_of(ours)
    assert find_comparison(a_scene) is table
    clear_comparison_of(two_boxes[which])
    assert node_classes(a_scene) == before


def test_all_but_the_table_can_be_cleared(a_scene, a_comparison_logic, ours, manual):
    before = shown_3d(ours), node_classes(a_scene)
    table, _ = a_comparison_logic.compare(ours, manual)
    clear_comparison(a_scene, keep_table=True)
    assert table.GetScene() is a_scene
    a_scene.RemoveNode(table)
    assert (shown_3d(ours), node_classes(a_scene)) == before


def test_clear_copes_with_what_the_user_deleted(a_scene, a_comparison_logic, ours, manual):
    _, models = a_comparison_logic.compare(ours, manual)
    a_scene.RemoveNode(models[1])
    a_scene.RemoveNode(manual)
    ours.GetSegmentation().RemoveSegment("left_femur")
    clear_comparison(a_scene)
    assert find_comparison(a_scene) is None
    assert a_scene.GetFirstNodeByClass("vtkMRMLModelNode") is None
    assert len(shown_3d(ours)) == 5


def test_models_go_into_a_folder_beside_the_segmentation(a_scene, a_comparison_logic, two_boxes):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "a study")
    hierarchy.CreateItem(study, two_boxes[0])
    before = hierarchy.GetNumberOfItems()

    table, (model,) = a_comparison_logic.compare(*two_boxes)
    folder = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(model))
    assert hierarchy.GetItemName(folder) == "A vs B"
    assert hierarchy.GetItemParent(folder) == study
    assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(table)) == folder

    a_comparison_logic.compare(*two_boxes)
    clear_comparison(a_scene)
    assert hierarchy.GetNumberOfItems() == before


def test_what_a_user_put_into_the_folder_stays(a_scene, a_comparison_logic, two_boxes):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    hierarchy.CreateItem(hierarchy.GetSceneItemID(), two_boxes[0])
    _, (model,) = a_comparison_logic.compare(*two_boxes)
    folder = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(model))
    note = a_scene.AddNewNodeByClass("vtkMRMLTextNode", "Note")
    item = hierarchy.CreateItem(folder, note)
    clear_comparison(a_scene)
    assert hierarchy.GetItemByDataNode(note) == item
    assert hierarchy.GetItemParent(item) == hierarchy.GetSceneItemID()


def test_a_saved_comparison_can_be_cleared(a_scene, a_comparison_logic, two_boxes, tmp_path):
    a_comparison_logic.compare(*two_boxes)
    for index in range(a_scene.GetNumberOfNodes()):
        node = a_scene.GetNthNode(index)
        if node.IsA("vtkMRMLStorableNode"):
            node.AddDefaultStorageNode()
            if node.GetStorageNode():
                extension = node.GetStorageNode().GetDefaultWriteFileExtension()
                node.GetStorageNode().SetFileName(str(tmp_path / f"{node.GetID()}.{extension}"))
                node.GetStorageNode().WriteData(node)
    a_scene.SetRootDirectory(str(tmp_path))
    a_scene.SetURL(str(tmp_path / "scene.mrml"))
    assert a_scene.Commit()
    a_scene.Clear(False)
    a_scene.Connect()

    table = find_comparison(a_scene)
    assert table.GetTable().GetValueByName(0, "dice").ToDouble() == 0.8
    model = a_scene.GetFirstNodeByClass("vtkMRMLModelNode")
    assert np.abs(distances(model)).max() > 1.5
    assert shown_3d(a_scene.GetFirstNodeByName("A")) == []
    clear_comparison(a_scene)
    assert shown_3d(a_scene.GetFirstNodeByName("A")) == ["Sacrum"]
    assert a_scene.GetFirstNodeByClass("vtkMRMLModelNode") is None
    assert a_scene.GetFirstNodeByClass("vtkMRMLColorTableNode") is None


def everything(scene, *nodes) -> tuple:
    return (
        [snapshot(node) for node in nodes],
        [shown_3d(node) for node in nodes],
        node_classes(scene),
    )


class Failure(Exception):
    pass


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("step", ["fill_table", "add_models", "_place_in_folder", "_show"])
def test_a_failure_leaves_the_scene_as_it_was(
    a_scene, a_comparison_logic, ours, manual, monkeypatch, step, earlier
):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    hierarchy.CreateItem(hierarchy.GetSceneItemID(), ours)
    if earlier:
        a_comparison_logic.compare(ours, manual)
    before = everything(a_scene, ours, manual), hierarchy.GetNumberOfItems()
    real, calls = getattr(comparison_scene, step), []

    def fails_once(*arguments, **options):
        done = real(*arguments, **options)
        calls.append(step)
        if len(calls) == 1:
            raise Failure(step)
        return done

    monkeypatch.setattr(comparison_scene, step, fails_once)
    with pytest.raises(Failure):
        a_comparison_logic.compare(ours, manual)
    assert (everything(a_scene, ours, manual), hierarchy.GetNumberOfItems()) == before
    assert (find_comparison(a_scene) is not None) is earlier


def test_nothing_is_changed_by_a_cancelled_comparison(a_scene, a_comparison_logic, ours, manual):
    before = everything(a_scene, ours, manual)
    seen = []
    with pytest.raises(Cancelled):
        a_comparison_logic.compare(
            ours, manual, lambda *progress: seen.append(progress), lambda: len(seen) > 1
        )
    assert seen == [(0.0, "Left femur"), (0.25, "Right femur")]
    assert everything(a_scene, ours, manual) == before


def test_a_comparison_can_be_cancelled_within_a_bone(a_comparison_logic, two_boxes):
    polls = []
    with pytest.raises(Cancelled):
        a_comparison_logic.prepare(*two_boxes).run(
            cancel=lambda: bool(polls) or polls.append("once")
        )


def edit(scene, node):
    image = node.GetSegmentation().GetNthSegment(0).GetRepresentation("Binary labelmap")
    vtk_to_numpy(image.GetPointData().GetScalars())[:50] = 1
    image.Modified()


def move(scene, node):
    transform = add_transform(scene, rigid("x", 5, (0, 0, 1)))
    node.SetAndObserveTransformNodeID(transform.GetID())


def remove(scene, node):
    scene.RemoveNode(node)


def remove_segment(scene, node):
    node.GetSegmentation().RemoveSegment(node.GetSegmentation().GetNthSegmentID(0))


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("change", [edit, move, remove, remove_segment])
def test_what_was_changed_meanwhile_is_not_painted_over(
    a_scene, a_comparison_logic, two_boxes, change, which
):
    job = a_comparison_logic.prepare(*two_boxes)
    result = job.run()
    change(a_scene, two_boxes[which])
    with pytest.raises(ComparisonOutdatedError, match="'AB'"[which + 1]):
        a_comparison_logic.apply(job, result)
    assert find_comparison(a_scene) is None


def test_nothing_in_common_is_an_error(a_scene, a_comparison_logic, ours):
    other = add_segmentation(a_scene, "Tumours", {"Tumour": ball(3)})
    with pytest.raises(NothingToCompareError, match="'MR segmentation' matches one of 'Tumours'"):
        a_comparison_logic.compare(ours, other)


def test_only_segmentations_with_voxels_are_compared(
    a_scene, a_comparison_logic, ours, a_volume_node
):
    with pytest.raises(NotASegmentationError, match="No segmentation was chosen"):
        a_comparison_logic.compare(ours, None)
    with pytest.raises(NotASegmentationError, match="'MR' is not a segmentation"):
        a_comparison_logic.compare(a_volume_node, ours)
    surfaces = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Surfaces")
    surfaces.GetSegmentation().DeepCopy(ours.GetSegmentation())
    surfaces.GetSegmentation().SetSourceRepresentationName("Closed surface")
    surfaces.GetSegmentation().RemoveRepresentation("Binary labelmap")
    with pytest.raises(NotALabelmapSegmentationError, match="'Surfaces'"):
        a_comparison_logic.compare(ours, surfaces)


def test_transforms_that_leave_no_straight_grid_are_refused(
    a_scene, a_comparison_logic, two_boxes, a_warp
):
    shear = np.eye(4)
    shear[0, 1] = 0.3
    two_boxes[0].SetAndObserveTransformNodeID(add_transform(a_scene, shear).GetID())
    with pytest.raises(AbsurdGeometryError, match="'A' are not at right angles"):
        a_comparison_logic.compare(*two_boxes)
    two_boxes[0].SetAndObserveTransformNodeID(a_warp.GetID())
    with pytest.raises(NonLinearTransformError):
        a_comparison_logic.compare(*two_boxes)
