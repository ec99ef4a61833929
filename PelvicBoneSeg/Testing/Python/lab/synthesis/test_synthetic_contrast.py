"""Signals of the tissues of a synthetic slice."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.synthesis import contrast
from PelvicBoneSegLab.synthesis.contrast import SEQUENCES, Contrast
from PelvicBoneSegLab.synthesis.tissue_map import Kind

KINDS = np.array([Kind.AIR, Kind.MUSCLE, Kind.MUSCLE, Kind.MARROW, Kind.MARROW, Kind.FLUID])


@pytest.fixture(scope="module")
def contrasts():
    rng = np.random.default_rng(0)
    return [Contrast.drawn(KINDS, 0.0, rng) for _ in range(400)]


def test_red_and_yellow_marrow_differ_more_than_two_muscles(monkeypatch):
    # T1 and T2 bound marrow from below.
    monkeypatch.setattr(contrast, "SEQUENCES", {"pd": SEQUENCES["pd"]})
    monkeypatch.setattr(contrast, "_OFTEN", ())
    rng = np.random.default_rng(0)
    contrasts = [Contrast.drawn(KINDS, 0.0, rng) for _ in range(400)]
    muscles, marrows = (
        np.std([one.means[second] - one.means[first] for one in contrasts])
        for first, second in ((1, 2), (3, 4))
    )
    assert marrows == pytest.approx(3 * muscles, rel=0.2)


def test_marrow_has_the_roughest_texture_fluid_hardly_any_and_air_none(contrasts):
    rough = np.array([one.spreads / (0.25 + one.means) for one in contrasts])
    np.testing.assert_allclose(rough.max(axis=0), [0, 0.12, 0.12, 0.25, 0.25, 0.03], atol=0.005)
    assert rough[:, 3:5].min() >= 0.03


@pytest.mark.parametrize(("sequence", "least"), [("t1", 1.1), ("t2", 1.4)])
def test_marrow_is_brighter_than_muscle_in_t1_and_t2(monkeypatch, sequence, least):
    monkeypatch.setattr(contrast, "SEQUENCES", {sequence: SEQUENCES[sequence]})
    monkeypatch.setattr(contrast, "_OFTEN", ())
    # Muscles differ a little from their kind.
    kinds, rng = np.array([Kind.MUSCLE] * 50 + [Kind.MARROW] * 2), np.random.default_rng(0)
    for _ in range(200):
        means = Contrast.drawn(kinds, 0.0, rng).means
        assert means[50:].min() > 0.75 * least * means[:50].mean()
        assert means[50:].max() < 1.7


def test_most_often_slices_are_weighted_by_t2(monkeypatch):
    marks = {name: dict.fromkeys(Kind, (n, n)) for n, name in enumerate(SEQUENCES, 10)}
    monkeypatch.setattr(contrast, "SEQUENCES", marks)
    rng = np.random.default_rng(0)
    means = [Contrast.drawn(KINDS, 0.0, rng).means[1] for _ in range(2000)]
    counts = np.bincount(np.rint(means).astype(int), minlength=16)[10:]
    assert counts[1] == pytest.approx(2000 * 3 / 8, rel=0.15)
    assert np.delete(counts, 1).max() < 2000 * 1.3 / 8


def test_each_sequence_says_how_bright_every_kind_of_tissue_is():
    for name, signals in SEQUENCES.items():
        assert set(signals) == set(Kind), name
        assert all(0 <= low < high for low, high in signals.values()), name
