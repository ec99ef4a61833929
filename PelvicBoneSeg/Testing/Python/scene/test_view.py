"""Slicer's own 3D view takes the surfaces up."""

from __future__ import annotations


def shown(renderer):
    """Return the number of triangles of each visible surface, smallest first."""
    actors = [
        renderer.GetActors().GetItemAsObject(index)
        for index in range(renderer.GetActors().GetNumberOfItems())
    ]
    visible = [actor.GetMapper() for actor in actors if actor.GetVisibility()]
    for mapper in visible:
        mapper.Update()
    return sorted(mapper.GetInput().GetNumberOfCells() for mapper in visible)


def triangles(node):
    segmentation = node.GetSegmentation()
    return sorted(
        segmentation.GetSegment(segment_id).GetRepresentation("Closed surface").GetNumberOfCells()
        for segment_id in segmentation.GetSegmentIDs()
    )


def test_a_run_shows_its_surfaces(a_3d_view, a_volume_node, a_logic):
    assert shown(a_3d_view) == []

    node = a_logic.segment(a_volume_node, ["femur", "sacrum"])

    assert len(shown(a_3d_view)) == 3
    assert shown(a_3d_view) == triangles(node)


def test_a_second_run_shows_the_new_surfaces(a_3d_view, a_volume_node, a_logic, logic_with):
    node = a_logic.segment(a_volume_node, ["femur", "sacrum"])
    before = shown(a_3d_view)

    logic_with(half=True).segment(a_volume_node, ["femur"], segmentationNode=node)

    assert shown(a_3d_view) == triangles(node)
    assert sum(shown(a_3d_view)) < sum(before)
