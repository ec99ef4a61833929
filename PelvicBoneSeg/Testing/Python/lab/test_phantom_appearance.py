from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from PelvicBoneSegLab.phantom.appearance import Look, render, slice_shares
from PelvicBoneSegLab.phantom.tissues import Tissue

SPACING = np.array([0.9, 0.9, 5.0])
PLAIN = replace(Look.typical(), texture=0, streaks=0, bias=0, noise=0, blur_mm=0)


@pytest.fixture
def fat_above_muscle() -> np.ndarray:
    """Four thick slices of four thin ones; slice 1 is a quarter muscle, slices 2 and 3 all."""
    tissues = np.full((16, 40, 50), Tissue.FAT, dtype=np.uint8)
    tissues[7:] = Tissue.MUSCLE
    return tissues


def test_slices_mix_their_tissues_by_share(fat_above_muscle):
    fat, muscle = PLAIN.means[Tissue.FAT], PLAIN.means[Tissue.MUSCLE]
    image = render(fat_above_muscle, 4, SPACING, PLAIN, np.random.default_rng(0))
    assert image.shape == (4, 40, 50)
    expected = (fat, 0.75 * fat + 0.25 * muscle, muscle, muscle)
    np.testing.assert_allclose(image[:, 20, 25], expected, rtol=1e-5)


def test_shares_add_up_to_one(fat_above_muscle):
    shares = slice_shares(fat_above_muscle, 4)
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-6)
    assert shares[Tissue.MUSCLE, :, 0, 0].tolist() == [0, 0.25, 1, 1]


def test_noise_in_air_is_rayleigh():
    air = np.zeros((16, 100, 100), dtype=np.uint8)
    image = render(air, 4, SPACING, replace(PLAIN, noise=0.1), np.random.default_rng(1))
    assert image.min() >= 0
    assert image.mean() == pytest.approx(0.1 * np.sqrt(np.pi / 2), rel=0.02)


def test_bias_is_smooth_and_as_strong_as_asked_for():
    fat = np.full((16, 120, 120), Tissue.FAT, dtype=np.uint8)
    image = render(fat, 4, SPACING, replace(PLAIN, bias=0.2), np.random.default_rng(2))
    assert np.log(image).std() == pytest.approx(0.2, rel=0.3)
    assert np.abs(np.diff(np.log(image), axis=2)).max() < 0.03


def test_same_seed_same_image_and_other_seed_another(fat_above_muscle):
    def image(seed: int) -> np.ndarray:
        return render(fat_above_muscle, 4, SPACING, Look.typical(), np.random.default_rng(seed))

    np.testing.assert_array_equal(image(4), image(4))
    assert not np.array_equal(image(4), image(5))


def test_drawn_looks_keep_the_order_of_t1():
    for seed in range(20):
        means = Look.drawn(np.random.default_rng(seed)).means
        assert means[Tissue.FAT] > means[Tissue.FEMUR_MARROW] > means[Tissue.MUSCLE]
        assert means[Tissue.MUSCLE] > means[Tissue.CORTEX] > means[Tissue.AIR] == 0
