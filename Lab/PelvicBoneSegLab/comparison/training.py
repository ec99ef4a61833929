"""Train what is missing, one variant after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..training.checkpoint import Checkpoint
from ..training.config import TrainingConfig
from ..training.processes import Processes
from ..training.trainer import Trainer
from .head_crops import ensure_crops
from .plan import Plan, Variant
from .plan_schema import HEAD_CROPS, VOLUMETRIC
from .volumetric.trainer import VolumetricTrainer


def is_trained(variant: Variant) -> bool:
    """Return whether all runs of a variant are over, with these settings."""
    return all(_record_of(variant, config) is not None for config in variant.runs)


def train_variant(plan: Plan, variant: Variant) -> None:
    """Train the runs of a variant that are not over; a run that was killed goes on.

    Raises
    ------
    ConfigurationError, TrainingDataError, CheckpointError, TrainingLogError, BundleFolderError,
    OutputNotWritableError
        As in `Trainer`.
    """
    for config in variant.runs:
        if _record_of(variant, config) is not None:
            continue
        if variant.kind == HEAD_CROPS:
            _write_head_crops(plan, variant)
        if variant.kind == VOLUMETRIC:
            VolumetricTrainer(config, variant.settings["network"]).run()
        else:
            Trainer(config, Processes()).run()
        record = {
            "configuration": config.digest,
            "untold": variant.untold,
            **_time_of(config),
        }
        record_path(config).write_text(json.dumps(record) + "\n", encoding="utf-8")
        Checkpoint(config.output, config.digest).remove()


def training_record(variant: Variant) -> dict[str, Any]:
    """Return seconds, those spent waiting for samples, and slices of a finished variant."""
    records = [_record_of(variant, config) or {} for config in variant.runs]
    return {
        "seconds": round(sum(one["seconds"] for one in records), 1),
        "seconds_waiting": round(sum(one["seconds_waiting"] for one in records), 1),
        "slices": sum(
            config.training["epochs"] * config.training["slices_per_epoch"]
            for config in variant.runs
        ),
    }


def record_path(config: TrainingConfig) -> Path:
    """Return the file that is there when a run is over."""
    return Path(f"{config.output}.trained.json")


def _record_of(variant: Variant, config: TrainingConfig) -> dict[str, Any] | None:
    path = record_path(config)
    if not path.is_file() or not config.output.is_dir():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    # A record without it is older than the key: it says nothing against these settings.
    untold = record.get("untold", variant.untold)
    return record if (record["configuration"], untold) == (config.digest, variant.untold) else None


def _time_of(config: TrainingConfig) -> dict[str, float]:
    lines = Path(f"{config.output}.log.jsonl").read_text(encoding="utf-8").splitlines()
    epochs = [json.loads(line) for line in lines]
    return {
        "seconds": sum(one["seconds"] for one in epochs),
        "seconds_waiting": sum(one["seconds"] * one["share_waiting"] for one in epochs),
    }


def _write_head_crops(plan: Plan, variant: Variant) -> None:
    """Cut the heads out of the scans that the first variant, a generalist, is trained on."""
    for dataset, crops in zip(
        plan.variants[0].runs[0].datasets, variant.runs[0].datasets, strict=True
    ):
        ensure_crops(dataset, crops["root"], variant.untold)
