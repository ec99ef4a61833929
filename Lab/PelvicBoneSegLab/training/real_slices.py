"""Random slices of labelled scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from PelvicBoneSegLib.segmentation.preparation import gather_channels

from ..data.stacks import TrainingStack
from .augmentation import Augmentation
from .sample import Sample

_BONE_SHARE = 0.8
"""Share of slices that show a bone for certain; the others are drawn from all slices. A third of a
coronal scan lies in front of the bones or behind them."""


class RealSlices:
    """A source of augmented slices, one dataset.

    Parameters
    ----------
    stacks
        The scans, by plane.
    planes
        Share of each plane.
    offsets_mm
        Positions of the channels along the slice normal.
    augment
        Pose and appearance.
    """

    def __init__(
        self,
        stacks: Mapping[str, Sequence[TrainingStack]],
        planes: Mapping[str, float],
        offsets_mm: Sequence[float],
        augment: Augmentation,
    ) -> None:
        self._planes = list(planes)
        shares = np.array(list(planes.values()), np.float64)
        self._shares = shares / shares.sum()
        self._stacks = stacks
        self._with_bone = {
            plane: [torch.nonzero(stack.labels.flatten(1).any(dim=1))[:, 0] for stack in of_plane]
            for plane, of_plane in stacks.items()
        }
        self._offsets = offsets_mm
        self._augment = augment

    def draw(self, rng: np.random.Generator) -> Sample:
        """Draw a plane, a scan of it, a slice of that."""
        plane = self._planes[rng.choice(len(self._planes), p=self._shares)]
        which = int(rng.integers(len(self._stacks[plane])))
        stack = self._stacks[plane][which]
        shown = self._with_bone[plane][which]
        if rng.random() < _BONE_SHARE:
            index = shown[int(rng.integers(len(shown)))][None]
        else:
            index = torch.tensor([int(rng.integers(len(stack.image)))])
        crosses = plane != "sagittal"
        # Left and right of a sagittal slice are its neighbours.
        mirrored = not crosses and rng.random() < self._augment.flip
        offsets = [-offset for offset in self._offsets] if mirrored else self._offsets
        image = gather_channels(stack.image, index, stack.slice_spacing, offsets)[0].float()
        labels, silent = stack.labels[index[0]], stack.silent[index[0]]
        return self._augment(image, labels, silent, rng, columns_cross=crosses)
