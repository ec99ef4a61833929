"""The record of a training: one JSON object an epoch, and the same as a table."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from statistics import mean
from typing import Any

from PelvicBoneSegLib.anatomy import BONES

from ..errors import TrainingLogError

_COLUMNS = ("epoch", "loss", "learning_rate", "seconds", "slices_per_second", "share_waiting")


class TrainingLog:
    """Two files beside the bundle's folder, `<output>.log.jsonl` and `<output>.log.csv`.

    The table has the columns of the epoch, the mean Dice, and the mean Dice of each bone where the
    epoch was validated. Both files are replaced as a whole, so that a kill leaves no half line.

    Parameters
    ----------
    output
        The bundle's folder.
    keep
        So many epochs of a log that is there already stay; the others are forgotten.

    Raises
    ------
    TrainingLogError
        It cannot be written.
    """

    def __init__(self, output: Path, keep: int = 0) -> None:
        self._path = Path(f"{output}.log.jsonl")
        self._table = Path(f"{output}.log.csv")
        self._records = self._read()[:keep]
        self._write()

    def append(self, record: dict[str, Any]) -> None:
        """Add an epoch.

        Raises
        ------
        TrainingLogError
            It cannot be written.
        """
        self._records.append(record)
        self._write()

    def _read(self) -> list[dict[str, Any]]:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
            return [json.loads(line) for line in lines]
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise TrainingLogError(self._path, str(error)) from error

    def _write(self) -> None:
        lines = "".join(json.dumps(record) + "\n" for record in self._records)
        for path, text in ((self._path, lines), (self._table, _table(self._records))):
            new = path.with_name(f".{path.name}.new")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                new.write_text(text, encoding="utf-8")
                os.replace(new, path)
            except OSError as error:
                raise TrainingLogError(path, error.strerror or str(error)) from error


def _table(records: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    columns = [*_COLUMNS, "mean_dice", *(f"dice_{bone}" for bone in BONES)]
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({**record, **_dice_columns(record.get("validation"))})
    return text.getvalue()


def _dice_columns(validation: dict[str, Any] | None) -> dict[str, float | None]:
    if validation is None:
        return {}
    columns = {"mean_dice": validation["mean_dice"]}
    for bone in BONES:
        values = [case[bone] for case in validation["dice"].values() if case.get(bone) is not None]
        columns[f"dice_{bone}"] = round(mean(values), 4) if values else None
    return columns
