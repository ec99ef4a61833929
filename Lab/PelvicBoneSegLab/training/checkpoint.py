"""Where a training stands, on disk, so that it goes on after a kill."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from PelvicBoneSegLib.errors import OutputNotWritableError

from ..errors import CheckpointError

_RECORD = "training"


@dataclass(frozen=True, eq=False)
class TrainingState:
    """All that the rest of a training depends on.

    Attributes
    ----------
    tensors
        By name.
    record
        Numbers and texts, ready for JSON.
    """

    tensors: dict[str, torch.Tensor]
    record: dict[str, Any]


class Checkpoint:
    """One file beside the bundle's folder; nothing in it is pickled.

    Parameters
    ----------
    output
        The bundle's folder; the file is `<output>.checkpoint.safetensors`.
    digest
        Of the configuration.
    """

    def __init__(self, output: Path, digest: str) -> None:
        self._path = Path(f"{output}.checkpoint.safetensors")
        self._digest = digest

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def save(self, tensors: Mapping[str, torch.Tensor], record: Mapping[str, Any]) -> None:
        """Replace what is there; a kill leaves the old file or the new one.

        Raises
        ------
        OutputNotWritableError
            It cannot be stored.
        """
        text = json.dumps({**record, "configuration": self._digest})
        new = self._path.with_name(f".{self._path.name}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            save_file(
                {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()},
                new,
                metadata={_RECORD: text},
            )
            os.replace(new, self._path)
        except (OSError, SafetensorError) as error:
            new.unlink(missing_ok=True)
            raise OutputNotWritableError(self._path, str(error)) from error

    def load(self) -> TrainingState | None:
        """Read it; None where there is none.

        Raises
        ------
        CheckpointError
            It cannot be read, or is of another configuration.
        """
        if not self._path.exists():
            return None
        try:
            with safe_open(self._path, framework="pt") as file:
                record = json.loads(file.metadata()[_RECORD])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(self._path, "it is damaged") from error
        if record.pop("configuration", None) != self._digest:
            raise CheckpointError(self._path, "the configuration has changed since")
        return TrainingState(tensors, record)

    def remove(self) -> None:
        """Take it away: the training is over."""
        self._path.unlink(missing_ok=True)
