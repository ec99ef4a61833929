"""Entry point of `pelvicboneseg train CONFIG`."""

from __future__ import annotations

from pathlib import Path

from PelvicBoneSegLib.segmentation.device import choose_device

from ..data.cases import validation_scans
from ..data.check import all_faults_named
from ..validation import format_table, validate
from .bundle_writer import with_metrics, write_description
from .config import TrainingConfig
from .folds import fold_of, parse_fold
from .footprint import record_training
from .processes import joined_processes
from .trainer import Trainer


def train(config_path: Path, fold: str | None = None) -> None:
    """Train as the configuration says; print where the best bundle is and how good.

    Parameters
    ----------
    config_path
        The configuration.
    fold
        ``K/N``: which fold of a cross-validation to train, see `folds.fold_of`.

    Raises
    ------
    ConfigurationError, TrainingDataFaults, OutputNotWritableError, BundleFolderError, FoldError
        What is wrong, by file, before training starts; also when storing fails later.
    CheckpointError
        The training was begun before, with another configuration.
    TrainingLogError
        The log beside the bundle's folder cannot be stored.
    """
    config = TrainingConfig.load(config_path)
    if fold is not None:
        config = fold_of(config, *parse_fold(fold))
    with joined_processes(choose_device(config.training["device"])) as processes:
        with all_faults_named(config):
            trainer = Trainer(config, processes)
        bundle = trainer.run()
    if not processes.is_first:
        return
    metrics = validate(bundle, validation_scans(config.datasets), config.training["device"])
    write_description(with_metrics(bundle, metrics))
    record_training(config, choose_device(config.training["device"]), processes.world)
    trainer.forget()
    print(format_table(metrics))
    print(f"The bundle is in {config.output}")
