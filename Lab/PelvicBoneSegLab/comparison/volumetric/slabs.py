"""Random slabs of labelled scans."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from ...data.stacks import TrainingStack
from ...training.augmentation import Augmentation
from ...training.sample import Sample

_BONE_SHARE = 0.8
"""Share of slabs in the middle of which there is bone, as in `training.real_slices`."""

_MARGIN = 1.5
"""What is cut out is larger than the slab by this, so that turning it shows no edge."""


class Slabs:
    """A source of augmented slabs, in place of slices.

    Parameters
    ----------
    stacks
        The scans, all in one plane.
    shape
        Slices, rows and columns of a slab; rows and columns are equal.
    augment
        Pose in the plane and appearance, the same for all slices of a slab.
    """

    def __init__(
        self, stacks: Sequence[TrainingStack], shape: Sequence[int], augment: Augmentation
    ) -> None:
        self._stacks = stacks
        self._depth, self._rows, self._columns = shape
        self._bone = [torch.nonzero(stack.labels) for stack in stacks]
        self._augment = augment

    def draw(self, rng: np.random.Generator) -> Sample:
        """Draw a scan and a place in it; the sample's arrays are (D, H, W)."""
        which = int(rng.integers(len(self._stacks)))
        stack, bone = self._stacks[which], self._bone[which]
        if rng.random() < _BONE_SHARE:
            centre = bone[int(rng.integers(len(bone)))].tolist()
        else:
            centre = [int(rng.integers(count)) for count in stack.labels.shape]
        first = min(max(0, centre[0] - self._depth // 2), len(stack.labels) - self._depth)
        chosen = torch.arange(first, first + self._depth).clamp(0, len(stack.labels) - 1)
        image = self._window(stack.image[chosen].float(), centre[1:], -1.0)
        labels, silent = (
            self._window(maps[chosen], centre[1:], 0) for maps in (stack.labels, stack.silent)
        )
        return self._augment(image, labels, silent, rng)

    def _window(self, slab: torch.Tensor, centre: Sequence[int], outside: float) -> torch.Tensor:
        """Cut rows and columns around a centre out of (D, H, W)."""
        height, width = (round(_MARGIN * size) for size in (self._rows, self._columns))
        top, left = centre[0] - height // 2, centre[1] - width // 2
        rows, columns = slab.shape[1:]
        padded = functional.pad(slab, (width, width, height, height), value=outside)
        top, left = min(max(top, -height), rows), min(max(left, -width), columns)
        return padded[:, top + height : top + 2 * height, left + width : left + 2 * width]
