"""What a trained variant is worth on the validation patients; kept until its weights change."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.segmentation.output_folder import write_together

from ..data.cases import validation_scans
from .plan import Plan, Variant
from .predictors import load_predictor
from .rows import rows_of
from .training import training_record

MEASURED_FILE = "measured.json"

FORMAT = 2
"""Of that file. A greater one has all variants measured anew, which are not trained anew for it."""

Measured = dict[str, Any]


def measured(plan: Plan, variant: Variant) -> Measured:
    """Measure a trained variant, or return what was measured of the same weights.

    Returns
    -------
    ``format``, ``weights`` (SHA-256), ``parameters``, ``training`` (see
    `training.training_record`), ``volumes``, ``slices``, ``heads`` and ``pubis`` (see
    `rows.rows_of`, each row with its case), and ``cost`` (see `cost`).
    """
    # The first variant's data are whole scans, those of a specialist are cut out of them.
    datasets = plan.variants[0].runs[0].datasets
    return _kept(variant, lambda: {**_measure(variant, datasets), "cost": _cost(plan, variant)})


def measured_fold(fold: Variant) -> Measured:
    """Measure a fold on the patients that it holds out; as `measured`, without ``cost``."""
    return _kept(fold, lambda: _measure(fold, fold.runs[0].datasets))


def _kept(variant: Variant, measure: Callable[[], Measured]) -> Measured:
    """Return what was measured of the same weights, or measure and keep it."""
    path = variant.folder / MEASURED_FILE
    digest = _digest(variant)
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        if (known.get("format"), known["weights"]) == (FORMAT, digest):
            return known
    result = {"format": FORMAT, "weights": digest, **measure()}

    def fill(folder: Path) -> None:
        (folder / MEASURED_FILE).write_text(json.dumps(result) + "\n", encoding="utf-8")

    write_together(variant.folder, fill)
    return result


def _measure(variant: Variant, datasets: Iterable[dict[str, Any]]) -> Measured:
    predictor = load_predictor(variant)
    result: Measured = {
        "parameters": predictor.parameters,
        "training": training_record(variant),
        "volumes": [],
        "slices": [],
        "heads": [],
        "pubis": [],
    }
    for scan in validation_scans(datasets):
        for name, rows in rows_of(predictor, variant, scan).items():
            result[name] += [{"case": scan.name, **row} for row in rows]
    return result


def _digest(variant: Variant) -> str:
    """Return the SHA-256 of all weights and of how they are used."""
    digest = hashlib.sha256(json.dumps([variant.kind, variant.settings]).encode())
    for config in variant.runs:
        digest.update((config.output / "weights.safetensors").read_bytes())
    return digest.hexdigest()


def _cost(plan: Plan, variant: Variant) -> dict[str, float]:
    command = [sys.executable, "-m", f"{__package__}.cost", str(plan.path), variant.name,
               "--budget", plan.budget]  # fmt: skip
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(answer.splitlines()[-1])
