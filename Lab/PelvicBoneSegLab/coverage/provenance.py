"""What the panel noted of a training case: the bones that its labels cover."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.anatomy import BONES, LEFT, SEGMENTS, SegmentDefinition
from PelvicBoneSegLib.segmentation.training_case import PROVENANCE_FORMAT, case_files

from ..errors import TrainingDataError

_IDS = {segment.id for segment in SEGMENTS}


@dataclass(frozen=True)
class Provenance:
    """The account that the panel writes beside a case; see docs/training_cases.md.

    Attributes
    ----------
    labelled, verified
        Identifiers of `anatomy.SEGMENTS`: those that the labels cover, and those of them that
        were marked as completed.
    """

    labelled: frozenset[str]
    verified: frozenset[str]

    @classmethod
    def read(cls, root: Path, name: str) -> Provenance | None:
        """Read the account of a case of a dataset folder; None where there is none.

        Raises
        ------
        TrainingDataError
            It cannot be read, or was written in a format that is not known here.
        """
        path = root / case_files(name)[2]
        if not path.exists():
            return None
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TrainingDataError(path, "it is no readable JSON") from error
        found = content.get("format") if isinstance(content, dict) else None
        if found != PROVENANCE_FORMAT:
            raise TrainingDataError(path, f"its format is {found}, not {PROVENANCE_FORMAT}")
        return cls(_bones(path, content, "labelled"), _bones(path, content, "verified"))

    @property
    def rules(self) -> list[dict[str, Any]]:
        """What the labels do not cover, as rules of coverage.

        A bone of which nothing is labelled is silent everywhere, a paired one that is labelled on
        one side in the other half of the patient.
        """
        return [{"bone": bone, "silent": kind} for bone in BONES for kind in self._silent(bone)]

    def _silent(self, bone: str) -> list[str]:
        parts = [segment for segment in SEGMENTS if segment.bone == bone]
        missing = [segment for segment in parts if segment.id not in self.labelled]
        if len(missing) == len(parts):
            return ["everywhere"]
        return [_half(segment) for segment in missing]


def provenance_rules(root: Path, name: str) -> list[dict[str, Any]]:
    """Return the rules of coverage of a case that the panel saved; none for any other case.

    Raises
    ------
    TrainingDataError
        See `Provenance.read`.
    """
    provenance = Provenance.read(root, name)
    return [] if provenance is None else provenance.rules


def _half(segment: SegmentDefinition) -> str:
    return "left_half" if segment.side == LEFT else "right_half"


def _bones(path: Path, content: dict[str, Any], field: str) -> frozenset[str]:
    bones = content.get(field)
    if not isinstance(bones, list) or not all(bone in _IDS for bone in bones):
        raise TrainingDataError(path, f"its field {field!r} is no list of known bones")
    return frozenset(bones)
