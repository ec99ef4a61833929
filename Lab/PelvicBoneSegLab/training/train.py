"""Entry point of `pelvicboneseg train CONFIG`."""

from __future__ import annotations

from pathlib import Path

from ..validation import format_table, validate
from .bundle_writer import with_metrics, write_bundle
from .cases import validation_scans
from .config import TrainingConfig
from .trainer import Trainer


def train(config_path: Path) -> None:
    """Train as the configuration says; print where the best bundle is and how good.

    Raises
    ------
    ConfigurationError, TrainingDataError, OutputNotWritableError, BundleFolderError
        What is wrong, by file, before training starts; also when storing fails later.
    TrainingLogError
        The log beside the bundle's folder cannot be stored.
    """
    config = TrainingConfig.load(config_path)
    bundle = Trainer(config).run()
    metrics = validate(bundle, validation_scans(config), config.training["device"])
    write_bundle(with_metrics(bundle, metrics), config.output)
    print(format_table(metrics))
    print(f"The bundle is in {config.output}")
