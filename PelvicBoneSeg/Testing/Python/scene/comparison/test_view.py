"""Slicer's own 3D view shows the painted bones in place of the segments."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.scene.comparison.logic import ComparisonLogic
from PelvicBoneSegLib.scene.comparison.scene import clear_comparison
from scene.segmentations import add_segmentation, ball


@pytest.fixture
def two_balls(a_scene):
    """The reference lies 3 mm further along i."""
    first = add_segmentation(a_scene, "A", {"Sacrum": ball(8)})
    second = add_segmentation(a_scene, "B", {"Sacrum": np.roll(ball(8), 3, axis=2)})
    for node in (first, second):
        assert node.CreateClosedSurfaceRepresentation()
    return first, second


def mappers(renderer) -> list:
    """Return the mappers of the visible surfaces."""
    actors = [
        renderer.GetActors().GetItemAsObject(index)
        for index in range(renderer.GetActors().GetNumberOfItems())
    ]
    return [actor.GetMapper() for actor in actors if actor.GetVisibility()]


def painted(renderer) -> list[bool]:
    """Return of each visible surface whether it has the colours of its scalars."""
    return [bool(mapper.GetScalarVisibility()) for mapper in mappers(renderer)]


def colour_at(mapper, direction) -> np.ndarray:
    """Return red, green, blue (0–255) at the point that lies furthest that way."""
    mapper.Update()
    surface = mapper.GetInput()
    points = np.array([surface.GetPoint(n) for n in range(surface.GetNumberOfPoints())])
    colours = mapper.MapScalars(1.0)
    return np.array(colours.GetTuple(int(np.argmax(points @ direction)))[:3])


def test_painted_bones_take_the_segments_place(a_scene, a_3d_view, two_balls):
    assert painted(a_3d_view) == [False, False]

    ComparisonLogic().compare(*two_balls)
    assert painted(a_3d_view) == [True]

    clear_comparison(a_scene)
    assert painted(a_3d_view) == [False, False]


def test_red_is_outside_and_blue_inside(a_3d_view, two_balls):
    ComparisonLogic().compare(*two_balls)
    (mapper,) = mappers(a_3d_view)
    red, _, blue = colour_at(mapper, (-1, 0, 0))
    assert red > blue + 60
    red, _, blue = colour_at(mapper, (1, 0, 0))
    assert blue > red + 60
