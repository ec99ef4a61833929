"""What is measured of a predictor in one scan: rows by bone, slice and head, and of the pubis."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, BOTH, FEMUR, HIP_BONE
from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.metrics import evaluate_pair, evaluate_slices
from PelvicBoneSegLib.evaluation.structure import MIDLINE, PAIRED, Structure
from PelvicBoneSegLib.segmentation.postprocess import bone_classes, postprocess

from ..carry_over.pubis_found import PubisFound, look_for_pubis
from ..coverage.head_frame import HeadFrame
from ..data.cases import LabelledScan, covered_dice_by_bone
from .head_crops import HeadOfScan, cropped, heads_of
from .plan import Variant
from .plan_schema import HEAD_CROPS
from .predictors import Predictor

STRUCTURE_OF_CLASS = {
    index: Structure(bone, BOTH if bone in PAIRED else MIDLINE)
    for index, bone in enumerate(BONES, start=1)
}

Rows = list[dict[str, Any]]


def rows_of(predictor: Predictor, variant: Variant, scan: LabelledScan) -> dict[str, Rows]:
    """Measure a predictor in a scan.

    Returns
    -------
    ``volumes`` (a row a bone), ``slices``, ``heads`` (a row a side) and ``pubis`` (one row, or none
    where the mask has not both heads); of a specialist ``heads`` alone.
    """
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
    covered = covered_dice_by_bone(found, scan)
    return {
        "volumes": [
            {**asdict(one), "covered_dice": covered[one.bone]}
            for one in evaluate_pair(prediction, truth)
        ],
        "slices": [asdict(one) for one in evaluate_slices(prediction, truth)],
        "heads": head_rows(found, scan, heads),
        "pubis": pubis_rows(found, scan, heads),
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


def head_rows(found: np.ndarray, scan: LabelledScan, heads: list[HeadOfScan]) -> Rows:
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


def pubis_rows(found: np.ndarray, scan: LabelledScan, heads: list[HeadOfScan]) -> Rows:
    """Measure how much of the region of the pubis is hip bone, in what was found and in the mask.

    Returns
    -------
    One row with the shares ``filled`` and ``filled_by_mask``; none without both heads.
    """
    centres = {head.side: head.centre for head in heads}
    if len(centres) < 2:
        return []
    frame = HeadFrame.between(centres["left"], centres["right"])
    ours, manual = (
        look_for_pubis(labels == BONES.index(HIP_BONE) + 1, scan.volume.ijk_to_lps, frame)
        for labels in (found, scan.labels)
    )
    return [{"filled": _share(ours), "filled_by_mask": _share(manual)}] if ours.region_ml else []


def _share(pubis: PubisFound) -> float:
    return round(pubis.ml / pubis.region_ml, 4)
