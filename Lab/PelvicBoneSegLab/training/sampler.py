"""Random batches of slices out of several datasets."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional

from PelvicBoneSegLib.segmentation.preparation import gather_channels

from .cases import TrainingStack


class SliceSampler:
    """Draws slices: first a dataset by its weight, then a scan, then a slice.

    Parameters
    ----------
    datasets
        For each dataset its weight and its stacks.
    offsets_mm
        Positions of the channels.
    minimum
        Slices are padded to at least this many rows and columns.
    generator
        Source of all randomness.
    """

    def __init__(
        self,
        datasets: Sequence[tuple[float, Sequence[TrainingStack]]],
        offsets_mm: Sequence[float],
        minimum: int,
        generator: torch.Generator,
    ) -> None:
        self._weights = torch.tensor([weight for weight, _ in datasets])
        self._offsets = offsets_mm
        self._generator = generator
        sizes = [stack.image.shape[1:] for _, stacks in datasets for stack in stacks]
        canvas = tuple(max(minimum, *(size[axis] for size in sizes)) for axis in (0, 1))
        self._datasets = [[_pad_to(stack, canvas) for stack in stacks] for _, stacks in datasets]

    def draw(self, n: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw a batch.

        Returns
        -------
        Images (n, C, H, W), float32, and class indices (n, H, W), uint8.
        """
        chosen = torch.multinomial(self._weights, n, replacement=True, generator=self._generator)
        images, labels = zip(*(self._draw_one(int(index)) for index in chosen), strict=True)
        return torch.cat(images), torch.cat(labels)

    def _draw_one(self, dataset: int) -> tuple[torch.Tensor, torch.Tensor]:
        stacks = self._datasets[dataset]
        stack = stacks[self._below(len(stacks))]
        index = torch.tensor([self._below(stack.image.shape[0])])
        channels = gather_channels(stack.image, index, stack.slice_spacing, self._offsets)
        return channels.float(), stack.labels[index]

    def _below(self, n: int) -> int:
        return int(torch.randint(n, (), generator=self._generator))


def _pad_to(stack: TrainingStack, canvas: Sequence[int]) -> TrainingStack:
    rows, columns = (size - n for size, n in zip(canvas, stack.image.shape[1:], strict=True))
    around = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
    return TrainingStack(
        functional.pad(stack.image, around, value=-1.0),
        functional.pad(stack.labels, around),
        stack.slice_spacing,
    )
