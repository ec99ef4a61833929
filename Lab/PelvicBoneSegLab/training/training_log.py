"""The record of a training, one JSON object a line and epoch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import TrainingLogError


class TrainingLog:
    """A file beside the bundle's folder, begun anew.

    Parameters
    ----------
    output
        The bundle's folder; the log is `<output>.log.jsonl`.

    Raises
    ------
    TrainingLogError
        It cannot be written.
    """

    def __init__(self, output: Path) -> None:
        self._path = Path(f"{output}.log.jsonl")
        self._write("w", "")

    def append(self, record: dict[str, Any]) -> None:
        """Add an epoch.

        Raises
        ------
        TrainingLogError
            It cannot be written.
        """
        self._write("a", json.dumps(record) + "\n")

    def _write(self, mode: str, text: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise TrainingLogError(self._path, error.strerror or str(error)) from error
