"""The slice-wise engine: a volume in, class indices and their probabilities out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from ..errors import Cancelled, OutOfMemoryError
from ..message import Message, templates
from .bundle import Bundle
from .device import autocast_dtype, choose_device
from .inference_network import rewrite_for_inference
from .memory import is_out_of_memory
from .network import load_network
from .preparation import (
    gather_channels,
    network_size,
    normalise,
    pad_to_stride,
    resample_in_plane,
)
from .result import PreviewCallback
from .volume import Volume

_ = templates(__name__)

_log = logging.getLogger(__name__)

BATCH_SIZE = {"cpu": 8, "cuda": 32, "mps": 16}
"""Slices a batch to begin with. On a CPU 1, 2, 4 and 16 were slower (docs/benchmarks.md)."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network says about each voxel of a scan.

    Attributes
    ----------
    classes
        uint8, shape (K, J, I): indices into the bundle's classes.
    probability
        uint8, shape (K, J, I): probability of that class in steps of 1/255.
    plane
        Plane of the slices; of the first pass where several planes were fused.
    device
        Where the last batch ran.
    precision
        Of its convolutions: ``"bfloat16"``, ``"float16"`` or ``"float32"``.
    warnings
        What the user should know about the run.
    """

    classes: np.ndarray
    probability: np.ndarray
    plane: str
    device: str
    precision: str
    warnings: tuple[str, ...]


class Engine:
    """A network on its device.

    Parameters
    ----------
    bundle
        Which network.
    device
        One of `device.DEVICES`.

    Raises
    ------
    BundleInvalidError
        The weights do not fit the architecture.
    DeviceUnavailableError
        The device is not there.
    """

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        self._bundle = bundle
        self._chosen_device = choose_device(device)
        self._network = rewrite_for_inference(
            load_network(bundle), len(bundle.channel_offsets_mm), self._chosen_device
        )
        self._move_to(self._chosen_device)

    @property
    def device(self) -> str:
        """Where a prediction begins; for want of memory it may end on the CPU."""
        return self._chosen_device.type

    def predict(
        self,
        volume: Volume,
        progress: Callable[[float], None] = lambda fraction: None,
        cancel: Callable[[], bool] = lambda: False,
        preview: PreviewCallback | None = None,
    ) -> Prediction:
        """Classify every voxel.

        Slices are taken in the acquisition plane. A nearly isotropic scan is sliced in each of
        the bundle's planes and the probabilities are averaged.

        Parameters
        ----------
        volume
            The scan.
        progress
            Called after every batch with the fraction done.
        cancel
            Asked before every batch; True ends the run.
        preview
            Called after every batch with array axis, start and a block of classes: what was found
            there so far. It must not keep or change the block.

        Raises
        ------
        Cancelled
            `cancel` said so.
        OutOfMemoryError
            Not even a single slice fits into the computer's memory.
        """
        self._begin()
        plane = volume.axes.acquisition_plane
        planes = (plane,) if plane else self._bundle.planes
        with torch.inference_mode():
            if len(planes) == 1:
                predicted = self._predict_plane(volume, planes[0], progress, cancel, preview)
            else:
                predicted = self._predict_fused(volume, planes, progress, cancel, preview)
        return Prediction(
            *predicted,
            planes[0],
            self._device.type,
            str(self._dtype).removeprefix("torch."),
            tuple(self._warnings),
        )

    def class_probabilities(
        self,
        volume: Volume,
        progress: Callable[[float], None] = lambda fraction: None,
        cancel: Callable[[], bool] = lambda: False,
        plane: str | None = None,
    ) -> np.ndarray:
        """Return the probability of every class in every voxel.

        Parameters
        ----------
        volume, progress, cancel
            As in `predict`.
        plane
            Of the slices; the acquisition plane if not given, or the bundle's first plane where
            the scan has none.

        Returns
        -------
        np.ndarray
            uint8, shape (classes, K, J, I), in steps of 1/255.

        Raises
        ------
        Cancelled, OutOfMemoryError
            As in `predict`.
        """
        self._begin()
        axes = volume.axes
        plane = plane or axes.acquisition_plane or self._bundle.planes[0]
        found = np.empty((len(self._bundle.classes), *volume.voxels.shape), np.uint8)
        stacks = [axes.to_stack(one, plane) for one in found]
        with torch.inference_mode():
            for where, block in self._slices(volume, plane, _as_bytes, progress, cancel):
                for index, stack in enumerate(stacks):
                    stack[where] = block[:, index]
        return found

    def _begin(self) -> None:
        if self._device != self._chosen_device:
            self._move_to(self._chosen_device)
        self._warnings: list[str] = []

    def _predict_plane(
        self,
        volume: Volume,
        plane: str,
        progress: Callable[[float], None],
        cancel: Callable[[], bool],
        preview: PreviewCallback | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        axes = volume.axes
        classes, probability = (np.empty(volume.voxels.shape, np.uint8) for _ in range(2))
        class_stack, probability_stack = (
            axes.to_stack(array, plane) for array in (classes, probability)
        )
        for where, (winners, best) in self._slices(volume, plane, _winning_class, progress, cancel):
            class_stack[where] = winners
            probability_stack[where] = best
            if preview:
                axis, slab = axes.slab(plane, where, len(class_stack))
                preview(axis, slab.start, _along(classes, axis, slab))
        return classes, probability

    def _predict_fused(
        self,
        volume: Volume,
        planes: tuple[str, ...],
        progress: Callable[[float], None],
        cancel: Callable[[], bool],
        preview: PreviewCallback | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        axes = volume.axes
        total = np.zeros((len(self._bundle.classes), *volume.voxels.shape), np.float16)
        stacks = {plane: [axes.to_stack(one, plane) for one in total] for plane in planes}

        def one_share(probabilities: torch.Tensor) -> np.ndarray:
            return (probabilities / len(planes)).half().cpu().numpy()

        for done, plane in enumerate(planes):

            def plane_progress(fraction: float, done: int = done) -> None:
                progress((done + fraction) / len(planes))

            for where, share in self._slices(volume, plane, one_share, plane_progress, cancel):
                for index, stack in enumerate(stacks[plane]):
                    stack[where] += share[:, index]
                if preview:
                    axis, slab = axes.slab(plane, where, len(stacks[plane][0]))
                    so_far = _along(total, axis + 1, slab).argmax(0).astype(np.uint8)
                    preview(axis, slab.start, so_far)
        classes = total.argmax(0).astype(np.uint8)
        return classes, np.round(total.max(0) * 255).astype(np.uint8)

    def _slices(
        self,
        volume: Volume,
        plane: str,
        reduce: Callable[[torch.Tensor], Any],
        progress: Callable[[float], None],
        cancel: Callable[[], bool],
    ) -> Iterator[tuple[slice, Any]]:
        """Yield what `reduce` makes of the class probabilities, batch by batch.

        It is given a tensor (n, classes, H, W) on the scan's grid and brings it to the host.
        Out of memory halves the batch; a single slice that does not fit moves the run to the CPU.
        """
        spacing = volume.axes.stack_spacing(plane)
        stack = np.ascontiguousarray(volume.axes.to_stack(volume.voxels, plane), dtype=np.float32)
        shape = stack.shape
        batch = BATCH_SIZE[self._device.type]
        prepared: torch.Tensor | None = None
        start = 0
        while start < shape[0]:
            if cancel():
                raise Cancelled
            stop = min(start + batch, shape[0])
            try:
                if prepared is None:
                    prepared = self._prepare(stack, spacing)
                answer = reduce(self._infer(prepared, (start, stop), shape, spacing))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                batch, prepared = self._make_room(batch, prepared)
                continue
            yield slice(start, stop), answer
            start = stop
            progress(stop / shape[0])

    def _prepare(self, stack: np.ndarray, spacing: tuple[float, float, float]) -> torch.Tensor:
        on_device = normalise(torch.from_numpy(stack).to(self._device), *self._bundle.percentiles)
        size = network_size(stack.shape, spacing, self._bundle.spacing_mm)
        return pad_to_stride(resample_in_plane(on_device, size))

    def _infer(
        self,
        prepared: torch.Tensor,
        span: tuple[int, int],
        shape: tuple[int, ...],
        spacing: tuple[float, float, float],
    ) -> torch.Tensor:
        indices = torch.arange(*span, device=self._device)
        inputs = gather_channels(prepared, indices, spacing[0], self._bundle.channel_offsets_mm)
        rows, columns = network_size(shape, spacing, self._bundle.spacing_mm)
        inputs = inputs.to(memory_format=torch.channels_last)
        autocasts = self._dtype is not torch.float32
        with torch.autocast(self._device.type, self._dtype, enabled=autocasts):
            logits = self._network(inputs)
        probabilities = logits[..., :rows, :columns].float().softmax(dim=1).contiguous()
        return functional.interpolate(
            probabilities, size=shape[1:], mode="bilinear", align_corners=False
        )

    def _make_room(
        self, batch: int, prepared: torch.Tensor | None
    ) -> tuple[int, torch.Tensor | None]:
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if batch > 1:
            _log.info("out of memory: %d slices at once instead of %d", batch // 2, batch)
            return batch // 2, prepared
        if self._device.type == "cpu":
            raise OutOfMemoryError
        self._warnings.append(
            Message(
                _(
                    "The memory of {device} did not hold a single slice, so the CPU was used. "
                    "Close other programs that use the GPU."
                ),
                device=self._device.type,
            )
        )
        self._move_to(torch.device("cpu"))
        return BATCH_SIZE["cpu"], None

    def _move_to(self, device: torch.device) -> None:
        self._device = device
        self._dtype = autocast_dtype(device)
        self._network.to(device)


def _along(array: np.ndarray, axis: int, slab: slice) -> np.ndarray:
    return array[(slice(None),) * axis + (slab,)]


def _winning_class(probabilities: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return argmax over classes and its probability in steps of 1/255, as uint8 on the host.

    Class by class, as torch's own argmax is ten times slower on a CPU.
    """
    best = probabilities[:, 0].clone()
    winner = torch.zeros_like(best, dtype=torch.uint8)
    for index in range(1, probabilities.shape[1]):
        rival = probabilities[:, index]
        winner.masked_fill_(rival > best, index)
        torch.maximum(best, rival, out=best)
    return winner.cpu().numpy(), _as_bytes(best)


def _as_bytes(probabilities: torch.Tensor) -> np.ndarray:
    return probabilities.mul_(255).round_().byte().cpu().numpy()
