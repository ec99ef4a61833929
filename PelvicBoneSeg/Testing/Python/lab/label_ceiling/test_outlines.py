"""Offset and unsteadiness of an outline are those with which it was drawn."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.label_ceiling.outlines import measure_outlines
from PelvicBoneSegLib.evaluation.overlap import Overlap

ROWS, COLUMNS = np.mgrid[:120, :120]


def a_stack(radii) -> np.ndarray:
    """Return discs about one centre, a slice each; pixels of 1 mm."""
    distance = np.hypot(ROWS - 59.5, COLUMNS - 59.5)
    return np.stack([distance < radius for radius in radii])


def test_a_mask_that_is_drawn_outside_has_that_offset_and_no_unsteadiness():
    found = measure_outlines(a_stack([32] * 9), a_stack([30] * 9), (1.0, 1.0))
    assert found.offset_mm == pytest.approx(2, abs=0.1)
    assert found.jitter_mm == 0


def test_unsteadiness_is_the_deviation_of_the_drawn_radii():
    noise = np.random.default_rng(1).normal(0, 1.5, 60)
    found = measure_outlines(a_stack(30 + noise), a_stack([30] * 60), (1.0, 1.0))
    assert found.jitter_mm == pytest.approx(noise.std(), rel=0.15)


def test_the_curvature_that_both_outlines_share_is_no_unsteadiness():
    radii = 30 + 6 * np.sin(np.arange(30) / 2)
    found = measure_outlines(a_stack(radii + 1), a_stack(radii), (1.0, 1.0))
    assert found.jitter_mm < 0.4


def test_dice_falls_by_the_loss_per_millimetre():
    truth, found = a_stack([31] * 5), a_stack([30] * 5)
    measures = measure_outlines(truth, found, (1.0, 1.0))
    expected = 1 - measures.loss_per_mm * abs(measures.offset_mm)
    assert Overlap.of(found, truth).dice == pytest.approx(expected, abs=0.01)


def test_pixels_of_another_size_count_in_millimetres():
    found = measure_outlines(a_stack([32] * 5), a_stack([30] * 5), (0.5, 0.5))
    assert found.offset_mm == pytest.approx(1, abs=0.05)


def test_without_a_slice_in_which_both_show_the_bone_nothing_is_measured():
    empty = np.zeros((1, 120, 120), bool)
    disc = a_stack([30])
    pair = np.concatenate([disc, empty]), np.concatenate([empty, disc])
    assert measure_outlines(*pair, (1.0, 1.0)) is None
