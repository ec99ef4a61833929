"""Which label values and segment names mean which bone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..anatomy import BOTH, FEMUR, HIP_BONE, LEFT, LUMBAR_SPINE, RIGHT, SACRUM, SEGMENTS
from ..errors import DependencyMissingError
from .bone_names import structure_of_name
from .errors import LabelSchemeError
from .structure import MIDLINE, Structure

_MIDLINE_BONES = {
    18: Structure(SACRUM, MIDLINE),
    19: Structure(LUMBAR_SPINE, MIDLINE),
    20: Structure(LUMBAR_SPINE, MIDLINE),
}


def _total_mr(first_femur: int) -> dict[int, Structure]:
    sides = [Structure(bone, side) for bone in (FEMUR, HIP_BONE) for side in (LEFT, RIGHT)]
    return {**_MIDLINE_BONES, **dict(enumerate(sides, start=first_femur))}


_BUILT_IN: dict[str, dict[int, Structure]] = {
    "pelvicboneseg": {
        segment.label: Structure(segment.bone, segment.side or MIDLINE) for segment in SEGMENTS
    },
    "pelvic_mr_t1": {
        1: Structure(FEMUR, BOTH),
        2: Structure(HIP_BONE, BOTH),
        3: Structure(LUMBAR_SPINE, MIDLINE),
        4: Structure(SACRUM, MIDLINE),
    },
    # `class_map["total_mr"]` in totalsegmentator/map_to_binary.py of the releases on PyPI: read in
    # 2.5.0 and 2.18.0 (50 classes), and in 2.2.1 and 2.4.0 (56 classes, other numbers for the
    # paired bones). 19 is all vertebrae, 20 the discs between them: our lumbar spine has both.
    "totalsegmentator_mr": _total_mr(first_femur=36),
    "totalsegmentator_mr_2.4": _total_mr(first_femur=34),
}

BUILT_IN = tuple(_BUILT_IN)
"""Names of the schemes that come with the product."""

DEFAULT_SCHEME = "pelvicboneseg"


@dataclass(frozen=True)
class LabelScheme:
    """A table from label values, and names of segments, to bones.

    Attributes
    ----------
    name
        Name of the built-in scheme, or of the file.
    values
        The structure of each label value, from 1. Several values may be one structure.
    names
        The structure of segments by name or id, beside the names that are known to everybody.
    """

    name: str
    values: Mapping[int, Structure]
    names: Mapping[str, Structure] = field(default_factory=dict)

    @classmethod
    def load(cls, name: Path | str) -> LabelScheme:
        """Return a built-in scheme, or read one from a JSON or YAML file.

        The file maps label values or segment names to bones: ``{"1": "left femur", "2": "right
        femur", "Os sacrum": "sacrum"}``. A paired bone without a side is both in one label.

        Raises
        ------
        LabelSchemeError
            No such scheme or file, or a bone in it that is unknown.
        """
        if str(name) in _BUILT_IN:
            return cls(str(name), _BUILT_IN[str(name)])
        path = Path(name)
        if not path.is_file():
            raise LabelSchemeError(name, "there is no such scheme or file", BUILT_IN)
        structures = _structures(path, _content(path))
        values = {int(key): one for key, one in structures.items() if key.isdecimal()}
        names = {key: one for key, one in structures.items() if not key.isdecimal()}
        return cls(path.name, values, names)


def _content(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() not in (".yaml", ".yml"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise LabelSchemeError(path, f"it is not JSON ({error})", BUILT_IN) from error
    try:
        import yaml
    except ImportError as error:
        raise DependencyMissingError("PyYAML", "pip install PyYAML") from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LabelSchemeError(path, "it is not YAML", BUILT_IN) from error


def _structures(path: Path, content: Any) -> dict[str, Structure]:
    if not isinstance(content, dict) or not content:
        raise LabelSchemeError(path, "it is no table of labels", BUILT_IN)
    structures = {}
    for key, bone in content.items():
        structure = structure_of_name(str(bone))
        if structure is None:
            raise LabelSchemeError(path, f"'{bone}' is no bone that we know", BUILT_IN)
        if str(key) == "0":
            raise LabelSchemeError(path, "label 0 is the background", BUILT_IN)
        structures[str(key)] = structure
    return structures
