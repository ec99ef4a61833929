"""A segmenter that finds balls."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS, segments_for
from PelvicBoneSegLib.segmentation.result import SegmentationResult, SegmentResult


class FakeSegmenter:
    """Attributes say what it finds."""

    def __init__(self) -> None:
        self.finds_bones = True
        self.warnings: tuple[str, ...] = ()

    def factory(self, device: str) -> FakeSegmenter:
        return self

    def segment(self, volume, bones, side="both", progress=None, cancel=None):
        return self._result(volume, segments_for(bones, side))

    def bone_probabilities(self, volume, progress=None, cancel=None):
        """As a network that is sure of the balls."""
        bones = np.zeros((len(BONES), *volume.voxels.shape), np.uint8)
        for definition in SEGMENTS:
            mask = ball(volume.voxels.shape, definition.label)
            bones[BONES.index(definition.bone)][mask] = 255
        return bones

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
