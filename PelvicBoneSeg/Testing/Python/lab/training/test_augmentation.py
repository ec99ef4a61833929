"""Image, labels and silent bits move together, and intensities change only as far as told."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from PelvicBoneSegLab.training.augmentation import Augmentation

NOTHING = {
    "rotation_deg": 0,
    "scale": [1, 1],
    "shear": 0,
    "shift_mm": 0,
    "flip": 0.0,
    "appearance": 0.0,
    "gamma": [1, 1],
    "contrast": 0,
    "brightness": 0,
    "bias_field": 0,
    "noise": 0,
    "blur_px": 0.3,
}
MOVES = [
    {"rotation_deg": 40},
    {"scale": [0.7, 0.8]},
    {"shear": 0.3},
    {"shift_mm": 20},
    {"flip": 1.0},
    {"rotation_deg": 30, "scale": [0.8, 1.2], "shift_mm": 10, "flip": 0.5},
]
APPEARANCE = {
    "gamma": [0.3, 0.4],
    "contrast": 0.5,
    "brightness": 0.9,
    "bias_field": 0.5,
    "noise": 0.6,
    "blur_px": 3.0,
}


@pytest.fixture
def a_slice():
    """A bright block, not symmetric to anything, in a slice that is not square."""
    labels = torch.zeros(64, 96, dtype=torch.uint8)
    labels[12:30, 40:80] = 1
    silent = 3 * labels
    return labels[None].float().expand(3, -1, -1) * 2 - 1, labels, silent


def augment(a_slice, seed=3, patch=96, **changes):
    augmentation = Augmentation({**NOTHING, **changes}, patch, spacing_mm=1.0)
    return augmentation(*a_slice, np.random.default_rng(seed))


def test_nothing_asked_changes_nothing_but_the_crop(a_slice):
    sample = augment(a_slice, patch=64)
    assert np.array_equal(sample.labels, a_slice[1][:, 16:80].numpy())
    assert np.array_equal(sample.silent, 3 * sample.labels)
    assert np.allclose(sample.image, a_slice[0][:, :, 16:80], atol=1e-4)


def test_the_types_are_those_of_a_sample(a_slice):
    sample = augment(a_slice, patch=64, appearance=1.0, **APPEARANCE)
    assert (sample.image.dtype, sample.image.shape) == (np.float32, (3, 64, 64))
    assert (sample.labels.dtype, sample.labels.shape) == (np.uint8, (64, 64))
    assert (sample.silent.dtype, sample.silent.shape) == (np.uint8, (64, 64))


@pytest.mark.parametrize("changes", MOVES)
def test_labels_and_silent_bits_follow_the_image(a_slice, changes):
    sample = augment(a_slice, **changes)
    assert ((sample.image[1] > 0) == (sample.labels == 1)).mean() > 0.985
    assert np.array_equal(sample.silent, 3 * sample.labels)
    assert not np.array_equal(sample.labels, augment(a_slice).labels)


def test_what_comes_in_from_outside_is_darkest(a_slice):
    sample = augment(a_slice, patch=160)
    assert (sample.image[:, :40] == -1).all()
    assert not sample.labels[:40].any()


def test_a_rotation_keeps_the_area_also_where_slices_are_not_square(a_slice):
    areas = [int(augment(a_slice, seed, rotation_deg=180).labels.sum()) for seed in range(5)]
    assert areas == pytest.approx([18 * 40] * 5, rel=0.05)


def test_scale_changes_the_area_by_its_square(a_slice):
    area = int(augment(a_slice, scale=[0.5, 0.5]).labels.sum())
    assert area == pytest.approx(18 * 40 / 4, rel=0.1)


def test_both_axes_are_shifted(a_slice):
    moved = [augment(a_slice, seed, shift_mm=12).labels for seed in range(6)]
    middles = np.array([np.argwhere(labels).mean(axis=0) for labels in moved])
    assert (np.ptp(middles, axis=0) > 6).all()


def test_left_and_right_are_exchanged_where_columns_cross(a_slice):
    plain = augment(a_slice)
    for side, expected in ((True, plain.labels[:, ::-1]), (False, plain.labels)):
        augmentation = Augmentation({**NOTHING, "flip": 1.0}, 96, spacing_mm=1.0)
        sample = augmentation(*a_slice, np.random.default_rng(3), columns_cross=side)
        assert np.array_equal(sample.labels, expected)
        assert np.array_equal(sample.silent, 3 * sample.labels)
        assert np.array_equal(sample.image[0] > 0, sample.labels == 1)


@pytest.mark.parametrize("setting", sorted(APPEARANCE))
def test_intensity_changes_leave_the_labels_alone(a_slice, setting):
    image, labels, silent = a_slice
    grey = (image * 0.5, labels, silent)
    plain = augment(grey)
    # Some are drawn every second time.
    samples = [
        augment(grey, seed, appearance=1.0, **{setting: APPEARANCE[setting]}) for seed in range(5)
    ]
    for changed in samples:
        assert np.array_equal(changed.labels, plain.labels)
        assert np.array_equal(changed.silent, plain.silent)
        assert changed.image.min() >= -1
        assert changed.image.max() <= 2
    assert not all(np.allclose(one.image, plain.image, atol=1e-2) for one in samples)


def test_the_same_state_gives_the_same_sample(a_slice):
    settings = {"rotation_deg": 30, "appearance": 1.0, **APPEARANCE}
    first, second, other = (augment(a_slice, seed, **settings) for seed in (3, 3, 4))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.labels, second.labels)
    assert not np.array_equal(first.image, other.image)
