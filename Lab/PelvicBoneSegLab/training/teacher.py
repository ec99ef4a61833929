"""Self-training: where the labels are silent, what an earlier bundle is sure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.ndimage import distance_transform_edt

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.engine import Engine

from ..atlas import Atlas
from ..data.cases import LabelledScan

DEFAULT_BAND = (0.1, 0.3)
"""For a teacher that saw the pubis in synthetic slices alone: it misses much of it in real ones
and invents little."""

_REACH_MM = 4.0
"""Background is taken only this near to bone that was found, so that the outline is learnt. Further
away, in the next thick slice already, the teacher may have missed bone: that stays open."""


class Teacher:
    """Answers where the labels of a scan are silent.

    Parameters
    ----------
    bundle
        A bundle that has seen such bone elsewhere.
    device
        One of `device.DEVICES`.
    band
        Two probabilities: from the second on a silent voxel is bone, below the first it may be
        background, and between them it stays open. A band below 0.5 makes bones larger from teacher
        to teacher.
    bones
        Out of those of the bundle: for these alone it answers. None for all.
    atlases
        Of some bones: what is bone by the bundle, but by the atlas is not, stays open, and where
        the atlas says that none can be, there is none.

    References
    ----------
    Xie Q. et al., Self-training with noisy student improves ImageNet classification, CVPR 2020.

    Raises
    ------
    BundleInvalidError, DeviceUnavailableError
        As `Engine`.
    """

    def __init__(
        self,
        bundle: Bundle,
        device: str,
        band: Sequence[float] = DEFAULT_BAND,
        bones: Sequence[str] | None = None,
        atlases: Mapping[str, Atlas] | None = None,
    ) -> None:
        self._no_bone, self._bone = (probability * 255 for probability in band)
        self._bones = bundle.bones
        self._channels = [
            (channel, bone)
            for channel, bone in enumerate(bundle.bones)
            if bones is None or bone in bones
        ]
        self._atlases = atlases or {}
        self._engine = Engine(bundle, device)

    def complete(self, scan: LabelledScan) -> LabelledScan:
        """Return the scan with fewer silent voxels; its own labels are kept."""
        probabilities = self._engine.class_probabilities(scan.volume)[1:]
        bits = np.array([1 << BONES.index(bone) for bone in self._bones], np.uint8)
        asked = (scan.silent & bits[:, None, None, None] > 0) & (scan.labels == 0)
        likeliest = np.where(asked, probabilities, 0).argmax(axis=0)
        labels, silent = scan.labels.copy(), scan.silent.copy()
        for channel, bone in self._channels:
            sure = probabilities[channel] >= self._bone
            found = asked[channel] & sure & (likeliest == channel)
            if found.any():
                unlikely = probabilities[channel] < self._no_bone
                found, none = self._settled(bone, scan, found, unlikely)
                labels[found] = BONES.index(bone) + 1
                silent[asked[channel] & none] &= ~bits[channel]
        return replace(scan, labels=labels, silent=silent)

    def _settled(
        self, bone: str, scan: LabelledScan, found: np.ndarray, unlikely: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return where a bone that was found is, and where it is not."""
        none = np.zeros_like(found)
        if bone in self._atlases:
            drawn = scan.labels == BONES.index(bone) + 1
            bounds = self._atlases[bone].bounds(found | drawn, scan.volume)
            found, none = found & bounds.possible, bounds.impossible
        if found.any():
            near = distance_transform_edt(~found, scan.volume.spacing[::-1]) <= _REACH_MM
            none = none | (near & unlikely)
        return found, none
