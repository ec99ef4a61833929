"""All scans by which carry-over is measured, and their segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.segmenter import Segmenter
from PelvicBoneSegLib.segmentation.volume import Volume

from .ceiling import Ceilings, ceilings_of
from .data import ManScan, PelvisScan, complete_pelves, example_ct, men_scans, validation_cases


@dataclass(frozen=True, eq=False)
class Cohort:
    """All scans, read once for any number of bundles.

    Attributes
    ----------
    men
        The scans of prostate_mr_multi.
    patients
        The validation patients of pelvic_mr_t1.
    ct
        The CT with automatic labels.
    complete
        Label maps with complete hip bones.
    """

    men: list[ManScan]
    patients: list[PelvisScan]
    ct: PelvisScan
    complete: list[PelvisScan]

    @classmethod
    def read(cls, data: Path) -> Cohort:
        """Read them from the data folder; see `data` for the errors."""
        return cls(
            men_scans(data),
            list(validation_cases(data)),
            example_ct(data),
            list(complete_pelves(data)),
        )

    def volumes(self) -> dict[str, Volume]:
        """Return what is segmented, by name."""
        men = {scan.name: scan.volume for scan in self.men}
        return {**men, **{one.name: one.volume for one in (*self.patients, self.ct)}}

    @cached_property
    def ceilings(self) -> Ceilings:
        """What perfect masks would reach, whatever the bundle."""
        return ceilings_of(self.men, self.complete)


def segment_all(bundle: Bundle, cohort: Cohort, device: str = "auto") -> dict[str, np.ndarray]:
    """Segment each scan on its own.

    Returns
    -------
    For each name of `Cohort.volumes` the label values of `anatomy.SEGMENTS`, uint8, (K, J, I).
    """
    segmenter = Segmenter(bundle, device)
    return {
        name: segmenter.segment(volume, bundle.bones).labels
        for name, volume in cohort.volumes().items()
    }
