"""A trainer that does not train."""

from __future__ import annotations

from typing import ClassVar

from PelvicBoneSegLab.training.bundle_writer import make_bundle, write_bundle
from PelvicBoneSegLab.training.epoch_validation import NO_METRICS
from PelvicBoneSegLab.training.training_log import TrainingLog
from PelvicBoneSegLib.segmentation.network import create_network


class QuickTrainer:
    """Writes what `Trainer` leaves behind, untrained."""

    trained: ClassVar[list[str]] = []

    def __init__(self, config, processes):
        self._config = config

    def run(self):
        config = self._config
        channels = len(config.model["channel_offsets_mm"])
        network = create_network(config.model["architecture"], channels, len(config.bones) + 1)
        write_bundle(make_bundle(config, network, NO_METRICS), config.output)
        TrainingLog(config.output).append({"epoch": 1, "seconds": 2.0, "share_waiting": 0.25})
        self.trained.append(config.output.parent.name)
