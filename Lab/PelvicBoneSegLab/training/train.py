"""Entry point of `pelvicboneseg train CONFIG`."""

from __future__ import annotations

from pathlib import Path

from .config import TrainingConfig
from .trainer import Trainer


def train(config_path: Path) -> None:
    """Train as the configuration says and print where the bundle is and how good.

    Raises
    ------
    ConfigurationError, TrainingDataError
        What is wrong, by file, before training starts.
    """
    bundle = Trainer(TrainingConfig.load(config_path)).run()
    metrics = bundle.description["metrics"]
    print(f"{bundle.path}: mean Dice {metrics['mean_dice']} on {', '.join(metrics['cases'])}")
