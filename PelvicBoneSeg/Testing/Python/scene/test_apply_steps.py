"""Writing in steps: the scene is untouched until the last, and surfaces come from the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import SceneChangedError
from PelvicBoneSegLib.scene import bone_surface
from PelvicBoneSegLib.scene.rerun import RerunMode
from PelvicBoneSegLib.segmentation.surface import closed_surface, surface_arrays
from scene.conftest import DIRECTIONS, add_transform
from scene.editing import paint
from scene.reading import open_edges, signed_volume, surface_in_world, volume_mm3
from scene.test_edits import CORNER
from scene.whole_scene import whole_scene

EVERY_ID = [one.id for one in SEGMENTS]


def with_surfaces(job, result):
    """What the worker hands over."""
    surfaces = {
        one.definition.label: surface_arrays(
            closed_surface(
                result.labels == one.definition.label,
                job.volume.ijk_to_lps,
                job.surface_smoothing,
            )
        )
        for one in result.segments
        if one.voxels
    }
    return replace(result, surfaces=surfaces)


def finish(steps):
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.fixture
def no_conversion(monkeypatch):
    """Fail where a surface is made in this process."""

    def refuse(*_):
        raise AssertionError("a surface was made here")

    monkeypatch.setattr(bone_surface, "closed_surface", refuse)
    monkeypatch.setattr(bone_surface, "converted_surfaces", refuse)
    from PelvicBoneSegLib.scene import preparation

    monkeypatch.setattr(preparation, "converted_surfaces", refuse)


@pytest.mark.parametrize("mode", RerunMode)
def test_nothing_changes_before_the_last_step(a_scene, a_volume_node, a_logic, mode):
    node = a_logic.segment(a_volume_node, BONES)
    paint(node, "sacrum", CORNER)
    job = a_logic.prepare(a_volume_node, BONES, segmentationNode=node)
    before = whole_scene(a_scene)
    steps = a_logic.apply_steps(job, job.run(), node, mode)

    count = 0
    for _ in steps:
        count += 1
        assert whole_scene(a_scene) == before

    assert count > 2 * len(SEGMENTS)
    assert whole_scene(a_scene) != before


def test_given_up_half_way_leaves_the_scene_alone(a_scene, a_volume_node, a_logic):
    job = a_logic.prepare(a_volume_node, BONES)
    before = whole_scene(a_scene)
    steps = a_logic.apply_steps(job, job.run())
    for _ in range(5):
        next(steps)

    steps.close()

    assert whole_scene(a_scene) == before
    assert a_logic.undo_description is None


def test_an_edit_between_two_steps_is_not_overwritten(a_scene, a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, BONES)
    job = a_logic.prepare(a_volume_node, BONES, segmentationNode=node)
    steps = a_logic.apply_steps(job, job.run(), node)
    next(steps)
    paint(node, "sacrum", CORNER)
    before = whole_scene(a_scene)

    with pytest.raises(SceneChangedError, match="was changed while"):
        finish(steps)
    assert whole_scene(a_scene) == before


@pytest.mark.parametrize("which", ["volume", "segmentation"])
def test_a_node_that_goes_between_two_steps_ends_them(a_scene, a_volume_node, a_logic, which):
    node = a_logic.segment(a_volume_node, BONES)
    job = a_logic.prepare(a_volume_node, BONES, segmentationNode=node)
    steps = a_logic.apply_steps(job, job.run(), node)
    next(steps)
    a_scene.RemoveNode(a_volume_node if which == "volume" else node)
    before = whole_scene(a_scene)

    with pytest.raises(SceneChangedError):
        finish(steps)
    assert whole_scene(a_scene) == before


def test_a_scan_that_is_moved_between_two_steps_ends_them(
    a_scene, a_volume_node, a_logic, a_transform_to_world
):
    job = a_logic.prepare(a_volume_node, BONES)
    steps = a_logic.apply_steps(job, job.run())
    next(steps)
    a_volume_node.SetAndObserveTransformNodeID(add_transform(a_scene, a_transform_to_world).GetID())
    before = whole_scene(a_scene)

    with pytest.raises(SceneChangedError):
        finish(steps)
    assert whole_scene(a_scene) == before


# --- the run's own surfaces --------------------------------------------------------------------


@pytest.mark.parametrize("directions", DIRECTIONS)
@pytest.mark.parametrize("moved", [False, True])
def test_they_lie_where_slicer_would_put_them(
    a_scene, add_volume, a_logic, a_transform_to_world, directions, moved, no_conversion
):
    volume_node = add_volume(directions, a_transform_to_world)
    job = a_logic.prepare(volume_node, BONES)
    result = with_surfaces(job, job.run())
    if moved:
        transform = volume_node.GetParentTransformNode()
        transform.SetMatrixTransformToParent(None)

    node = a_logic.apply(job, result)

    for segment_id in EVERY_ID:
        found = surface_in_world(node, segment_id)
        assert open_edges(found) == 0
        assert signed_volume(found) == pytest.approx(volume_mm3(node, segment_id), rel=0.05)
        assert_normals_outward(found)
    node.RemoveClosedSurfaceRepresentation()
    ours = {one: found_bounds(a_logic.apply(job, result), one) for one in EVERY_ID}
    assert node.CreateClosedSurfaceRepresentation()
    for segment_id in EVERY_ID:
        np.testing.assert_allclose(found_bounds(node, segment_id), ours[segment_id], atol=1e-3)


def found_bounds(node, segment_id):
    return surface_in_world(node, segment_id).GetBounds()


def assert_normals_outward(surface):
    normals = vtk_to_numpy(surface.GetPointData().GetNormals())
    points = vtk_to_numpy(surface.GetPoints().GetData())
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    assert ((points - points.mean(axis=0)) * normals).sum(axis=1).mean() > 0


@pytest.mark.parametrize("smoothing", ["0.0", "0.9"])
def test_the_segmentations_smoothing_is_asked_of_the_run(
    a_volume_node, a_logic, smoothing, no_conversion
):
    node = a_volume_node.GetScene().AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.GetSegmentation().SetConversionParameter("Smoothing factor", smoothing)

    job = a_logic.prepare(a_volume_node, ["sacrum"], segmentationNode=node)

    assert job.surface_smoothing == float(smoothing)
    a_logic.apply(job, with_surfaces(job, job.run()), node)


def test_smoothing_that_was_changed_during_the_run_is_respected(a_volume_node, a_logic):
    node = a_logic.segment(a_volume_node, ["sacrum"])
    job = a_logic.prepare(a_volume_node, ["sacrum"], segmentationNode=node)
    result = with_surfaces(job, job.run())
    node.GetSegmentation().SetConversionParameter("Smoothing factor", "0.0")

    a_logic.apply(job, result, node)

    points = vtk_to_numpy(surface_in_world(node, "sacrum").GetPoints().GetData())
    halves = (points - np.array([90, 56, -111])) / np.array([1.0, 1.2, 2.0])
    np.testing.assert_allclose(halves, np.rint(halves), atol=1e-3)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("Decimation factor", "0.5"), ("Joint smoothing", "1"), ("Compute surface normals", "0")],
)
def test_other_conversions_are_slicers(a_volume_node, a_logic, parameter, value):
    node = a_volume_node.GetScene().AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.GetSegmentation().SetConversionParameter(parameter, value)
    job = a_logic.prepare(a_volume_node, BONES, segmentationNode=node)
    assert job.surface_smoothing is None

    a_logic.apply(job, with_surfaces(replace(job, surface_smoothing=0.5), job.run()), node)

    ours = {one: surface_in_world(node, one).GetNumberOfCells() for one in EVERY_ID}
    node.RemoveClosedSurfaceRepresentation()
    assert node.CreateClosedSurfaceRepresentation()
    assert {one: surface_in_world(node, one).GetNumberOfCells() for one in EVERY_ID} == ours


def test_under_a_mirroring_transform_slicer_converts(a_mirrored_volume_node, a_logic):
    job = a_logic.prepare(a_mirrored_volume_node, BONES)

    node = a_logic.apply(job, with_surfaces(job, job.run()))

    for segment_id in EVERY_ID:
        surface = surface_in_world(node, segment_id)
        assert signed_volume(surface) == pytest.approx(volume_mm3(node, segment_id), rel=0.05)
