"""A segmenter that finds balls, as slowly as a test wants."""

from __future__ import annotations

from threading import Event

import numpy as np

from PelvicBoneSegLib.anatomy import segments_for
from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.segmentation.result import SegmentationResult, SegmentResult

BATCHES = 4
WAIT_S = 10


class FakeSegmenter:
    """Attributes let a test hold the run after its first batch, end it or break it."""

    def __init__(self) -> None:
        self.first_batch_done = Event()
        self.may_go_on = Event()
        self.may_go_on.set()
        self.error: Exception | None = None
        self.finds_bones = True
        self.ignores_cancel = False
        self.warnings: tuple[str, ...] = ()
        self.calls: list[tuple[tuple[str, ...], str]] = []
        self.devices: list[str] = []

    def factory(self, device: str) -> FakeSegmenter:
        self.devices.append(device)
        return self

    def hold(self) -> None:
        self.may_go_on.clear()

    def segment(self, volume, bones, side="both", progress=None, cancel=None):
        self.calls.append((tuple(bones), side))
        for batch in range(BATCHES):
            if cancel() and not self.ignores_cancel:
                raise Cancelled
            progress(batch / BATCHES, "Finding bones")
            if batch == 1:
                self.first_batch_done.set()
                self._wait(cancel)
                if self.error:
                    raise self.error
        return self._result(volume, segments_for(bones, side))

    def _wait(self, cancel) -> None:
        for _ in range(WAIT_S * 100):
            if self.may_go_on.wait(0.01) or cancel():
                return
        raise TimeoutError("the test never let the segmenter go on")

    def _result(self, volume, definitions) -> SegmentationResult:
        labels = np.zeros(volume.voxels.shape, np.uint8)
        segments = []
        for definition in definitions:
            if self.finds_bones:
                labels[ball(volume.voxels.shape, definition.label)] = definition.label
            voxels = int((labels == definition.label).sum())
            ml = voxels * volume.voxel_volume_mm3 / 1000
            segments.append(SegmentResult(definition, voxels, ml, 0.9 if voxels else None, False))
        return SegmentationResult(
            labels=labels,
            segments=tuple(segments),
            slice_confidence=np.full(labels.shape[0], np.nan),
            slice_axis=0,
            warnings=self.warnings,
            device="cpu",
            precision="float32",
            bundle="fake 1.0",
        )


def ball(shape: tuple[int, ...], label: int) -> np.ndarray:
    """A mask of radius 4 voxels; each label has a place of its own."""
    k, j, i = np.indices(shape)
    return (k - 10) ** 2 + (j - 10) ** 2 + (i - 10 * label) ** 2 <= 16
