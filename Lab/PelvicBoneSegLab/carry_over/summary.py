"""The figures by which bundles are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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

Row = dict[str, float | None]
"""Value by name; None where nothing could be measured."""


def summarise(figures: Mapping[str, Any]) -> Row:
    """Boil the figures of `measure.measure` down to one row.

    Dice values are means of `Agreement.score` over both men and all pairs in which the bone is
    there; a bone that one scan misses counts as 0.
    """
    row = {
        **of_pairs(figures, "score"),
        **_heads(figures["men"]),
        **_ct(figures["example_ct"]),
        **_pubis(figures["pubis"]),
    }
    return row | {"score": _reduced((row[name] for name in COUNTED), mean)}


def of_pairs(figures: Mapping[str, Any], value: str) -> Row:
    """Boil one value of the pairs down.

    Parameters
    ----------
    figures
        As `measure.measure` returns them.
    value
        ``"score"``, ``"ceiling"`` or ``"goal"``.
    """
    pairs = [pair for man in figures["men"].values() for pair in man["pairs"]]

    def reduced(bone: str, firsts: Iterable[str], seconds: Iterable[str], reduce: Any) -> Any:
        chosen = (
            pair[value]
            for pair in pairs
            if pair["bone"] == bone and pair["first"] in firsts and pair["second"] in seconds
        )
        return _reduced(chosen, reduce)

    row: Row = {}
    for bone in (FEMUR, HIP_BONE):
        row[f"{bone}: T2 planes"] = reduced(bone, T2_PLANES, T2_PLANES, mean)
        row[f"{bone}: T2 planes, least"] = reduced(bone, T2_PLANES, T2_PLANES, min)
    for name, scans in SECOND_SCANS.items():
        for bone in (FEMUR, HIP_BONE):
            row[f"{bone}: T2–{name}"] = reduced(bone, (REFERENCE,), scans, mean)
    return row


def _heads(men: Mapping[str, Any]) -> Row:
    scans = [scan for man in men.values() for scan in man["scans"].values()]
    heads = [head for scan in scans for head in scan["heads"].values() if head["counted"]]
    return {
        "heads: called femur": _reduced((head["femur"] for head in heads), mean),
        "heads: called another bone": _reduced((head["other_bone"] for head in heads), mean),
        "heads: plausible": _reduced((head["plausible"] for head in heads), mean),
    }


def _ct(dice: Mapping[str, float | None]) -> Row:
    return {
        f"CT: {bone}": _reduced(
            (value for name, value in dice.items() if name.endswith(bone)), mean
        )
        for bone in BONES
    }


def _pubis(pubis: Mapping[str, Any]) -> Row:
    complete, found = (
        mean(one["ml"] for one in pubis[group].values()) for group in ("complete", "found")
    )
    gaps = (one["gap_mm"] for one in pubis["found"].values())
    return {
        "pubis: share of a complete one": found / complete,
        "pubis: gap, mm": _reduced(gaps, median),
    }


def _reduced(values: Iterable[Any], reduce: Callable[[list[Any]], Any]) -> float | None:
    known = [value for value in values if value is not None]
    return reduce(known) if known else None
