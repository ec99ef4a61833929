from __future__ import annotations

import numpy as np
import pytest

from evaluation.shapes import box, sphere
from PelvicBoneSegLib.evaluation.surface_distance import (
    DirectedDistances,
    neighbour_codes,
    surface_distances,
)

K_J_I = (5.0, 2.0, 0.5)


def plate(k):
    """Make a plate of one voxel's thickness at index k."""
    return box((k, k + 1), (2, 28), (2, 38))


def test_the_corners_around_a_voxel_see_it_in_eight_places():
    codes = neighbour_codes(np.ones((1, 1, 1), bool))

    # The corner before the voxel sees it as its last neighbour, the one behind as its first.
    assert codes.ravel().tolist() == [128, 64, 32, 16, 8, 4, 2, 1]


def test_a_single_voxel_has_the_surface_of_its_octahedron():
    """Eight triangles cut a unit voxel's corners off: an octahedron of edge √½, area √3."""
    voxel = np.ones((1, 1, 1), bool)
    distances = surface_distances(voxel, voxel, (1, 1, 1))

    assert distances.from_truth.areas.sum() == pytest.approx(np.sqrt(3))
    assert distances.hd95_mm == distances.assd_mm == 0
    assert distances.surface_dice(0) == 1


def test_a_voxel_of_unequal_sides_has_triangles_by_herons_formula():
    distances = surface_distances(*[np.ones((1, 1, 1), bool)] * 2, K_J_I)

    a, b, c = (np.hypot(*pair) / 2 for pair in ((5, 2), (5, 0.5), (2, 0.5)))
    s = (a + b + c) / 2
    triangle = np.sqrt(s * (s - a) * (s - b) * (s - c))
    assert distances.from_truth.areas == pytest.approx(np.full(8, triangle))


@pytest.mark.parametrize(("axis", "far", "near"), [(0, 15.0, 10.0), (1, 6.0, 4.0), (2, 1.5, 1.0)])
def test_two_voxels_three_apart_are_measured_in_mm_along_each_axis(axis, far, near):
    """The far half of each surface is 3 voxels from the other one, the near half is 2."""
    shape = np.ones(3, int)
    shape[axis] = 4
    first, last = np.zeros((2, *shape), bool)
    first[0, 0, 0] = True
    last[tuple(shape - 1)] = True
    distances = surface_distances(first, last, K_J_I)

    assert distances.hd95_mm == pytest.approx(far)
    assert distances.assd_mm == pytest.approx((far + near) / 2)


def test_a_plate_shifted_along_its_normal():
    """Faces lie at 5 and 6 slices, and at 8 and 9: 3 and 2 slices of 5 mm from the other plate."""
    distances = surface_distances(plate(8), plate(5), K_J_I)

    assert distances.hd95_mm == 15
    assert distances.assd_mm == pytest.approx(12.5)
    assert distances.surface_dice(2) == 0
    assert distances.surface_dice(10) == pytest.approx(0.5)
    assert distances.surface_dice(15) == 1


def test_plates_that_touch_share_half_of_their_surface():
    distances = surface_distances(plate(6), plate(5), K_J_I)

    assert distances.hd95_mm == 5
    assert distances.assd_mm == pytest.approx(2.5)
    assert distances.surface_dice(2) == pytest.approx(0.5)


def test_a_box_shifted_by_two_voxels_is_two_voxels_off_at_both_ends():
    """The end faces are a sixth of the surface each, more than the 5 % that HD95 leaves out."""
    first = np.zeros((24, 24, 26), bool)
    first[2:22, 2:22, 2:22] = True
    distances = surface_distances(np.roll(first, 2, axis=2), first, (1, 1, 1))

    assert distances.hd95_mm == 2
    assert distances.surface_dice(2) == 1
    assert distances.surface_dice(1.9) < 1


def test_a_tolerance_that_is_met_exactly_counts():
    distances = surface_distances(plate(9), plate(8), (0.4, 1.0, 1.0))

    assert distances.surface_dice(0.4) == 1


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (4.0, 0.8, 0.8)], ids=["cubic", "slices"])
def test_concentric_spheres_are_the_difference_of_their_radii_apart(spacing):
    """But for the places being voxel corners, to the nearest of which the way is shorter."""
    distances = surface_distances(sphere(28, spacing), sphere(20, spacing), spacing)

    assert 8 - 0.6 * max(spacing) < distances.assd_mm < 8
    assert distances.hd95_mm == pytest.approx(8, abs=0.1 * max(spacing))
    assert distances.surface_dice(2) < 0.01


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (4.0, 0.8, 0.8)], ids=["cubic", "slices"])
def test_a_sphere_has_nearly_its_own_surface(spacing):
    """Voxel steps, cut at their corners, have 9 % to 21 % more than the sphere."""
    ball = sphere(25, spacing)
    areas = surface_distances(ball, ball, spacing).from_truth.areas

    assert 1.05 < areas.sum() / (4 * np.pi * 25**2) < 1.25


def test_a_hole_has_the_surface_of_what_was_taken_out():
    lump = np.zeros((9, 9, 9), bool)
    lump[3:6, 3:6, 3:6] = lump[4, 4, 6] = lump[6, 5, 5] = lump[2, 2, 2] = True
    hole = np.pad(~lump, 1, constant_values=True)
    around = surface_distances(hole, hole, (3, 2, 1)).from_truth.areas.sum()
    outer = surface_distances(*[np.ones((11, 11, 11), bool)] * 2, (3, 2, 1)).from_truth.areas.sum()
    own = surface_distances(lump, lump, (3, 2, 1)).from_truth.areas.sum()

    assert around - outer == pytest.approx(own)


def test_a_bone_cut_off_by_the_edge_of_the_array_ends_there():
    inside, at_edge = box((2, 6), (2, 6), (2, 6), (8, 8, 8)), np.ones((4, 4, 4), bool)
    first = surface_distances(inside, inside, K_J_I).from_truth.areas.sum()
    second = surface_distances(at_edge, at_edge, K_J_I).from_truth.areas.sum()

    assert first == pytest.approx(second)


def test_in_a_slice_contours_are_weighted_with_their_length():
    """Strips of one row, three apart: rows 5 and 6 against 8 and 9; their ends are short."""
    first, second = np.zeros((2, 12, 402), bool)
    first[5, 1:401] = second[8, 1:401] = True
    distances = surface_distances(first, second, (2.0, 0.5))

    assert distances.hd95_mm == 6
    assert distances.assd_mm == pytest.approx(5)
    assert distances.surface_dice(4) == pytest.approx(0.5)


def test_a_percentile_weighs_areas_and_not_pieces():
    distances = DirectedDistances(mm=np.array([9.0, 1.0, 2.0]), areas=np.array([1.0, 60.0, 39.0]))

    assert distances.percentile(60) == 1
    assert distances.percentile(61) == 2
    assert distances.percentile(99) == 2
    assert distances.percentile(99.5) == 9
