"""The bundle of a training that was stopped by hand: the running average at its last checkpoint.

`python -m PelvicBoneSegLab.training.stopped CONFIG` writes it in place of the best epoch's, for a
later training to start from, or for a mean. The checkpoint stays: the training can still go on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.device import choose_device

from ..errors import CheckpointError, NoCheckpointError
from .bundle_writer import make_bundle, write_bundle
from .checkpoint import Checkpoint
from .config import TrainingConfig
from .epoch_validation import NO_METRICS
from .footprint import record_training
from .learner import averaged_weights
from .starting_network import starting_network


def stopped_bundle(config: TrainingConfig) -> Bundle:
    """Make the bundle of a training as it stands; its metrics are those of no case yet.

    Raises
    ------
    NoCheckpointError
        There is none.
    CheckpointError
        It is damaged, or of another configuration or network.
    """
    checkpoint = Checkpoint(config.output, config.digest)
    state = checkpoint.load()
    if state is None:
        raise NoCheckpointError(checkpoint.path)
    network = starting_network(config)
    try:
        network.load_state_dict(averaged_weights(state.tensors))
    except RuntimeError as error:
        raise CheckpointError(checkpoint.path, "it is of another network") from error
    return make_bundle(config, network, NO_METRICS)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Write the bundle of a training as it stands.")
    parser.add_argument("config", type=Path, help="training configuration")
    config = TrainingConfig.load(parser.parse_args(arguments).config)
    write_bundle(stopped_bundle(config), config.output)
    record_training(config, choose_device(config.training["device"]))


if __name__ == "__main__":
    main()
