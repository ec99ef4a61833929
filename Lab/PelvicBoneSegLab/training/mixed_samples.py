"""All samples of a training, numbered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Dataset

from .sample import Source


class MixedSamples(Dataset):
    """Sample number n, from a random source by its share.

    All randomness of a sample comes from the seed and its number. So the same samples come out
    after a resume, with any number of worker processes, and spread over any number of devices.

    Parameters
    ----------
    sources
        Each with its share; shares need not sum to one.
    seed
        Of the training.
    """

    def __init__(self, sources: Sequence[tuple[float, Source]], seed: int) -> None:
        shares = np.array([share for share, _ in sources], np.float64)
        self._limits = np.cumsum(shares / shares.sum())
        self._sources = [source for _, source in sources]
        self._seed = seed

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return image, labels and silent bits of sample `number`, see `Sample`."""
        rng = np.random.default_rng((self._seed, number))
        chosen = int(np.searchsorted(self._limits, rng.random(), side="right"))
        sample = self._sources[min(chosen, len(self._sources) - 1)].draw(rng)
        return sample.image, sample.labels, sample.silent


class NumberedBatches:
    """Which samples each micro-batch holds, for one of several processes.

    A step of the optimiser takes `batch_size` consecutive samples, dealt out over `world`
    processes and `accumulate` micro-batches.

    Parameters
    ----------
    steps
        First step and the one after the last.
    batch_size
        Samples a step; a multiple of `world` times `accumulate`.
    rank, world
        Which process of how many.
    """

    def __init__(
        self, steps: range, batch_size: int, accumulate: int = 1, rank: int = 0, world: int = 1
    ) -> None:
        self._steps = steps
        self._batch_size = batch_size
        self._parts = accumulate * world
        self._mine = range(rank, self._parts, world)

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the sample numbers of one micro-batch after another."""
        for step in self._steps:
            first = step * self._batch_size
            for part in self._mine:
                yield list(range(first + part, first + self._batch_size, self._parts))

    def __len__(self) -> int:
        """Return how many micro-batches there are."""
        return len(self._steps) * len(self._mine)
