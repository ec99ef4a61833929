from __future__ import annotations

import numpy as np
import pytest
import slicer

from PelvicBoneSegLib.errors import NotALabelmapSegmentationError, SegmentationChangedError
from PelvicBoneSegLib.scene.surface_settings import (
    apply_smoothing,
    get_smoothing,
    prepare_smoothing,
    set_smoothing,
    surface_volume,
)
from PelvicBoneSegLib.segmentation.surface import closed_surface, surface_arrays
from scene.conftest import add_transform
from scene.reading import mask, open_edges, signed_volume, surface_in_world, volume_mm3
from scene.segmentations import add_segmentation, ball, box

FACTOR = "Smoothing factor"


@pytest.fixture
def a_segmentation(a_logic, a_volume_node):
    return a_logic.segment(a_volume_node, ["femur"])


def points(node, segment_id):
    surface = node.GetSegmentation().GetSegment(segment_id).GetRepresentation("Closed surface")
    return np.array([surface.GetPoint(n) for n in range(surface.GetNumberOfPoints())])


def test_the_factor_is_slicers_own_parameter(a_segmentation):
    assert get_smoothing(a_segmentation) == 0.5
    set_smoothing(a_segmentation, 0.3)
    assert float(a_segmentation.GetSegmentation().GetConversionParameter(FACTOR)) == 0.3
    assert get_smoothing(a_segmentation) == 0.3


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0])
def test_surfaces_are_those_that_slicer_would_make(a_segmentation, factor):
    set_smoothing(a_segmentation, factor)
    ours = {one: points(a_segmentation, one) for one in ("left_femur", "right_femur")}
    assert a_segmentation.GetSegmentation().CreateRepresentation("Closed surface", True)
    for segment_id, found in ours.items():
        theirs = points(a_segmentation, segment_id)
        assert len(found) == len(theirs)
        nearest = [np.linalg.norm(theirs - one, axis=1).min() for one in found[::50]]
        assert max(nearest) < 0.01


def test_voxels_stay_and_surfaces_stay_closed(a_segmentation):
    before = mask(a_segmentation, "left_femur")
    set_smoothing(a_segmentation, 1.0)
    assert (mask(a_segmentation, "left_femur") == before).all()
    surface = surface_in_world(a_segmentation, "left_femur")
    assert open_edges(surface) == 0
    assert signed_volume(surface) > 0


def test_the_3d_view_shows_the_new_surfaces(a_segmentation, a_3d_view):
    def drawn():
        """Return how many points are drawn, and how wide they are in all."""
        actors = a_3d_view.GetActors()
        shown = [actors.GetItemAsObject(n) for n in range(actors.GetNumberOfItems())]
        for actor in shown:
            actor.GetMapper().Update()
        surfaces = [actor.GetMapper().GetInput() for actor in shown]
        surfaces = [one for one in surfaces if one is not None]
        return (
            sum(one.GetNumberOfPoints() for one in surfaces),
            sum(float(np.ptp(one.GetBounds()[:2])) for one in surfaces),
        )

    set_smoothing(a_segmentation, 0.0)
    rough = drawn()
    set_smoothing(a_segmentation, 1.0)
    assert drawn()[0] == rough[0] > 0
    assert drawn()[1] < rough[1]


@pytest.mark.parametrize("spacing", [0.9, 3.0])
def test_the_volume_of_a_ball_stays_within_two_percent_at_half(a_scene, spacing):
    """27 mm across at 0.9 mm, 90 mm at 3 mm."""
    matrix = np.diag([spacing, spacing, spacing, 1])
    node = add_segmentation(a_scene, "S", {"Ball": ball(15, (40, 40, 40))}, matrix)
    for factor in (0.0, 0.5):
        set_smoothing(node, factor)
        assert abs(surface_volume(node, "Ball").change) < 0.02
    set_smoothing(node, 1.0)
    assert surface_volume(node, "Ball").change < 0


def test_volumes_are_those_in_the_world(a_scene, a_segmentation):
    found = surface_volume(a_segmentation, "left_femur")
    assert found.voxels_ml == pytest.approx(volume_mm3(a_segmentation, "left_femur") / 1000)
    surface = surface_in_world(a_segmentation, "left_femur")
    assert found.surface_ml == pytest.approx(signed_volume(surface) / 1000, rel=1e-4)
    twice = add_transform(a_scene, np.diag([2.0, 1, 1, 1]))
    a_segmentation.SetAndObserveTransformNodeID(twice.GetID())
    wider = surface_volume(a_segmentation, "left_femur")
    assert wider.voxels_ml == pytest.approx(2 * found.voxels_ml)
    assert wider.surface_ml == pytest.approx(2 * found.surface_ml)


def test_under_a_mirror_slicer_converts(a_scene, a_logic, a_mirrored_volume_node):
    node = a_logic.segment(a_mirrored_volume_node, ["femur"])
    assert prepare_smoothing(node, 0.2).segment_ids == ()
    set_smoothing(node, 0.2)
    assert signed_volume(surface_in_world(node, "left_femur")) > 0


def test_surfaces_of_voxels_that_were_edited_meanwhile_are_dropped(a_segmentation):
    job = prepare_smoothing(a_segmentation, 1.0)
    made = job.mask("left_femur")
    surfaces = {"left_femur": surface_arrays(closed_surface(made.voxels, made.ijk_to_ras, 1.0))}
    a_segmentation.GetSegmentation().GetSegment("left_femur").GetRepresentation(
        "Binary labelmap"
    ).Modified()
    with pytest.raises(SegmentationChangedError):
        apply_smoothing(job, surfaces)
    assert get_smoothing(a_segmentation) == 0.5


def test_an_empty_segment_is_no_hindrance(a_scene):
    masks = {"Ball": ball(6), "Empty": box((0, 0, 0), (0, 0, 0))}
    node = add_segmentation(a_scene, "S", masks)
    set_smoothing(node, 0.4)
    assert surface_volume(node, "Ball").surface_ml > 0.7
    assert surface_volume(node, "Empty") is None


def test_surfaces_alone_are_refused(a_scene):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.GetSegmentation().SetSourceRepresentationName("Closed surface")
    node.GetSegmentation().AddSegment(slicer.vtkSegment(), "one")
    with pytest.raises(NotALabelmapSegmentationError):
        set_smoothing(node, 0.5)


def test_squares_of_surface_nets_are_measured_too(a_segmentation):
    """They are a conversion method that the Segment Editor offers beside *Show 3D*."""
    segmentation = a_segmentation.GetSegmentation()
    segmentation.SetConversionParameter("Conversion method", "1")
    assert segmentation.CreateRepresentation("Closed surface", True)
    surface = segmentation.GetSegment("left_femur").GetRepresentation("Closed surface")
    assert surface.GetPolys().IsHomogeneous() == 4

    found = surface_volume(a_segmentation, "left_femur")

    assert found.voxels_ml == pytest.approx(volume_mm3(a_segmentation, "left_femur") / 1000)
    assert abs(found.change) < 0.05
