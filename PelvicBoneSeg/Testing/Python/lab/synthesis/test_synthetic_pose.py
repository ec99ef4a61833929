"""A synthetic slice shows the anatomy just as the stack of the scan does."""

from __future__ import annotations

import numpy as np
import pytest

from lab.synthesis.small_bodies import LIVELY, STILL, a_map, a_scan
from PelvicBoneSegLab.synthesis import SyntheticSource, contrast, source, tissue_map_from_scan
from PelvicBoneSegLab.synthesis.pose import Pose
from PelvicBoneSegLab.synthesis.tissue_map import GRID_MM, Kind
from PelvicBoneSegLib.segmentation.orientation import PLANES

PATCH = 24
STACK_AXES = {"axial": (0, 1, 2), "coronal": (1, 0, 2), "sagittal": (2, 0, 1)}


@pytest.fixture
def t1_alone(monkeypatch):
    """In other sequences fat or marrow may be as dark as cortex or air."""
    monkeypatch.setattr(contrast, "SEQUENCES", {"t1": contrast.SEQUENCES["t1"]})
    monkeypatch.setattr(contrast, "_OFTEN", ())


def matrix(columns):
    """Return IJK→LPS with these unit columns i, j, k and the grid's spacing."""
    result = np.eye(4)
    result[:3, :3] = np.array(columns).T * GRID_MM
    return result


@pytest.mark.parametrize(
    "columns",
    [
        ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
        ((0, -1, 0), (0, 0, -1), (-1, 0, 0)),
        ((-1, 0, 0), (0, 0.97, 0.24), (0, -0.24, 0.97)),
    ],
    ids=["CT", "coronal", "sagittal and flipped", "tilted"],
)
@pytest.mark.parametrize("plane", PLANES)
def test_labels_are_those_of_the_stack(plane, columns):
    rng = np.random.default_rng(3)
    blocks = rng.integers(0, 5, (5, 6, 7)).repeat(8, 0).repeat(8, 1).repeat(8, 2).astype(np.uint8)
    voxels = rng.uniform(100, 200, blocks.shape)
    scan = a_scan(voxels, blocks, matrix(columns))
    body = tissue_map_from_scan(scan)
    source = SyntheticSource([body], [-5, 0, 5], GRID_MM, PATCH, STILL)
    stack = scan.volume.axes.to_stack(blocks, plane)
    middle = [n // 2 for n in stack.shape]
    # The patch's centre is a corner of four pixels; the map has one more layer around.
    centre = np.zeros(3)
    for axis, index, shift in zip(STACK_AXES[plane], middle, (0.5, 0, 0), strict=True):
        centre[axis] = (index + 1 + shift) * GRID_MM
    sample = source.slice_at(body, Pose.plain(plane, centre), rng)
    rows, columns = (slice(m - PATCH // 2, m + PATCH // 2) for m in middle[1:])
    expected = stack[middle[0], rows, columns]
    assert len(np.unique(expected)) > 3
    np.testing.assert_array_equal(sample.labels, expected)


@pytest.mark.parametrize("plane", PLANES)
def test_channels_lie_along_the_slices_direction(t1_alone, monkeypatch, plane):
    monkeypatch.setattr(source, "_AT_AN_END", 0.0)
    tissues = np.ones((40, 40, 40))
    beyond = [slice(None)] * 3
    beyond[STACK_AXES[plane][0]] = slice(22, None)
    tissues[tuple(beyond)] = 2
    two = a_map(tissues, [Kind.AIR, Kind.CORTEX, Kind.FAT], [0, 1, 2])
    slices = SyntheticSource([two], [-6, 0, 6], GRID_MM, PATCH, STILL)
    centre = np.full(3, 21.0) * GRID_MM
    # The first two channels are cortex, which is darker than fat.
    rng = np.random.default_rng(0)
    first, middle, last = slices.slice_at(two, Pose.plain(plane, centre), rng).image.mean((1, 2))
    assert abs(first - middle) < 0.2
    assert last - middle > 0.5


def test_beyond_the_map_there_is_air(t1_alone):
    solid = a_map(np.ones((20, 20, 20)), [Kind.AIR, Kind.MARROW], [0, 1])
    source = SyntheticSource([solid], [0], GRID_MM, PATCH, STILL)
    centre = np.array([11.0, 1.0, 11.0]) * GRID_MM
    sample = source.slice_at(solid, Pose.plain("axial", centre), np.random.default_rng(0))
    assert not sample.labels[:12].any()
    assert sample.labels[12:, 2:22].all()
    assert sample.image[0, :10].max() < sample.image[0, 14:, 4:20].min()


def test_the_tilt_is_about_the_right_left_axis():
    settings = {**STILL, "planes": {"coronal": 1.0}, "tilt_deg": 25}
    target, rng = np.zeros(3), np.random.default_rng(1)
    normals = [Pose.drawn(target, 100, settings, rng).axes[:, 0] for _ in range(60)]
    normals = np.array([normal / np.linalg.norm(normal) for normal in normals])
    tilts = np.rad2deg(np.arctan2(normals[:, 0], normals[:, 1]))
    np.testing.assert_allclose(normals[:, 2], 0, atol=1e-12)
    assert tilts.min() < -18
    assert tilts.max() > 18
    assert np.abs(tilts).max() <= 27


def test_the_point_to_show_is_in_the_patch():
    settings, rng = {**LIVELY, "elastic_mm": [0, 0]}, np.random.default_rng(2)
    target = np.array([100.0, 90.0, 80.0])
    for _ in range(20):
        pose = Pose.drawn(target, PATCH * GRID_MM, settings, rng)
        voxels = pose.voxels([0.0], PATCH, GRID_MM, GRID_MM)[0]
        distance = np.linalg.norm((voxels + 0.5) * GRID_MM - target[:, None, None], axis=0)
        assert distance.min() < 1.5 * GRID_MM
