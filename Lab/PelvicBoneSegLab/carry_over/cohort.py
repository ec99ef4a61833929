"""All scans by which carry-over is measured, and their segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.segmenter import Segmenter
from PelvicBoneSegLib.segmentation.volume import Volume

from .ceiling import Ceilings, ceilings_as_moved, ceilings_of
from .data import ManScan, PelvisScan, complete_pelves, example_ct, men_scans, validation_cases
from .men import MEN
from .motion import Motion, motions_of


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

    @cached_property
    def motions(self) -> list[tuple[Motion, dict[str, float]]]:
        """How the men moved between their T2 scans, and what perfect masks would reach by bone."""
        by_man = ([scan for scan in self.men if scan.man is man] for man in MEN)
        found = [motion for scans in by_man for motion in motions_of(scans)]
        return [(one, ceilings_as_moved(one, self.complete)) for one in found]


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
