from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.segmentation.components import (
    bounding_box,
    cavities,
    number_parts,
    slice_hole_sizes,
)


def test_parts_that_touch_by_a_corner_are_one():
    mask = np.zeros((6, 6, 8), bool)
    mask[1, 1, 1] = mask[2, 2, 2] = mask[4, 4, 7] = True

    assert number_parts(np.nonzero(mask)).tolist() == [1, 1, 2]


def test_no_voxels_have_no_parts():
    assert number_parts(np.nonzero(np.zeros((3, 3, 3)))).size == 0


def test_the_bounding_box_holds_all_voxels_and_no_more():
    mask = np.zeros((6, 7, 8), bool)
    mask[2, 3, 4] = mask[5, 1, 6] = True

    assert bounding_box(np.nonzero(mask)) == (slice(2, 6), slice(1, 4), slice(4, 7))


def test_holes_of_a_slice_are_measured_and_bays_are_none():
    mask = np.array([[1, 1, 1, 1, 0], [1, 0, 0, 1, 1], [1, 1, 1, 0, 1], [0, 1, 1, 1, 1]], bool)

    sizes = slice_hole_sizes(np.stack([mask, np.zeros_like(mask)]))

    assert sizes[0].tolist() == [[0, 0, 0, 0, 0], [0, 2, 2, 0, 0], [0, 0, 0, 1, 0], [0] * 5]
    assert not sizes[1].any()


def test_a_cavity_is_closed_on_all_sides():
    mask = np.ones((5, 5, 7), bool)
    mask[2, 2, 2] = mask[2, 2, 4:] = False

    assert np.argwhere(cavities(mask)).tolist() == [[2, 2, 2]]
