"""How good a network is while it is being trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.engine import Engine

from ..data.cases import LabelledScan, class_indices, covered_dice_by_bone
from .bundle_writer import make_bundle, with_metrics
from .config import TrainingConfig
from .worst_slices import write_worst_slices

NO_METRICS: dict[str, Any] = {"dataset": "none yet", "cases": [], "dice": {}}


class EpochValidation:
    """Measures a network on the validation cases: its own labels, before post-processing.

    Dice is taken where the masks say whether a bone is there: a network that finds the pubis is not
    worse for it.

    Parameters
    ----------
    config
        What is being trained.
    scans
        The validation cases.
    device
        Kind of device to run on.
    """

    def __init__(self, config: TrainingConfig, scans: Sequence[LabelledScan], device: str) -> None:
        self._config = config
        self._scans = scans
        self._device = device
        self._found: list[np.ndarray] = []

    def measure(self, network: torch.nn.Module) -> Bundle:
        """Return the network as a bundle with its metrics."""
        bundle = make_bundle(self._config, network, NO_METRICS)
        engine = Engine(bundle, self._device)
        self._found = [
            class_indices(engine.predict(scan.volume).classes, self._config.bones)
            for scan in self._scans
        ]
        dice = {
            scan.name: self._dice(found, scan)
            for scan, found in zip(self._scans, self._found, strict=True)
        }
        values = [v for by_bone in dice.values() for v in by_bone.values() if v is not None]
        return with_metrics(
            bundle,
            {
                "dataset": "validation cases, the network's own labels, where the masks speak",
                "cases": list(dice),
                "dice": dice,
                "mean_dice": round(float(np.mean(values)), 4) if values else None,
            },
        )

    def draw_worst(self) -> None:
        """Draw the worst slices of the network measured last, beside the bundle's folder.

        Raises
        ------
        OutputNotWritableError
            The picture cannot be stored.
        """
        write_worst_slices(self._scans, self._found, self._config.bones, self._config.output)

    def _dice(self, found: np.ndarray, scan: LabelledScan) -> dict[str, float | None]:
        return {
            bone: None if dice is None else round(dice, 4)
            for bone, dice in covered_dice_by_bone(found, scan).items()
            if bone in self._config.bones
        }
