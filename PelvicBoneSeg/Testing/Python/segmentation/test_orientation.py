"""A stack looks the same however the scan is stored."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from PelvicBoneSegLib.segmentation.orientation import PLANES, AnatomicalAxes

STORAGES = [
    (order, flips) for order in permutations(range(3)) for flips in product((1, -1), repeat=3)
]


def position_image(order, flips, tilt_deg=0.0, shape=(6, 7, 8), spacing=(1.0, 4.0, 1.5)):
    """Return voxels that hold their own LPS position (K, J, I, 3) and the matrix.

    `order[i]` is the LPS axis along which array index i runs.
    """
    matrix = np.eye(4)
    matrix[:3, :3] = 0
    for ijk, (lps, sign) in enumerate(zip(order, flips, strict=True)):
        matrix[lps, ijk] = sign * spacing[lps]
    c, s = np.cos(np.deg2rad(tilt_deg)), np.sin(np.deg2rad(tilt_deg))
    matrix = np.array([[c, -s, 0, 3], [s, c, 0, 4], [0, 0, 1, 5], [0, 0, 0, 1]]) @ matrix
    k, j, i = np.indices(shape)
    lps = np.stack([i, j, k, np.ones(shape)], axis=-1) @ matrix.T
    return lps[..., :3], matrix


@pytest.mark.parametrize("tilt", [0.0, 30.0])
@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize(("order", "flips"), STORAGES)
def test_slices_hang_as_a_radiologist_hangs_them(order, flips, plane, tilt):
    lps, matrix = position_image(order, flips, tilt)
    axes = AnatomicalAxes.from_matrix(matrix)
    x, y, z = (axes.to_stack(lps[..., axis], plane) for axis in range(3))

    to_left, to_posterior, to_inferior = (np.diff(a, axis=n) for a, n in directions(x, y, z, plane))
    assert (to_left > 0).all()
    assert (to_posterior > 0).all()
    assert (to_inferior < 0).all()


def directions(x, y, z, plane):
    axis = {"axial": (2, 1, 0), "coronal": (2, 0, 1), "sagittal": (0, 2, 1)}[plane]
    return (x, axis[0]), (y, axis[1]), (z, axis[2])


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize(("order", "flips"), STORAGES)
def test_spacing_and_slice_axis_follow_the_stack(order, flips, plane):
    lps, matrix = position_image(order, flips)
    axes = AnatomicalAxes.from_matrix(matrix)
    normal = {"axial": 2, "coronal": 1, "sagittal": 0}[plane]
    assert axes.stack_spacing(plane)[0] == pytest.approx((1.0, 4.0, 1.5)[normal])
    stack = axes.to_stack(lps[..., normal], plane)
    assert stack.shape[0] == lps.shape[axes.slice_axis(plane)]
    assert np.ptp(stack[0]) == pytest.approx(0)


def test_a_stack_is_a_view():
    _, matrix = position_image((0, 1, 2), (1, -1, 1))
    array = np.zeros((6, 7, 8))
    AnatomicalAxes.from_matrix(matrix).to_stack(array, "coronal")[...] = 1
    assert array.all()


@pytest.mark.parametrize(
    ("spacing", "plane"),
    [
        ((1, 5, 1), "coronal"),
        ((1, 1, 5), "axial"),
        ((5, 1, 1), "sagittal"),
        ((1, 1.2, 1), None),
        ((1, 1.5, 1.5), None),
    ],
)
def test_the_thickest_direction_is_the_acquisition_plane(spacing, plane):
    _, matrix = position_image((2, 0, 1), (1, 1, -1), tilt_deg=20, spacing=spacing)
    assert AnatomicalAxes.from_matrix(matrix).acquisition_plane == plane
