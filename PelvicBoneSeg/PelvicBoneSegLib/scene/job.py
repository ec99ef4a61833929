"""One run, cut loose from the scene so that another thread can do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..segmentation.result import CancelCallback, ProgressCallback, SegmentationResult
from ..segmentation.volume import Volume


class SegmenterLike(Protocol):
    """What a run needs of `segmentation.segmenter.Segmenter`."""

    def segment(
        self,
        volume: Volume,
        bones: tuple[str, ...],
        side: str = "both",
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> SegmentationResult:
        """Segment a volume. Raises `Cancelled` when `cancel` says so."""
        ...


@dataclass(frozen=True, eq=False)
class SegmentationJob:
    """A run that has been prepared.

    Attributes
    ----------
    volume
        A copy of the scan.
    bones, side
        What to look for.
    volume_node
        Where the scan came from. `run` does not touch it.
    segmenter
        Gives the segmenter, loading it at the first call.
    device, bundle
        As chosen, for a run in another process.
    surface_smoothing
        With which the closed surfaces may be made along with the run, see
        `segmentation.surface.closed_surface`; None where Slicer's converter has to make them.
    """

    volume: Volume
    bones: tuple[str, ...]
    side: str
    volume_node: Any
    segmenter: Callable[[], SegmenterLike]
    device: str
    bundle: str
    surface_smoothing: float | None

    def run(
        self, progress: ProgressCallback | None = None, cancel: CancelCallback | None = None
    ) -> SegmentationResult:
        """Do the work, in any thread. Neither MRML nor Qt is touched.

        Raises
        ------
        Cancelled
            `cancel` returned True.
        PelvicBoneSegError
            The bundle, the device or the scan is not usable.
        """
        return self.segmenter().segment(self.volume, self.bones, self.side, progress, cancel)
