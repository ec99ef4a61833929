"""What a trained variant is worth on the validation patients; kept until its weights change."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, BOTH, FEMUR
from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.metrics import evaluate_pair, evaluate_slices
from PelvicBoneSegLib.evaluation.structure import MIDLINE, PAIRED, Structure
from PelvicBoneSegLib.segmentation.output_folder import write_together
from PelvicBoneSegLib.segmentation.postprocess import bone_classes, postprocess

from ..data.cases import LabelledScan, validation_scans
from .head_crops import HeadOfScan, cropped, heads_of
from .plan import Plan, Variant
from .plan_schema import HEAD_CROPS
from .predictors import Predictor, load_predictor
from .training import training_record

MEASURED_FILE = "measured.json"

STRUCTURE_OF_CLASS = {
    index: Structure(bone, BOTH if bone in PAIRED else MIDLINE)
    for index, bone in enumerate(BONES, start=1)
}

Measured = dict[str, Any]


def measured(plan: Plan, variant: Variant) -> Measured:
    """Measure a trained variant, or return what was measured of the same weights.

    Returns
    -------
    ``weights`` (SHA-256), ``parameters``, ``training`` (see `training.training_record`),
    ``volumes`` and ``slices`` (a row a case and bone, and slice), ``heads`` (a row a case and
    side), and ``cost`` (see `cost`).
    """
    path = variant.folder / MEASURED_FILE
    digest = _digest(variant)
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["weights"] == digest:
            return known
    predictor = load_predictor(variant)
    result: Measured = {
        "weights": digest,
        "parameters": predictor.parameters,
        "training": training_record(variant),
        "volumes": [],
        "slices": [],
        "heads": [],
    }
    # The first variant's data are whole scans, those of a specialist are cut out of them.
    for scan in validation_scans(plan.variants[0].runs[0]):
        for name, rows in _rows_of(predictor, variant, scan).items():
            result[name] += [{"case": scan.name, **row} for row in rows]
    result["cost"] = _cost(plan, variant)

    def fill(folder: Path) -> None:
        (folder / MEASURED_FILE).write_text(json.dumps(result) + "\n", encoding="utf-8")

    write_together(variant.folder, fill)
    return result


def _rows_of(
    predictor: Predictor, variant: Variant, scan: LabelledScan
) -> dict[str, list[dict[str, Any]]]:
    heads = heads_of(scan)
    if variant.kind == HEAD_CROPS:
        found = predicted_boxes(predictor, scan, heads, variant.settings["half_width_mm"])
        return {"heads": head_rows(found, scan, heads)}
    classes = predictor.predict(scan.volume)
    found = bone_classes(postprocess(classes, scan.volume, BONES))
    prediction, truth = (
        LabelMap.from_labels(labels, STRUCTURE_OF_CLASS, scan.volume.ijk_to_lps)
        for labels in (found, scan.labels)
    )
    return {
        "volumes": [asdict(one) for one in evaluate_pair(prediction, truth)],
        "slices": [asdict(one) for one in evaluate_slices(prediction, truth)],
        "heads": head_rows(found, scan, heads),
    }


def predicted_boxes(
    predictor: Predictor, scan: LabelledScan, heads: list[HeadOfScan], half_width_mm: float
) -> np.ndarray:
    """Return the class indices of a specialist, which is shown a box around each head."""
    found = np.zeros(scan.labels.shape, np.uint8)
    for head in heads:
        box = head.box(scan.volume, half_width_mm)
        found[box] = np.maximum(found[box], predictor.predict(cropped(scan.volume, box)))
    return found


def head_rows(
    found: np.ndarray, scan: LabelledScan, heads: list[HeadOfScan]
) -> list[dict[str, Any]]:
    """Measure the femur near the centre of each head of the manual mask."""
    femur = BONES.index(FEMUR) + 1
    rows = []
    for head in heads:
        region = head.region(scan.volume)
        prediction, truth = (
            LabelMap.from_masks(
                {Structure(FEMUR, head.side): (labels == femur) & region}, scan.volume.ijk_to_lps
            )
            for labels in (found, scan.labels)
        )
        rows += [asdict(one) for one in evaluate_pair(prediction, truth)]
    return rows


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
