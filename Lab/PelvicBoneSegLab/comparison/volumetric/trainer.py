"""A training of the 3D network, with the losses, learning rate and files of `Trainer`."""

from __future__ import annotations

import hashlib
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save

from PelvicBoneSegLib.segmentation.device import choose_device
from PelvicBoneSegLib.segmentation.output_folder import write_together

from ...data.cases import iterate_scans
from ...data.stacks import make_stack
from ...errors import CheckpointError
from ...training.augmentation import Augmentation
from ...training.checkpoint import Checkpoint
from ...training.config import TrainingConfig
from ...training.learner import Learner
from ...training.mixed_samples import MixedSamples
from ...training.processes import Processes
from ...training.training_log import TrainingLog
from .network import SlabNetwork, create_volumetric_network
from .slabs import Slabs

WEIGHTS_FILE, DESCRIPTION_FILE = "weights.safetensors", "network.json"


class VolumetricTrainer:
    """Trains on slabs until they hold as many pixels as the slices of the budget.

    A step of the optimiser takes one slab. The last weights are kept: no epoch is chosen.

    Parameters
    ----------
    config
        Data, budget and learning rate; its ``slices_per_epoch`` and ``patch`` are what a network of
        slices would see.
    settings
        The ``network`` of the variant.
    """

    def __init__(self, config: TrainingConfig, settings: dict[str, Any]) -> None:
        self._config, self._network_settings = config, settings
        training = config.training
        torch.manual_seed(config.seed)
        pixels = training["slices_per_epoch"] * training["patch"] ** 2
        self._steps = math.ceil(pixels / math.prod(settings["patch"]))
        network = SlabNetwork(create_volumetric_network(settings, len(config.bones) + 1))
        self._learner = Learner(
            network.to(choose_device(training["device"])),
            training,
            self._steps,
            config.bones,
            Processes(),
        )
        self._checkpoint = Checkpoint(config.output, config.digest)

    def run(self) -> None:
        """Train, and write the network; a training that was killed goes on.

        Raises
        ------
        TrainingDataError, CheckpointError, TrainingLogError, OutputNotWritableError
            As in `Trainer.run`.
        """
        done = self._resume()
        samples = MixedSamples([(1.0, self._source())], self._config.seed)
        log = TrainingLog(self._config.output, keep=done)
        for epoch in range(done + 1, self._config.training["epochs"] + 1):
            log.append({"epoch": epoch, **self._train_epoch(epoch, samples)})
            # MONAI's network names its layers twice, and safetensors stores nothing shared.
            tensors = {name: tensor.clone() for name, tensor in self._learner.state().items()}
            self._checkpoint.save(tensors, {"epoch": epoch, "network": self._network_settings})
        self._write()

    def _resume(self) -> int:
        """Return the number of epochs that are done already."""
        state = self._checkpoint.load()
        if state is None:
            return 0
        other = "it is of another network"
        if state.record.get("network", self._network_settings) != self._network_settings:
            raise CheckpointError(self._checkpoint.path, other)
        try:
            self._learner.restore(state.tensors)
        except (RuntimeError, KeyError, ValueError) as error:
            raise CheckpointError(self._checkpoint.path, other) from error
        return state.record["epoch"]

    def _source(self) -> Slabs:
        config, model = self._config, self._config.model
        stacks = [
            make_stack(scan, model, model["planes"][0])
            for dataset in config.datasets
            for scan in iterate_scans(dataset, validation=False)
        ]
        shape = self._network_settings["patch"]
        augment = Augmentation(config.augmentation, shape[1], model["spacing_mm"])
        return Slabs(stacks, shape, augment)

    def _train_epoch(self, epoch: int, samples: MixedSamples) -> dict[str, Any]:
        start, waited, losses = time.perf_counter(), 0.0, []
        for step in range((epoch - 1) * self._steps, epoch * self._steps):
            asked = time.perf_counter()
            image, labels, silent = (torch.from_numpy(array) for array in samples[step])
            waited += time.perf_counter() - asked
            losses.append(self._learner.learn(step, [[image[:, None], labels, silent]]))
        seconds = time.perf_counter() - start
        return {
            "loss": round(float(np.mean(losses)), 5),
            "seconds": round(seconds, 1),
            "share_waiting": round(waited / seconds, 4),
        }

    def _write(self) -> None:
        network: Any = self._learner.averaged_network()
        weights = save({key: value.half() for key, value in network.network.state_dict().items()})
        description = {
            "network": self._network_settings,
            "spacing_mm": self._config.model["spacing_mm"],
            "percentiles": self._config.model["percentiles"],
            "plane": self._config.model["planes"][0],
            "classes": ["background", *self._config.bones],
            "sha256": hashlib.sha256(weights).hexdigest(),
        }

        def fill(folder: Path) -> None:
            (folder / WEIGHTS_FILE).write_bytes(weights)
            (folder / DESCRIPTION_FILE).write_text(json.dumps(description, indent=2) + "\n")

        write_together(self._config.output, fill)


def read_volumetric_network(folder: Path) -> tuple[dict[str, Any], torch.nn.Module]:
    """Return the description and the network that `VolumetricTrainer` wrote, for inference."""
    description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    network = create_volumetric_network(description["network"], len(description["classes"]))
    weights = load((folder / WEIGHTS_FILE).read_bytes())
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return description, network.eval().requires_grad_(False)
