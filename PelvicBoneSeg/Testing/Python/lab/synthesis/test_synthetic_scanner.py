"""What the synthetic scanner does to signals."""

from __future__ import annotations

import numpy as np
import pytest

from lab.synthesis.small_bodies import STILL
from PelvicBoneSegLab.synthesis import scanner
from PelvicBoneSegLab.synthesis.scanner import scan

NO_AIR = np.zeros((64, 64), bool)


@pytest.fixture
def stripes():
    """Eight pixels dark, eight bright, and over them a pattern of single pixels."""
    coarse = np.where(np.arange(64) % 16 < 8, 0.3, 0.9)
    fine = np.where(np.arange(64) % 2, 0.1, -0.1)
    return np.broadcast_to(coarse + fine, (2, 64, 64)).astype(np.float32)


def detail(image):
    return np.abs(np.diff(image, n=2, axis=-1)[..., 2:-2]).mean()


def test_coarse_pixels_lose_detail_and_keep_anatomy(stripes):
    sharp, coarse = (
        scan(stripes, NO_AIR, 1.0, {**STILL, "pixel_mm": [mm, mm]}, np.random.default_rng(0))
        for mm in (1.0, 3.0)
    )
    assert detail(coarse) < 0.3 * detail(sharp)
    assert np.corrcoef(coarse.ravel(), sharp.ravel())[0, 1] > 0.8


def test_blur_loses_detail(stripes):
    sharp, blurred = (
        scan(stripes, NO_AIR, 1.0, {**STILL, "blur_mm": [mm, mm]}, np.random.default_rng(0))
        for mm in (0.2, 1.5)
    )
    assert detail(blurred) < 0.3 * detail(sharp)


def test_noise_never_makes_air_negative_and_differs_between_slices():
    signal = np.zeros((2, 64, 64), np.float32)
    signal[:, 20:40, 20:40] = 1
    noisy = scan(
        signal, signal[0] == 0, 1.0, {**STILL, "noise": [0.1, 0.1]}, np.random.default_rng(0)
    )
    air = noisy[:, :16, :16]
    assert air.min() >= -1
    assert air.std() > 0.02
    assert abs(np.corrcoef(air[0].ravel(), air[1].ravel())[0, 1]) < 0.2


def test_some_scans_have_a_saturation_band(monkeypatch):
    even = np.ones((1, 64, 64), np.float32)
    for share, spread in ((0.0, (0.0, 0.05)), (1.0, (0.3, 2.0))):
        monkeypatch.setattr(scanner, "_SATURATED", share)
        monkeypatch.setattr(scanner, "_SURFACE_COILS", 0.0)
        images = [scan(even, NO_AIR, 1.0, STILL, np.random.default_rng(n)) for n in range(10)]
        ranges = [np.ptp(one) for one in images]
        assert spread[0] <= np.median(ranges) <= spread[1]


def test_a_constant_signal_is_no_fault():
    image = scan(
        np.full((1, 64, 64), 0.5, np.float32), NO_AIR, 1.0, STILL, np.random.default_rng(0)
    )
    assert np.isfinite(image).all()
