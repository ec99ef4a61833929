"""From a scan to class indices, in every way that is compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch.nn import functional

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.device import autocast_dtype, choose_device
from PelvicBoneSegLib.segmentation.engine import BATCH_SIZE, Engine
from PelvicBoneSegLib.segmentation.network import load_network
from PelvicBoneSegLib.segmentation.preparation import (
    gather_channels,
    network_size,
    normalise,
    pad_to_stride,
    resample_in_plane,
)
from PelvicBoneSegLib.segmentation.volume import Volume

from ..data.cases import class_indices
from .plan import Variant
from .plan_schema import FUSED, ONE_PER_BONE, VOLUMETRIC
from .volumetric.predictor import VolumetricPredictor


class Predictor(Protocol):
    """What is measured."""

    @property
    def parameters(self) -> int:
        """How many its networks have, together."""
        ...

    def predict(self, volume: Volume) -> np.ndarray:
        """Return class indices as in `data.cases.LabelledScan`, before post-processing."""
        ...


def load_predictor(variant: Variant, device: str = "cpu") -> Predictor:
    """Load what was trained for a variant.

    Raises
    ------
    BundleNotFoundError, FileNotFoundError
        It has not been trained.
    """
    outputs = [config.output for config in variant.runs]
    if variant.kind == VOLUMETRIC:
        return VolumetricPredictor(outputs[0], device)
    if variant.kind == ONE_PER_BONE:
        return BinaryPredictor(outputs, device)
    if variant.kind == FUSED:
        return FusedPredictor(outputs[0], variant.settings["planes"], device)
    return BundlePredictor(outputs[0], device)


class BundlePredictor:
    """One bundle, as the product runs it."""

    def __init__(self, folder: Path, device: str) -> None:
        self._bundle = Bundle.load(folder)
        self._engine = Engine(self._bundle, device)

    @property
    def parameters(self) -> int:
        """How many the network has."""
        return parameters_of(self._bundle)

    def predict(self, volume: Volume) -> np.ndarray:
        """Return class indices."""
        return class_indices(self._engine.predict(volume).classes, self._bundle.bones)


class BinaryPredictor:
    """One network a bone. Where several claim a voxel the surest has it."""

    def __init__(self, folders: Sequence[Path], device: str) -> None:
        self._bundles = [Bundle.load(folder) for folder in folders]
        self._engines = [Engine(bundle, device) for bundle in self._bundles]

    @property
    def parameters(self) -> int:
        """How many the networks have, together."""
        return sum(parameters_of(bundle) for bundle in self._bundles)

    def predict(self, volume: Volume) -> np.ndarray:
        """Return class indices."""
        found = [engine.class_probabilities(volume)[1] for engine in self._engines]
        return surest_bone(np.stack(found), [bundle.bones[0] for bundle in self._bundles])


def surest_bone(probabilities: np.ndarray, bones: Sequence[str]) -> np.ndarray:
    """Merge what binary networks say.

    Parameters
    ----------
    probabilities
        uint8, shape (bones, K, J, I); steps of 1/255.
    bones
        Names out of `anatomy.BONES`, in that order.

    Returns
    -------
    Class indices: the bone with the largest probability where that is above one half.
    """
    winner = probabilities.argmax(axis=0)
    indices = np.array([BONES.index(bone) + 1 for bone in bones], np.uint8)
    return np.where(probabilities.max(axis=0) > 127, indices[winner], 0).astype(np.uint8)


class FusedPredictor:
    """One network passed over the scan in several planes, probabilities averaged.

    The product slices a scan of thick slices in its own plane alone; this is for the comparison.
    """

    def __init__(self, folder: Path, planes: Sequence[str], device: str) -> None:
        self._bundle, self._planes = Bundle.load(folder), planes
        self._device = choose_device(device)
        self._network = load_network(self._bundle).to(
            self._device, memory_format=torch.channels_last
        )

    @property
    def parameters(self) -> int:
        """How many the network has."""
        return parameters_of(self._bundle)

    def predict(self, volume: Volume) -> np.ndarray:
        """Return class indices."""
        total = np.zeros((len(self._bundle.classes), *volume.voxels.shape), np.float32)
        for plane in self._planes:
            stacks = [volume.axes.to_stack(one, plane) for one in total]
            with torch.inference_mode():
                for start, found in self._pass(volume, plane):
                    for stack, block in zip(stacks, found.swapaxes(0, 1), strict=True):
                        stack[start : start + len(block)] += block
        return class_indices(total.argmax(axis=0).astype(np.uint8), self._bundle.bones)

    def _pass(self, volume: Volume, plane: str):
        """Yield first slice and probabilities (n, classes, rows, columns), batch by batch."""
        spacing = volume.axes.stack_spacing(plane)
        voxels = np.ascontiguousarray(volume.axes.to_stack(volume.voxels, plane), np.float32)
        rows, columns = network_size(voxels.shape, spacing, self._bundle.spacing_mm)
        stack = normalise(torch.from_numpy(voxels).to(self._device), *self._bundle.percentiles)
        stack = pad_to_stride(resample_in_plane(stack, (rows, columns)))
        batch, dtype = BATCH_SIZE[self._device.type], autocast_dtype(self._device)
        for start in range(0, len(stack), batch):
            indices = torch.arange(start, min(start + batch, len(stack)), device=self._device)
            inputs = gather_channels(stack, indices, spacing[0], self._bundle.channel_offsets_mm)
            inputs = inputs.to(memory_format=torch.channels_last)
            autocasts = dtype is not torch.float32
            with torch.autocast(self._device.type, dtype, enabled=autocasts):
                logits = self._network(inputs)
            found = logits[..., :rows, :columns].float().softmax(dim=1).contiguous()
            found = functional.interpolate(found, size=voxels.shape[1:], mode="bilinear")
            yield start, found.cpu().numpy()


def parameters_of(bundle: Bundle) -> int:
    """Count the parameters of a bundle's network."""
    return sum(parameter.numel() for parameter in load_network(bundle).parameters())
