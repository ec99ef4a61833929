"""One training sample, and what gives samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, eq=False)
class Sample:
    """A slice with its neighbours, as the network sees it.

    Attributes
    ----------
    image
        float32, shape (C, P, P), normalised to −1…2 as by `preparation.normalise`.
    labels
        uint8, shape (P, P); class indices as in `data.cases.LabelledScan`.
    silent
        uint8, shape (P, P); bits as in `data.cases.LabelledScan`.
    """

    image: np.ndarray
    labels: np.ndarray
    silent: np.ndarray


class Source(Protocol):
    """Gives random samples; equal states of `rng` give equal samples."""

    def draw(self, rng: np.random.Generator) -> Sample:
        """Draw one."""
        ...
