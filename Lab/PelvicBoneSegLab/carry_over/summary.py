"""The figures by which bundles are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import mean, median
from typing import Any

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE

from .men import REFERENCE, T2_PLANES

SECOND_SCANS = {
    "PD": ("pd",), "VIBE": ("t1_vibe",), "ADC": ("adc",), "DWI": ("dwi_b100", "dwi_high_b"),
}  # fmt: skip
"""What T2 is compared with."""

COUNTED = (f"{FEMUR}: T2 planes", f"{HIP_BONE}: T2 planes",
           *(f"{bone}: T2–{name}" for name in ("PD", "VIBE") for bone in (FEMUR, HIP_BONE)),
           "heads: called femur")  # fmt: skip
"""What the overall score is the mean of; ADC and DWI are reported as they are."""


def summarise(figures: Mapping[str, Any]) -> dict[str, float | None]:
    """Boil the figures of `measure.measure` down to one row.

    Dice values are means of `Agreement.score` over both men and all pairs in which the bone is
    there; a bone that one scan misses counts as 0.

    Returns
    -------
    Value by name; None where nothing could be measured.
    """
    pairs = [pair for man in figures["men"].values() for pair in man["pairs"]]
    row: dict[str, float | None] = {}
    for bone in (FEMUR, HIP_BONE):
        row[f"{bone}: T2 planes"] = _score(pairs, bone, T2_PLANES, T2_PLANES)
        row[f"{bone}: T2 planes, least"] = _score(pairs, bone, T2_PLANES, T2_PLANES, min)
    for name, scans in SECOND_SCANS.items():
        for bone in (FEMUR, HIP_BONE):
            row[f"{bone}: T2–{name}"] = _score(pairs, bone, (REFERENCE,), scans)
    all_scans = [scan for man in figures["men"].values() for scan in man["scans"].values()]
    heads = [head for scan in all_scans for head in scan["heads"].values() if head["counted"]]
    row["heads: called femur"] = mean(head["femur"] for head in heads)
    row["heads: called another bone"] = mean(head["other_bone"] for head in heads)
    row["heads: plausible"] = mean(head["plausible"] for head in heads)
    for bone in BONES:
        dice = [value for name, value in figures["example_ct"].items() if name.endswith(bone)]
        row[f"CT: {bone}"] = _mean(value for value in dice if value is not None)
    pubis = figures["pubis"]
    complete = mean(one["ml"] for one in pubis["complete"].values())
    row["pubis: share of a complete one"] = (
        mean(one["ml"] for one in pubis["found"].values()) / complete
    )
    gaps = [one["gap_mm"] for one in pubis["found"].values() if one["gap_mm"] is not None]
    row["pubis: gap, mm"] = median(gaps) if gaps else None
    row["score"] = _mean(value for name in COUNTED if (value := row[name]) is not None)
    return row


def _score(
    pairs: Iterable[Mapping[str, Any]],
    bone: str,
    firsts: Iterable[str],
    seconds: Iterable[str],
    reduce: Any = mean,
) -> float | None:
    scores = [
        pair["score"]
        for pair in pairs
        if pair["bone"] == bone and pair["first"] in firsts and pair["second"] in seconds
    ]
    known = [score for score in scores if score is not None]
    return reduce(known) if known else None


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return mean(values) if values else None
