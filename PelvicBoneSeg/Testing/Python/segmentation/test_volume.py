"""What a volume accepts, and its measures."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.errors import (
    AbsurdGeometryError,
    ConstantImageError,
    NonFiniteVoxelsError,
    TooFewSlicesError,
    WrongDimensionError,
)
from PelvicBoneSegLib.segmentation.volume import Volume

CORONAL = np.array([[0.9, 0, 0, -170], [0, 0, 5, -90], [0, -0.9, 0, 160], [0, 0, 0, 1.0]])


def some_voxels(shape=(10, 40, 50)) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_spacing_and_voxel_volume_are_in_mm():
    volume = Volume(some_voxels(), CORONAL)
    assert np.allclose(volume.spacing, (0.9, 0.9, 5))
    assert volume.voxel_volume_mm3 == pytest.approx(0.9 * 0.9 * 5)


def test_handedness_is_told_by_the_matrix():
    flipped = CORONAL @ np.diag([1, 1, -1, 1])
    assert (
        Volume(some_voxels(), CORONAL).is_left_handed
        is not Volume(some_voxels(), flipped).is_left_handed
    )


@pytest.mark.parametrize("shape", [(40, 50), (2, 10, 40, 50)])
def test_other_than_three_dimensions_are_refused(shape):
    with pytest.raises(WrongDimensionError, match=str(len(shape))):
        Volume(some_voxels(shape), CORONAL)


def test_two_slices_are_refused():
    with pytest.raises(TooFewSlicesError, match="50×40×2"):
        Volume(some_voxels((2, 40, 50)), CORONAL)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_voxels_that_are_no_number_are_counted_and_refused(bad):
    voxels = some_voxels()
    voxels[3, 4, 5] = voxels[1, 2, 3] = bad
    with pytest.raises(NonFiniteVoxelsError, match="^2 voxels"):
        Volume(voxels, CORONAL)


def test_a_constant_image_is_refused():
    with pytest.raises(ConstantImageError, match="7"):
        Volume(np.full((5, 40, 50), 7), CORONAL)


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([0.9, 0.9, 0.0, 1]),
        np.diag([0.9, 0.9, 30.0, 1]),
        np.diag([0.01, 0.01, 5, 1]),
        np.diag([0.9, np.nan, 5, 1]),
        np.diag([0.06, 0.06, 0.06, 1]),
        np.eye(3),
        np.array([[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
    ],
    ids=["zero", "thick", "tiny", "nan", "too small", "3x3", "skewed"],
)
def test_absurd_geometry_is_refused(matrix):
    with pytest.raises(AbsurdGeometryError, match="geometry"):
        Volume(some_voxels(), matrix)
