"""Self-training: where the labels are silent, what an earlier bundle is sure of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.ndimage import distance_transform_edt

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.engine import Engine

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

    References
    ----------
    Xie Q. et al., Self-training with noisy student improves ImageNet classification, CVPR 2020.

    Raises
    ------
    BundleInvalidError, DeviceUnavailableError
        As `Engine`.
    """

    def __init__(self, bundle: Bundle, device: str, band: Sequence[float] = DEFAULT_BAND) -> None:
        self._no_bone, self._bone = (probability * 255 for probability in band)
        self._bones = bundle.bones
        self._engine = Engine(bundle, device)

    def complete(self, scan: LabelledScan) -> LabelledScan:
        """Return the scan with fewer silent voxels; its own labels are kept."""
        probabilities = self._engine.class_probabilities(scan.volume)[1:]
        bits = np.array([1 << BONES.index(bone) for bone in self._bones], np.uint8)
        asked = (scan.silent & bits[:, None, None, None] > 0) & (scan.labels == 0)
        likeliest = np.where(asked, probabilities, 0).argmax(axis=0)
        labels, silent = scan.labels.copy(), scan.silent.copy()
        for channel, bone in enumerate(self._bones):
            sure = probabilities[channel] >= self._bone
            found = asked[channel] & sure & (likeliest == channel)
            if not found.any():
                continue
            labels[found] = BONES.index(bone) + 1
            near = distance_transform_edt(~found, scan.volume.spacing[::-1]) <= _REACH_MM
            unlikely = probabilities[channel] < self._no_bone
            silent[asked[channel] & near & unlikely] &= ~bits[channel]
        return replace(scan, labels=labels, silent=silent)
