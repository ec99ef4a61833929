from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import (
    NoBoneError,
    NotASegmentationError,
    OutputNotWritableError,
    SegmentationChangedError,
)
from PelvicBoneSegLib.scene.measure.logic import (
    find_measurements,
    measure,
    measure_steps,
    write_csv,
)
from PelvicBoneSegLib.scene.measure.table import COLUMN_NAMES, table_text
from scene.conftest import add_transform
from scene.measure.segment_statistics import PARAMETERS, module_for
from scene.phantom import ELLIPSOIDS
from scene.reading import labelmap, matrix_of, node_classes
from scene.segmentations import add_segmentation, ball, box
from segmentation.femur_shape import femur

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture
def a_segmentation(a_logic, a_volume_node):
    return a_logic.segment(a_volume_node, BONES)


@pytest.fixture
def a_femur_segmentation(a_scene):
    """A left femur with its whole head, and the centre of that in RAS."""
    mask, matrix, centre = femur("left", 23.0, (1.5, 1.5, 4.0))
    node = add_segmentation(a_scene, "S", {"Left femur": mask}, LPS_TO_RAS @ matrix)
    return node, (LPS_TO_RAS @ [*centre, 1])[:3]


@pytest.fixture
def slicers_statistics(a_scene, monkeypatch):
    """Slicer's module, which says twice the truth."""
    monkeypatch.setitem(sys.modules, "SegmentStatistics", module_for(a_scene, 2.0))


def column(table, name) -> list[float]:
    array = table.GetTable().GetColumnByName(name)
    return [array.GetValue(row) for row in range(array.GetNumberOfTuples())]


def test_a_row_a_segment_with_the_values_of_the_phantom(a_segmentation):
    table = measure(a_segmentation)
    assert column(table, "segment")[0] == "Left femur"
    for row, (_centre, radii) in enumerate(ELLIPSOIDS.values()):
        a, b, c = radii
        ml = 4 / 3 * math.pi * a * b * c / 1000
        area = 4 * math.pi * ((((a * b) ** 1.6 + (a * c) ** 1.6 + (b * c) ** 1.6) / 3) ** (1 / 1.6))
        assert column(table, "volume_ml")[row] == pytest.approx(ml, rel=0.03)
        assert column(table, "surface_volume_ml")[row] == pytest.approx(ml, rel=0.05)
        assert column(table, "surface_area_cm2")[row] == pytest.approx(area / 100, rel=0.06)
        for name, radius in zip(("rl", "ap", "si"), radii, strict=True):
            assert column(table, f"extent_{name}_mm")[row] == pytest.approx(2 * radius, abs=4.1)
    assert column(table, "confidence") == [1.0] * 6
    assert column(table, "touches_border") == ["no"] * 6


def test_left_and_right_are_set_against_each_other(a_segmentation):
    table = measure(a_segmentation)
    left, right = column(table, "volume_ml")[:2]
    ratios = column(table, "left_right_ratio")
    assert ratios[0] == ratios[1] == pytest.approx(left / right, abs=0.005)
    assert ratios[2] == ratios[3] != ratios[0]
    assert all(map(math.isnan, ratios[4:]))


def test_the_femoral_head_is_told_in_ras(a_femur_segmentation):
    node, centre = a_femur_segmentation
    table = measure(node)
    found = [column(table, f"head_centre_{axis}_mm")[0] for axis in "ras"]
    assert found == pytest.approx(centre, abs=0.5)
    assert column(table, "head_radius_mm")[0] == pytest.approx(23, abs=0.3)
    assert column(table, "head_residual_mm")[0] < 1
    assert column(table, "note") == [""]


def test_a_femur_without_head_says_so(a_segmentation):
    table = measure(a_segmentation, {"no plausible sphere fits the femoral head": "kein Kopf"})
    assert math.isnan(column(table, "head_radius_mm")[0])
    assert all(column(table, "note")[:2])
    assert column(table, "note")[4] == ""


def test_parent_transforms_count(a_scene, a_femur_segmentation, a_transform_to_world):
    node, centre = a_femur_segmentation
    before = column(measure(node), "volume_ml")
    stretch = np.diag([1.0, 1.0, 1.2, 1.0])
    node.SetAndObserveTransformNodeID(add_transform(a_scene, stretch).GetID())
    table = measure(node)
    assert column(table, "volume_ml")[0] == pytest.approx(1.2 * before[0], rel=1e-3)
    shift = np.eye(4)
    shift[:3, 3] = (10, -20, 30)
    node.SetAndObserveTransformNodeID(add_transform(a_scene, shift).GetID())
    found = [column(measure(node), f"head_centre_{axis}_mm")[0] for axis in "ras"]
    assert found == pytest.approx(centre + [10, -20, 30], abs=0.5)


def test_a_bone_at_the_edge_of_the_scan_touches_the_border(a_scene, a_volume_node):
    i, j, k = a_volume_node.GetImageData().GetDimensions()
    shape = (k, j, i)
    matrix = matrix_of(np.eye(4))
    a_volume_node.GetIJKToRASMatrix(matrix)
    to_ras = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
    masks = {
        "Sacrum": box((5, 5, k - 4), (15, 15, k), shape),
        "Left femur": box((1, 1, 1), (i - 1, j - 1, k - 1), shape),
    }
    node = add_segmentation(a_scene, "S", masks, to_ras)
    assert column(measure(node), "touches_border") == ["", ""]
    node.SetReferenceImageGeometryParameterFromVolumeNode(a_volume_node)
    assert column(measure(node), "touches_border") == ["yes", "no"]


def test_measuring_again_renews_the_table(a_scene, a_segmentation):
    table = measure(a_segmentation)
    assert table.GetName() == "MR segmentation measurements"
    before = node_classes(a_scene)
    a_segmentation.GetSegmentation().RemoveSegment("sacrum")
    assert measure(a_segmentation) is table is find_measurements(a_segmentation)
    assert table.GetNumberOfRows() == 5
    assert node_classes(a_scene) == before


def test_a_clone_gets_a_table_of_its_own(a_scene, a_segmentation):
    """As `vtkSlicerSubjectHierarchyModuleLogic::CloneSubjectHierarchyItem` makes it."""
    table = measure(a_segmentation)
    clone = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    clone.Copy(a_segmentation)
    clone.GetSegmentation().RemoveSegment("sacrum")

    assert find_measurements(clone) is None
    assert measure(clone) is not table

    assert find_measurements(a_segmentation) is table
    assert table.GetNumberOfRows() == find_measurements(clone).GetNumberOfRows() + 1


def test_squares_of_surface_nets_are_measured(a_segmentation):
    truth = column(measure(a_segmentation), "surface_volume_ml")
    segmentation = a_segmentation.GetSegmentation()
    segmentation.SetConversionParameter("Conversion method", "1")
    assert segmentation.CreateRepresentation("Closed surface", True)

    found = column(measure(a_segmentation), "surface_volume_ml")

    assert found != truth
    np.testing.assert_allclose(found, truth, rtol=0.05)


def test_an_edit_meanwhile_leaves_no_table(a_scene, a_segmentation):
    before = node_classes(a_scene)
    steps = measure_steps(a_segmentation)
    next(steps)
    labelmap(a_segmentation, "sacrum").Modified()
    with pytest.raises(SegmentationChangedError):
        next(steps)
    assert node_classes(a_scene) == before


def test_what_cannot_be_measured_says_why(a_scene, a_volume_node):
    with pytest.raises(NotASegmentationError):
        measure(a_volume_node)
    with pytest.raises(NoBoneError):
        measure(add_segmentation(a_scene, "S", {"Empty": box((0, 0, 0), (0, 0, 0))}))


def test_segments_that_are_no_bones_of_ours_are_measured_too(a_scene):
    node = add_segmentation(a_scene, "S", {"Tumour": ball(8)})
    table = measure(node)
    assert column(table, "volume_ml") == [pytest.approx(2.1, abs=0.05)]
    assert column(table, "surface_area_cm2") == [pytest.approx(8.0, rel=0.06)]


def test_slicers_own_statistics_go_first(a_segmentation, slicers_statistics, a_scene):
    ours_first = 4 / 3 * math.pi * 18 * 22 * 30 / 1000
    table = measure(a_segmentation)
    assert column(table, "volume_ml")[0] == pytest.approx(2 * ours_first, rel=0.03)
    assert column(table, "surface_volume_ml")[0] == pytest.approx(2 * ours_first, rel=0.05)
    assert a_scene.GetNumberOfNodesByClass(PARAMETERS) == 0


def test_the_users_own_segment_statistics_are_left_alone(
    a_segmentation, slicers_statistics, a_scene
):
    theirs = sys.modules["SegmentStatistics"].SegmentStatisticsLogic().getParameterNode()
    theirs.SetParameter("Segmentation", "the user's")
    measure(a_segmentation)
    assert theirs.GetParameter("Segmentation") == "the user's"
    assert a_scene.GetNumberOfNodesByClass(PARAMETERS) == 1


def test_where_a_transform_stretches_ours_are_taken(a_segmentation, slicers_statistics, a_scene):
    stretch = add_transform(a_scene, np.diag([1.0, 1.0, 1.5, 1.0]))
    a_segmentation.SetAndObserveTransformNodeID(stretch.GetID())
    expected = 1.5 * 4 / 3 * math.pi * 18 * 22 * 30 / 1000
    assert column(measure(a_segmentation), "volume_ml")[0] == pytest.approx(expected, rel=0.03)


def test_text_has_titles_and_empty_fields(a_segmentation):
    table = measure(a_segmentation, {"segment": "Segment", "volume_ml": "Volume (ml)"})
    header, *rows = [line.split("\t") for line in table_text(table, "\t").splitlines()]
    assert header[:2] == ["Segment", "Volume (ml)"]
    assert len(header) == len(COLUMN_NAMES)
    assert len(rows) == 6
    assert rows[4][0] == "Sacrum"
    assert rows[4][COLUMN_NAMES.index("head_radius_mm")] == ""


def test_a_csv_file_is_whole_or_not_there(a_segmentation, tmp_path):
    table = measure(a_segmentation)
    path = write_csv(table, tmp_path / "new" / "bones.csv")
    assert path.read_text(encoding="utf-8-sig") == table_text(table, ",")
    blocked = tmp_path / "folder.csv"
    blocked.mkdir()
    with pytest.raises(OutputNotWritableError):
        write_csv(table, blocked)
    assert not list(blocked.iterdir())
