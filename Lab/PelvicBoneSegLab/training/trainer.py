"""A training from configuration to bundle."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader
from tqdm import tqdm

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.device import choose_device
from PelvicBoneSegLib.segmentation.output_folder import check_writable

from ..data.cases import validation_scans
from ..errors import CheckpointError, ConfigurationError
from .bundle_writer import check_bundle_folder, make_bundle, write_bundle
from .checkpoint import Checkpoint
from .config import TrainingConfig
from .epoch_validation import NO_METRICS, EpochValidation
from .learner import Learner
from .mixed_samples import MixedSamples, NumberedBatches
from .processes import Processes
from .progress import Progress
from .sources import make_sources
from .starting_network import starting_network
from .training_log import TrainingLog


class Trainer:
    """Trains one network and keeps the bundle that was best on the validation cases.

    Parameters
    ----------
    config
        What to train, on what.
    processes
        Who else trains the same.

    Raises
    ------
    OutputNotWritableError, BundleFolderError, ConfigurationError, TrainingDataError
        The bundle's folder, the network's description or a dataset cannot be used; nothing has
        been trained yet.
    """

    def __init__(self, config: TrainingConfig, processes: Processes) -> None:
        self._config = config
        self._settings = config.training
        self._processes = processes
        self._check_shares()
        check_writable(config.output)
        check_writable(config.output.parent)
        check_bundle_folder(config.output)
        torch.manual_seed(config.seed)
        self._device = processes.device(choose_device(self._settings["device"]))
        network = starting_network(config).to(self._device, memory_format=torch.channels_last)
        # What cannot become a bundle must not come up after an hour.
        make_bundle(config, network, NO_METRICS)
        self._validation = EpochValidation(
            config,
            validation_scans(config.datasets) if processes.is_first else [],
            self._device.type,
        )
        self._samples = MixedSamples(make_sources(config), config.seed)
        self._steps_per_epoch = math.ceil(
            self._settings["slices_per_epoch"] / self._settings["batch_size"]
        )
        self._learner = Learner(
            network, self._settings, self._steps_per_epoch, config.bones, processes
        )
        self._checkpoint = Checkpoint(config.output, config.digest)
        self._best = -1.0
        self._best_epoch = 0

    def run(self) -> Bundle:
        """Train, and write the best bundle to the configured folder as soon as it is found.

        A training that was killed goes on from its last whole epoch, with the same result.

        Returns
        -------
        The best bundle by mean validation Dice of the network's own labels, before
        post-processing.

        Raises
        ------
        OutputNotWritableError, TrainingLogError
            The bundle, a checkpoint or the log cannot be stored; what was stored before is still
            there.
        CheckpointError
            There is a checkpoint that does not belong to this training, or is damaged.
        """
        epoch = self._resume()
        log = TrainingLog(self._config.output, keep=epoch) if self._processes.is_first else None
        progress = Progress(self._settings["epochs"], epoch)
        batches = iter(self._loader(epoch))
        # Asked before an epoch, so that a training that was killed when it was over stays so.
        while not self._processes.agree(self._is_over(epoch)):
            epoch += 1
            record = {"epoch": epoch, **self._train_epoch(epoch, batches)}
            if log:
                self._validate_epoch(epoch, record)
                log.append(record)
                self._checkpoint.save(
                    self._learner.state(),
                    {"epoch": epoch, "best": self._best, "best_epoch": self._best_epoch},
                )
                line = progress.line(record, self._best, self._best_epoch)
                tqdm.write(line, file=sys.stderr)
        # Absolute: a bare name would mean an installed bundle.
        return Bundle.load(self._config.output.absolute())

    def forget(self) -> None:
        """Remove the checkpoint: what is done is done, and the next run begins a new training."""
        self._checkpoint.remove()

    def _resume(self) -> int:
        """Return the number of epochs that are done already."""
        state = self._checkpoint.load()
        if state is None:
            return 0
        try:
            self._learner.restore(state.tensors)
        except (RuntimeError, KeyError, ValueError) as error:
            raise CheckpointError(self._checkpoint.path, "it is of another network") from error
        self._best, self._best_epoch = state.record["best"], state.record["best_epoch"]
        if not self._config.output.exists():
            # Killed while the bundle was replaced: the next one is the best there is.
            self._best = -1.0
        return state.record["epoch"]

    def _loader(self, epochs_done: int) -> DataLoader:
        steps = range(
            epochs_done * self._steps_per_epoch, self._settings["epochs"] * self._steps_per_epoch
        )
        return DataLoader(
            self._samples,
            batch_sampler=NumberedBatches(
                steps,
                self._settings["batch_size"],
                self._accumulate,
                self._processes.rank,
                self._processes.world,
            ),
            num_workers=self._settings["workers"],
            pin_memory=self._device.type == "cuda",
        )

    def _check_shares(self) -> None:
        parts = self._accumulate * self._processes.world
        if self._settings["batch_size"] % parts:
            raise ConfigurationError(
                self._config.path,
                f"$.training.batch_size: {self._settings['batch_size']} slices are not a multiple "
                f"of {self._processes.world} processes times {self._accumulate} micro-batches",
            )

    @property
    def _accumulate(self) -> int:
        return self._settings.get("accumulate", 1)

    def _train_epoch(self, epoch: int, batches: Iterator[list[torch.Tensor]]) -> dict[str, Any]:
        """Return the epoch's part of the log."""
        # What networks draw themselves, as dropout does: the same after a resume.
        rng = np.random.default_rng((self._config.seed, epoch, self._processes.rank))
        torch.manual_seed(int(rng.integers(2**63)))
        first = (epoch - 1) * self._steps_per_epoch
        losses, waited, start = [], 0.0, time.perf_counter()
        steps = range(first, first + self._steps_per_epoch)
        # None: only where somebody watches, in a terminal.
        hidden = None if self._processes.is_first else True
        for step in tqdm(steps, f"epoch {epoch}", unit="step", leave=False, disable=hidden):
            asked = time.perf_counter()
            micro_batches = list(islice(batches, self._accumulate))
            waited += time.perf_counter() - asked
            losses.append(self._learner.learn(step, micro_batches))
        seconds = time.perf_counter() - start
        return {
            "loss": round(float(np.mean(losses)), 5),
            "learning_rate": self._learner.learning_rate,
            "seconds": round(seconds, 1),
            "slices_per_second": round(len(steps) * self._settings["batch_size"] / seconds, 2),
            "share_waiting": round(waited / seconds, 4),
        }

    def _validate_epoch(self, epoch: int, record: dict[str, Any]) -> None:
        """Validate where it is time to; keep the bundle if it is the best so far."""
        if epoch % self._settings["validate_every"] and epoch < self._settings["epochs"]:
            return
        bundle = self._validation.measure(self._learner.averaged_network())
        record["validation"] = bundle.description["metrics"]
        dice = bundle.description["metrics"]["mean_dice"] or 0.0
        if dice > self._best:
            self._best, self._best_epoch = dice, epoch
            write_bundle(bundle, self._config.output)
            self._validation.draw_worst()

    def _is_over(self, epoch: int) -> bool:
        epochs = self._settings["epochs"]
        patience = self._settings.get("patience", epochs)
        return epoch >= epochs or epoch - self._best_epoch >= patience
