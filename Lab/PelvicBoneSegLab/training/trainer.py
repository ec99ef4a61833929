"""The training loop."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.device import choose_device
from PelvicBoneSegLib.segmentation.engine import Engine
from PelvicBoneSegLib.segmentation.network import create_network
from PelvicBoneSegLib.segmentation.output_folder import check_writable
from PelvicBoneSegLib.segmentation.smp_import import import_smp

from ..errors import ConfigurationError
from .augmentation import Augmentation
from .bundle_writer import check_bundle_folder, make_bundle, write_bundle
from .cases import LabelledScan, dice_by_bone, iterate_scans, make_stack, validation_scans
from .config import TrainingConfig
from .encoder_weights import load_imagenet_encoder
from .precision import trains_in_bfloat16
from .sampler import SliceSampler
from .training_log import TrainingLog

_NO_METRICS: dict[str, Any] = {"dataset": "none yet", "cases": [], "dice": {}}


class Trainer:
    """Trains one network and keeps the bundle that was best on the validation cases.

    Parameters
    ----------
    config
        What to train, on what.

    Raises
    ------
    OutputNotWritableError, BundleFolderError, ConfigurationError, TrainingDataError
        The bundle's folder, the network's description or a dataset cannot be used; nothing has
        been trained yet.
    """

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        self._settings = config.training
        check_writable(config.output)
        check_writable(config.output.parent)
        check_bundle_folder(config.output)
        torch.manual_seed(config.seed)
        generator = torch.Generator().manual_seed(config.seed)
        self._device = choose_device(self._settings["device"])
        self._autocasts = trains_in_bfloat16(self._device)
        self._network = self._make_network()
        # What cannot become a bundle must not come up after an hour.
        make_bundle(config, self._network, _NO_METRICS)
        self._validation = validation_scans(config)
        self._sampler = SliceSampler(
            [(dataset["weight"], self._stacks(dataset)) for dataset in config.datasets],
            config.model["channel_offsets_mm"],
            self._settings["patch"],
            generator,
        )
        self._augment = Augmentation(config.augmentation, self._settings["patch"], generator)
        self._average = AveragedModel(
            self._network,
            multi_avg_fn=get_ema_multi_avg_fn(self._settings["ema_decay"]),
            use_buffers=True,
        )
        self._loss = _DiceAndCrossEntropy()
        self._steps_per_epoch = math.ceil(
            self._settings["slices_per_epoch"] / self._settings["batch_size"]
        )
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(),
            lr=self._settings["learning_rate"],
            weight_decay=self._settings["weight_decay"],
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, self._rate)

    def run(self) -> Bundle:
        """Train, and write the best bundle to the configured folder as soon as it is found.

        Returns
        -------
        The best bundle by mean validation Dice of the network's own labels, before
        post-processing.

        Raises
        ------
        OutputNotWritableError, TrainingLogError
            The bundle or the log cannot be stored; what was stored before is still there.
        """
        log = TrainingLog(self._config.output)
        best: Bundle | None = None
        for epoch in range(1, self._settings["epochs"] + 1):
            start = time.perf_counter()
            record: dict[str, Any] = {"epoch": epoch, "loss": self._train_epoch(epoch)}
            record["seconds"] = round(time.perf_counter() - start, 1)
            last = epoch == self._settings["epochs"]
            if epoch % self._settings["validate_every"] == 0 or last:
                bundle = self._validate()
                record["validation"] = bundle.description["metrics"]
                if best is None or _mean_dice(bundle) > _mean_dice(best):
                    best = bundle
                    write_bundle(best, self._config.output)
            log.append(record)
        assert best is not None, "the last epoch is always validated"
        return best

    def _stacks(self, dataset: dict[str, Any]) -> Sequence[Any]:
        return [
            make_stack(scan, self._config.model, plane)
            for scan in iterate_scans(dataset, validation=False)
            for plane in self._config.model["planes"]
        ]

    def _make_network(self) -> torch.nn.Module:
        model = self._config.model
        try:
            network = create_network(
                model["architecture"], len(model["channel_offsets_mm"]), len(BONES) + 1
            )
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:300]
            raise ConfigurationError(
                self._config.path, f"$.model.architecture: {reason}"
            ) from error
        if model["encoder_weights"] == "imagenet":
            load_imagenet_encoder(network.encoder)
        return network.to(self._device, memory_format=torch.channels_last)

    def _rate(self, step: int) -> float:
        """Linear warm-up, then a cosine to 1 % of the learning rate."""
        warmup = self._settings["warmup_epochs"] * self._steps_per_epoch
        if step < warmup:
            return (step + 1) / warmup
        total = self._settings["epochs"] * self._steps_per_epoch
        done = min(1.0, (step - warmup) / max(1, total - warmup))
        return 0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2

    def _train_epoch(self, epoch: int) -> float:
        self._network.train()
        losses = []
        for _ in tqdm(range(self._steps_per_epoch), desc=f"epoch {epoch}", leave=False):
            images, labels = self._sampler.draw(self._settings["batch_size"])
            images, labels = self._augment(images.to(self._device), labels.to(self._device))
            images = images.to(memory_format=torch.channels_last)
            with torch.autocast(self._device.type, torch.bfloat16, enabled=self._autocasts):
                logits = self._network(images)
            loss = self._loss(logits.float(), labels)
            self._optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
            self._optimiser.step()
            self._schedule.step()
            self._average.update_parameters(self._network)
            losses.append(loss.item())
        return round(float(np.mean(losses)), 5)

    def _validate(self) -> Bundle:
        network = copy.deepcopy(self._average.module)
        engine = Engine(make_bundle(self._config, network, _NO_METRICS), self._device.type)
        scores = {scan.name: _score(engine, scan) for scan in self._validation}
        values = [v for by_bone in scores.values() for v in by_bone.values() if v is not None]
        metrics = {
            "dataset": "validation cases, the network's own labels",
            "cases": list(scores),
            "dice": scores,
            "mean_dice": round(float(np.mean(values)), 4) if values else None,
        }
        return make_bundle(self._config, network, metrics)


class _DiceAndCrossEntropy(torch.nn.Module):
    """Sum of soft Dice loss over all classes and cross-entropy."""

    def __init__(self) -> None:
        super().__init__()
        losses = import_smp().losses
        self._dice = losses.DiceLoss(losses.MULTICLASS_MODE)
        self._cross_entropy = torch.nn.CrossEntropyLoss()

    def forward(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return self._dice(logits, labels) + self._cross_entropy(logits, labels)


def _score(engine: Engine, scan: LabelledScan) -> dict[str, float | None]:
    by_bone = dice_by_bone(engine.predict(scan.volume).classes, scan.labels)
    return {bone: value if value is None else round(value, 4) for bone, value in by_bone.items()}


def _mean_dice(bundle: Bundle) -> float:
    return bundle.description["metrics"]["mean_dice"] or 0.0
