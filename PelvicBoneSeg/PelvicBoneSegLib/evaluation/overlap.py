"""Overlap of two masks, counted in voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Overlap:
    """How many voxels the truth, the prediction, and both of them have.

    Nothing is defined where both are empty: there is nothing to agree on.
    """

    truth: int
    prediction: int
    both: int

    @classmethod
    def of(cls, prediction: np.ndarray, truth: np.ndarray) -> Overlap:
        """Count two boolean arrays of one shape."""
        return cls(
            truth=int(np.count_nonzero(truth)),
            prediction=int(np.count_nonzero(prediction)),
            both=int(np.count_nonzero(prediction & truth)),
        )

    @property
    def dice(self) -> float | None:
        """2|A∩B| / (|A| + |B|).

        Dice LR. Measures of the amount of ecologic association between species. Ecology 26, 1945.
        """
        return self._share(2 * self.both, self.truth + self.prediction)

    @property
    def iou(self) -> float | None:
        """|A∩B| / |A∪B|.

        Jaccard P. The distribution of the flora in the alpine zone. New Phytologist 11, 1912.
        """
        return self._share(self.both, self.truth + self.prediction - self.both)

    @property
    def volume_similarity(self) -> float | None:
        """1 − (truth − prediction) / (truth + prediction), from 0 (nothing found) to 2.

        1 is the right volume, wherever it lies; above 1 is over-estimation. This is 1 minus half
        of ITK's volume similarity of truth and prediction, and not Taha's and Hanbury's (BMC
        Medical Imaging 15, 2015), which takes the absolute difference and so never exceeds 1.
        """
        return self._share(2 * self.prediction, self.truth + self.prediction)

    @staticmethod
    def _share(part: int, whole: int) -> float | None:
        return part / whole if whole else None
