"""Write a trained network as a bundle."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from safetensors.torch import save

from PelvicBoneSegLib.errors import OutputNotWritableError
from PelvicBoneSegLib.segmentation.bundle import (
    DESCRIPTION_FILE,
    WEIGHTS_FILE,
    Bundle,
    check_description,
)
from PelvicBoneSegLib.segmentation.output_folder import replace_folder

from ..errors import BundleFolderError, ConfigurationError
from .config import TrainingConfig


def make_bundle(
    config: TrainingConfig, network: torch.nn.Module, metrics: dict[str, Any]
) -> Bundle:
    """Describe a network in its present state, with float16 weights.

    Parameters
    ----------
    config
        What it was trained with.
    network
        The trained network.
    metrics
        The ``metrics`` of `bundle.json`.

    Raises
    ------
    BundleInvalidError
        The configuration's ``bundle`` section breaks the bundle schema.
    """
    weights = save({name: _half(value) for name, value in network.state_dict().items()})
    model = config.model
    description = {
        "format": 1,
        **config.bundle,
        "architecture": model["architecture"],
        "channel_offsets_mm": model["channel_offsets_mm"],
        "spacing_mm": model["spacing_mm"],
        "normalisation": {"percentiles": model["percentiles"]},
        "planes": model["planes"],
        "classes": ["background", *config.bones],
        "sha256": hashlib.sha256(weights).hexdigest(),
        "metrics": metrics,
    }
    check_description(description, config.path)
    return Bundle(config.output, description, weights)


def with_metrics(bundle: Bundle, metrics: dict[str, Any]) -> Bundle:
    """Return the bundle with other metrics.

    Raises
    ------
    BundleInvalidError
        The metrics break the bundle schema.
    """
    return _with(bundle, metrics=metrics)


def with_training(bundle: Bundle, training: dict[str, Any]) -> Bundle:
    """Return the bundle with what its training took, see `footprint.training_record`.

    Raises
    ------
    BundleInvalidError
        The record breaks the bundle schema.
    """
    return _with(bundle, training=training)


def fed_with(
    bundle: Bundle, spacing_mm: float | None, channel_offsets_mm: Sequence[float] | None
) -> Bundle:
    """Return the bundle, its network to be fed otherwise than it was trained.

    Parameters
    ----------
    spacing_mm, channel_offsets_mm
        As in `bundle.json`; None leaves what is there.

    Raises
    ------
    ConfigurationError
        There are more or fewer offsets than the network has channels.
    BundleInvalidError
        They break the bundle schema.
    """
    has = bundle.channel_offsets_mm
    if channel_offsets_mm is not None and len(channel_offsets_mm) != len(has):
        raise ConfigurationError(
            bundle.path, f"the network has {len(has)} channels, not {len(channel_offsets_mm)}"
        )
    wanted = {
        "spacing_mm": spacing_mm,
        "channel_offsets_mm": None if channel_offsets_mm is None else list(channel_offsets_mm),
    }
    return _with(bundle, **{field: one for field, one in wanted.items() if one is not None})


def check_bundle_folder(folder: Path) -> None:
    """Refuse a folder that a bundle must not replace.

    Raises
    ------
    BundleFolderError
        It is a file, or holds something else than a bundle.
    """
    if folder.exists() and not folder.is_dir():
        raise BundleFolderError(folder, "it is a file")
    others = {path.name for path in folder.glob("*")} - {DESCRIPTION_FILE, WEIGHTS_FILE}
    if others:
        raise BundleFolderError(folder, f"it holds {', '.join(sorted(others)[:3])}")


def write_bundle(bundle: Bundle, folder: Path) -> None:
    """Write a bundle's folder, whole or not at all; a bundle that is there is replaced.

    Raises
    ------
    BundleFolderError
        What is there is no bundle.
    OutputNotWritableError
        It cannot be stored. Here as there, the folder is as it was.
    """
    check_bundle_folder(folder)
    # Where the folder is a link, what it points to is replaced and not the link.
    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            new, old = Path(scratch, "new"), Path(scratch, "old")
            _fill(new, bundle)
            replace_folder(folder, new, old)
    except OSError as error:
        raise OutputNotWritableError(folder, error.strerror or str(error)) from error


def write_description(bundle: Bundle) -> None:
    """Replace `bundle.json` in the bundle's folder; a kill leaves the old one or the new one.

    Raises
    ------
    OutputNotWritableError
        It cannot be stored.
    """
    folder = bundle.path.resolve()
    new = folder.with_name(f".{folder.name}.{DESCRIPTION_FILE}.new")
    try:
        new.write_text(_as_text(bundle.description), encoding="utf-8")
        os.replace(new, folder / DESCRIPTION_FILE)
    except OSError as error:
        raise OutputNotWritableError(folder, error.strerror or str(error)) from error


def _as_text(description: dict[str, Any]) -> str:
    return json.dumps(description, indent=2, ensure_ascii=False) + "\n"


def _fill(new: Path, bundle: Bundle) -> None:
    new.mkdir()
    (new / DESCRIPTION_FILE).write_text(_as_text(bundle.description), encoding="utf-8")
    (new / WEIGHTS_FILE).write_bytes(bundle.weights)


def _half(value: torch.Tensor) -> torch.Tensor:
    value = value.detach().cpu().contiguous()
    return value.half() if value.is_floating_point() else value


def _with(bundle: Bundle, **fields: Any) -> Bundle:
    description = {**bundle.description, **fields}
    check_description(description, bundle.path)
    return Bundle(bundle.path, description, bundle.weights)
