"""The signed distance on a surface, against balls whose distance is known."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy

from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.scene.comparison import distance as comparison_distance
from PelvicBoneSegLib.scene.comparison.distance import painted_surface
from scene.reading import open_edges, signed_volume

CENTRE = np.array([20.0, 21.0, 22.0])
IDENTITY = np.eye(4)
LEFT_HANDED = np.diag([-1.0, 1.0, 1.0, 1.0])
SHAPE = (44, 42, 40)


def ball(radius, shift=(0, 0, 0)):
    k, j, i = np.indices(SHAPE)
    offset = np.stack([i, j, k], axis=-1) - CENTRE - shift
    return (offset**2).sum(axis=-1) <= radius**2


def painted(mask, reference, matrix=IDENTITY, **options):
    return painted_surface(mask, reference, matrix, "mm", **options)


def values(surface):
    return vtk_to_numpy(surface.GetPointData().GetArray("mm"))


@pytest.mark.parametrize("matrix", [IDENTITY, LEFT_HANDED])
@pytest.mark.parametrize(("radius", "expected"), [(14, 4), (6, -4), (10, 0)])
def test_outside_is_positive_and_inside_negative(matrix, radius, expected):
    surface = painted(ball(radius), ball(10), matrix)
    assert values(surface) == pytest.approx(np.full(len(values(surface)), expected), abs=0.5)
    assert values(surface).mean() == pytest.approx(expected, abs=0.1)


def test_distances_are_in_mm():
    surface = painted(ball(14), ball(10), np.diag([2.0, 2.0, 2.0, 1.0]))
    assert values(surface).mean() == pytest.approx(8, abs=0.2)


def test_a_shifted_ball_is_out_on_one_side_and_in_on_the_other():
    surface = painted(ball(10, (3, 0, 0)), ball(10))
    points = vtk_to_numpy(surface.GetPoints().GetData())
    along = (points - CENTRE - [3, 0, 0])[:, 0] / 10
    exact = np.sqrt(((points - CENTRE) ** 2).sum(axis=1)) - 10
    assert np.abs(values(surface) - exact).max() < 0.6
    assert values(surface)[along > 0.9].min() > 2.4
    assert values(surface)[along < -0.9].max() < -2.4


@pytest.mark.parametrize("matrix", [IDENTITY, LEFT_HANDED])
def test_the_surface_is_closed_with_normals_outward(matrix):
    surface = painted(ball(10), ball(8), matrix)
    assert open_edges(surface) == 0
    assert signed_volume(surface) == pytest.approx(4 / 3 * np.pi * 1000, rel=0.05)
    points = vtk_to_numpy(surface.GetPoints().GetData()) - (matrix[:3, :3] @ CENTRE)
    normals = vtk_to_numpy(surface.GetPointData().GetNormals())
    assert ((points * normals).sum(axis=1) > 0).all()
    assert surface.GetPointData().GetScalars().GetName() == "mm"


def test_without_either_there_is_nothing_to_paint():
    nothing = np.zeros(SHAPE, bool)
    assert painted(nothing, ball(5)) is None
    assert painted(ball(5), nothing) is None


def test_the_parts_make_up_the_whole(monkeypatch):
    whole = values(painted(ball(9, (1, 2, 3)), ball(10)))
    monkeypatch.setattr(comparison_distance, "POINTS_AT_A_TIME", 7)
    assert (values(painted(ball(9, (1, 2, 3)), ball(10))) == whole).all()


def test_it_can_be_cancelled_between_parts(monkeypatch):
    monkeypatch.setattr(comparison_distance, "POINTS_AT_A_TIME", 100)
    polls = []
    with pytest.raises(Cancelled):
        painted(ball(9), ball(10), cancel=lambda: len(polls) == 3 or polls.append(1))
    assert len(polls) == 3
