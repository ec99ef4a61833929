"""What a reader of the report sees instead of column names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS

SIDE_ORDER = ("left", "right", "both", "")


@dataclass(frozen=True)
class Measure:
    """A column of the metrics and how it is shown.

    Attributes
    ----------
    column
        Name in `metrics.csv`.
    name, unit
        Heading; the unit is empty for a ratio.
    digits
        Decimal places.
    best
        What a perfect mask gets.
    """

    column: str
    name: str
    unit: str
    digits: int
    best: float

    @property
    def heading(self) -> str:
        """Name with its unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


DICE = Measure("dice", "Dice", "", 3, 1)
HD95 = Measure("hd95_mm", "HD95", "mm", 1, 0)
MEASURES = (
    DICE,
    Measure("iou", "IoU", "", 3, 1),
    Measure("volume_similarity", "Volume similarity", "", 3, 1),
    HD95,
    Measure("assd_mm", "ASSD", "mm", 2, 0),
    Measure("surface_dice_2mm", "Surface Dice at 2 mm", "", 3, 1),
    Measure("volume_error_ml", "Volume error", "ml", 1, 0),
)


def bone_name(bone: str) -> str:
    """Return the bone as a reader writes it: ``"Hip bone"``."""
    return bone.replace("_", " ").capitalize()


def structure_name(bone: str, side: str) -> str:
    """Return bone and side as a reader writes them: ``"Left femur"``, ``"Femurs"``."""
    if side in ("left", "right"):
        return f"{side.capitalize()} {bone_name(bone).lower()}"
    return f"{bone_name(bone)}s" if side == "both" else bone_name(bone)


def structures_in(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """List the pairs of bone and side in a frame, in the order of the anatomy."""
    return sorted(set(zip(frame["bone"], frame["side"], strict=True)), key=_place)


def bones_in(frame: pd.DataFrame) -> list[str]:
    """List the bones in a frame, in the order of the anatomy."""
    found = set(frame["bone"])
    return [bone for bone in BONES if bone in found]


def bone_colour(bone: str) -> str:
    """Return the bone's colour of the product, dark enough for a white page, as ``#rrggbb``."""
    colour = next(segment.colour for segment in SEGMENTS if segment.bone == bone)
    return "#" + "".join(f"{round(255 * 0.82 * part):02x}" for part in colour)


def listed(names: Iterable[str], most: int = 8) -> str:
    """Join names with commas, the first `most` of them."""
    names = list(names)
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _place(structure: tuple[str, str]) -> tuple[int, int]:
    return BONES.index(structure[0]), SIDE_ORDER.index(structure[1])
