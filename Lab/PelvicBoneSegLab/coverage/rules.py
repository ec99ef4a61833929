"""Apply what a dataset declares of its labels: where they do not say whether a bone is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, HIP_BONE, LUMBAR_SPINE
from PelvicBoneSegLib.segmentation.volume import Volume

from .beyond_slices import beyond_first_slice, beyond_last_slice, beyond_slices
from .case import Case
from .everywhere import everywhere
from .gaps import gaps
from .half import left_half, right_half
from .posterior_elements import posterior_elements
from .pubis import pubis

Rule = Mapping[str, Any]
"""``bone``, ``silent`` and, unless it holds for the whole dataset, ``cases``."""

_REGIONS: dict[str, Callable[[Case, str], np.ndarray]] = {
    "pubis": pubis,
    "posterior_elements": posterior_elements,
    "beyond_slices": beyond_slices,
    "beyond_first_slice": beyond_first_slice,
    "beyond_last_slice": beyond_last_slice,
    "gaps": gaps,
    "left_half": left_half,
    "right_half": right_half,
    "everywhere": everywhere,
}
_ONLY_OF = {"pubis": HIP_BONE, "posterior_elements": LUMBAR_SPINE}

COVERAGE_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["bone", "silent"],
        "properties": {
            "bone": {"enum": list(BONES)},
            "silent": {"enum": list(_REGIONS)},
            "cases": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
        "allOf": [
            {
                "if": {"required": ["silent"], "properties": {"silent": {"const": kind}}},
                "then": {"properties": {"bone": {"const": bone}}},
            }
            for kind, bone in _ONLY_OF.items()
        ],
    },
}
"""Part of the configuration's JSON schema: the ``coverage`` of a dataset."""


def silent_voxels(
    name: str, volume: Volume, labels: np.ndarray, rules: Sequence[Rule]
) -> np.ndarray:
    """Mark the voxels of a case whose background may be bone.

    Parameters
    ----------
    name
        Of the case, as in the rules' ``cases``.
    volume
        The scan.
    labels
        uint8, shape (K, J, I), class indices: 0 background, then 1 + index in `anatomy.BONES`.
    rules
        The ``coverage`` of the dataset, as `COVERAGE_SCHEMA` has it.

    Returns
    -------
    uint8, shape (K, J, I). Bit b is set where the labels do not say whether ``BONES[b]`` is there;
    never on labelled voxels.

    Raises
    ------
    CoverageError
        A rule needs something that the labels of this case do not have.
    """
    case = Case(name, volume, labels)
    silent = np.zeros(labels.shape, np.uint8)
    for rule in rules:
        if name in rule.get("cases", (name,)):
            bone = rule["bone"]
            region = _REGIONS[rule["silent"]](case, bone)
            silent[region] |= np.uint8(1 << BONES.index(bone))
    silent[labels != 0] = 0
    return silent
