"""One bundle, what it found and what was measured of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from PelvicBoneSegLib.segmentation.bundle import Bundle

from .cohort import Cohort, segment_all
from .measure import measure
from .summary import summarise


@dataclass(frozen=True, eq=False)
class Result:
    """What became of a bundle.

    Attributes
    ----------
    name
        By which it is told apart from the others: that of its folder.
    labels
        As `cohort.segment_all` returns them.
    report
        ``bundle`` (name, version, sha256), ``summary`` as of `summary.summarise`, and the figures
        of `measure.measure`.
    """

    name: str
    labels: Mapping[str, np.ndarray]
    report: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, bundle: Bundle, cohort: Cohort, device: str = "auto") -> Result:
        """Segment all scans and measure.

        Raises
        ------
        DeviceUnavailableError
            The device is not there.
        """
        labels = segment_all(bundle, cohort, device)
        figures = measure(cohort, labels)
        description = {"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256}
        report = {"bundle": description, "summary": summarise(figures), **figures}
        return cls(name, labels, report)
