"""Which samples a training sees depends on its seed alone."""

from __future__ import annotations

import numpy as np
import pytest
from torch.utils.data import DataLoader

from PelvicBoneSegLab.training.mixed_samples import MixedSamples, NumberedBatches
from PelvicBoneSegLab.training.sample import Sample
from PelvicBoneSegLab.training.sources import make_sources


class Constant:
    """A source whose samples all show one value."""

    def __init__(self, value):
        self._value = value

    def draw(self, rng):
        empty = np.zeros((2, 2), np.uint8)
        return Sample(np.full((1, 2, 2), self._value, np.float32), empty, empty)


@pytest.fixture
def samples_of(a_configuration, load):
    def make(seed=1):
        config = load({**a_configuration, "seed": seed})
        return MixedSamples(make_sources(config), config.seed)

    return make


def test_a_sample_is_given_by_seed_and_number(samples_of):
    a, b = samples_of(), samples_of()
    b[0], b[17]  # What was drawn before does not matter.
    for mine, yours in zip(a[3], b[3], strict=True):
        assert np.array_equal(mine, yours)
    assert not np.array_equal(a[3][0], a[4][0])
    assert not np.array_equal(a[3][0], samples_of(seed=2)[3][0])


@pytest.mark.parametrize("workers", [1, 2])
def test_worker_processes_make_no_difference(samples_of, workers):
    samples = samples_of()
    numbers = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    loader = DataLoader(samples, batch_sampler=numbers, num_workers=workers)
    for batch, expected in zip(loader, numbers, strict=True):
        for place, number in enumerate(expected):
            for tensor, array in zip(batch, samples[number], strict=True):
                assert np.array_equal(tensor[place].numpy(), array)


def test_sources_are_drawn_from_by_their_shares():
    samples = MixedSamples([(3.0, Constant(1.0)), (1.0, Constant(0.0)), (0.0, Constant(9.0))], 5)
    values = [float(samples[number][0].max()) for number in range(2000)]
    assert np.mean(values) == pytest.approx(0.75, abs=0.03)
    assert set(values) == {0.0, 1.0}


@pytest.mark.parametrize(("accumulate", "world"), [(1, 1), (3, 1), (1, 2), (2, 3)])
def test_every_sample_is_dealt_out_once(accumulate, world):
    dealt = [list(NumberedBatches(range(2, 5), 12, accumulate, r, world)) for r in range(world)]
    assert [len(batches) for batches in dealt] == [3 * accumulate] * world
    for step in range(3):
        of_step = [
            number
            for batches in dealt
            for batch in batches[step * accumulate : (step + 1) * accumulate]
            for number in batch
        ]
        assert sorted(of_step) == list(range((step + 2) * 12, (step + 3) * 12))
    assert {len(batch) for batches in dealt for batch in batches} == {12 // (accumulate * world)}


def test_the_number_of_micro_batches_is_known():
    assert len(NumberedBatches(range(2, 5), 12, 2, 1, 3)) == 6
