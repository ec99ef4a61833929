from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.segmentation.between_slices import interpolate

PARTS = 5


def go(labels, probabilities, axis=0, parts=PARTS, cancel=lambda: False):
    return interpolate(labels, probabilities, axis, parts, lambda fraction: None, cancel)


def tilted_rod(count: int, width: int = 80):
    """A rod that moves 6 pixels a slice of `PARTS` thin ones: its exact cover of thin slices."""
    thin = np.zeros((count * PARTS, 12, width), bool)
    for number in range(len(thin)):
        start = 4 + 6 * (number - PARTS // 2) / PARTS
        thin[number, 3:9, max(round(start), 0) : round(start + 18)] = True
    return thin


def as_a_network_sees(thin):
    """Return probabilities of thick slices: how much of a voxel is bone, a little blurred."""
    thick = thin.reshape(-1, PARTS, *thin.shape[1:]).mean(axis=1)
    sharp = 1 / (1 + np.exp(-8 * (thick - 0.5)))
    return np.round(255 * sharp).astype(np.uint8)


def dice(a, b) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def test_a_tilted_rod_is_nearer_to_the_truth_than_thick_slices():
    truth = tilted_rod(8)
    probability = as_a_network_sees(truth)
    labels = (probability > 127).astype(np.uint8)
    found = go(labels, {1: probability}) == 1
    assert dice(np.repeat(labels, PARTS, axis=0) == 1, truth) < 0.94
    assert dice(found, truth) > 0.98
    assert found.sum() == pytest.approx(truth.sum(), rel=0.02)


def test_slice_centres_are_exactly_the_labels():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, (6, 20, 20)).astype(np.uint8)
    probabilities = {value: rng.integers(0, 256, labels.shape).astype(np.uint8) for value in (1, 2)}
    thin = go(labels, probabilities)
    assert thin.shape == (30, 20, 20)
    assert (thin[PARTS // 2 :: PARTS] == labels).all()


def test_the_axis_of_the_slices_may_be_any():
    probability = as_a_network_sees(tilted_rod(6, 60))
    labels = (probability > 127).astype(np.uint8)
    expected = go(labels, {1: probability})
    for axis in (1, 2):
        moved = go(np.moveaxis(labels, 0, axis), {1: np.moveaxis(probability, 0, axis)}, axis)
        assert (moved == np.moveaxis(expected, 0, axis)).all()


def test_what_was_drawn_by_hand_keeps_its_volume():
    """The network knows nothing of it."""
    labels = np.zeros((7, 20, 20), np.uint8)
    labels[2:5, 5:15, 5:15] = 1
    thin = go(labels, {1: np.zeros(labels.shape, np.uint8)})
    assert np.count_nonzero(thin) == PARTS * np.count_nonzero(labels)


def test_what_was_erased_by_hand_stays_away():
    labels = np.zeros((7, 20, 20), np.uint8)
    labels[1:6, 5:15, 5:10] = 1
    sure = np.zeros(labels.shape, np.uint8)
    sure[1:6, 5:15, 5:15] = 255
    thin = go(labels, {1: sure})
    assert not thin[:, :, 10:].any()
    assert np.count_nonzero(thin) == PARTS * np.count_nonzero(labels)


def test_no_bone_appears_where_neither_slice_has_any():
    """A spline alone would swing over."""
    labels = np.zeros((4, 8, 8), np.uint8)
    labels[[0, 3]] = 1
    doubtful = np.full(labels.shape, 120, np.uint8)
    doubtful[[0, 3]] = 255
    thin = go(labels, {1: doubtful})
    assert not thin[PARTS + PARTS // 2 : 2 * PARTS + PARTS // 2 + 1].any()


def test_a_bone_at_the_edge_of_the_scan_reaches_the_edge():
    labels = np.ones((3, 4, 4), np.uint8)
    assert (go(labels, {1: np.full(labels.shape, 250, np.uint8)}) == 1).all()


def test_neighbours_share_the_space_between_them():
    labels = np.zeros((4, 10, 10), np.uint8)
    labels[:2], labels[2:] = 1, 2
    first = np.where(labels == 1, 250, 3).astype(np.uint8)
    second = np.where(labels == 2, 250, 3).astype(np.uint8)
    thin = go(labels, {1: first, 2: second})
    assert set(np.unique(thin)) == {1, 2}
    assert np.count_nonzero(thin == 1) == pytest.approx(np.count_nonzero(thin == 2), rel=0.2)


def test_it_can_be_cancelled():
    labels = np.ones((3, 4, 4), np.uint8)
    with pytest.raises(Cancelled):
        go(labels, {1: np.full(labels.shape, 255, np.uint8)}, cancel=lambda: True)
