"""From a scan to class indices, in every way that is compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.engine import Engine
from PelvicBoneSegLib.segmentation.network import load_network
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
        self._engine = Engine(self._bundle, device)

    @property
    def parameters(self) -> int:
        """How many the network has."""
        return parameters_of(self._bundle)

    def predict(self, volume: Volume) -> np.ndarray:
        """Return class indices."""
        total = np.zeros((len(self._bundle.classes), *volume.voxels.shape), np.uint16)
        for plane in self._planes:
            total += self._engine.class_probabilities(volume, plane=plane)
        return class_indices(total.argmax(axis=0).astype(np.uint8), self._bundle.bones)


def parameters_of(bundle: Bundle) -> int:
    """Count the parameters of a bundle's network."""
    return sum(parameter.numel() for parameter in load_network(bundle).parameters())
