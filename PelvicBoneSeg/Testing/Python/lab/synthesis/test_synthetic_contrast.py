"""Signals of the tissues of a synthetic slice."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.synthesis.contrast import SEQUENCES, Contrast
from PelvicBoneSegLab.synthesis.tissue_map import Kind

KINDS = np.array([Kind.AIR, Kind.MUSCLE, Kind.MUSCLE, Kind.MARROW, Kind.MARROW])


@pytest.fixture(scope="module")
def contrasts():
    rng = np.random.default_rng(0)
    return [Contrast.drawn(KINDS, 0.0, rng) for _ in range(400)]


def test_red_and_yellow_marrow_differ_more_than_two_muscles(contrasts):
    muscles, marrows = (
        np.std([one.means[second] - one.means[first] for one in contrasts])
        for first, second in ((1, 2), (3, 4))
    )
    assert marrows == pytest.approx(3 * muscles, rel=0.2)


def test_marrow_has_the_roughest_texture_and_air_none(contrasts):
    rough = np.max([one.spreads / (0.25 + one.means) for one in contrasts], axis=0)
    np.testing.assert_allclose(rough, [0, 0.12, 0.12, 0.2, 0.2], atol=0.005)


def test_each_sequence_says_how_bright_every_kind_of_tissue_is():
    for name, signals in SEQUENCES.items():
        assert set(signals) == set(Kind), name
        assert all(0 <= low < high for low, high in signals.values()), name
