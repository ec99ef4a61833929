"""The rules of a plan, as a JSON schema; the configurations in it have their own."""

from __future__ import annotations

from typing import Any

from PelvicBoneSegLib.segmentation.orientation import PLANES

from ..record_schema import record_schema

SLICES, ONE_PER_BONE, FUSED = "slices", "one_per_bone", "fused"
HEAD_CROPS, VOLUMETRIC = "head_crops", "volumetric"

_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 1}
_TRIPLE = {"type": "array", "items": _COUNT, "minItems": 3, "maxItems": 3}

_BUDGET = record_schema({"output": _TEXT, "block": _TEXT}, {"overrides": {"type": "object"}})
_NETWORK_3D = record_schema(
    {
        "filters": {"type": "array", "items": _COUNT, "minItems": 3},
        "kernels": {"type": "array", "items": _TRIPLE, "minItems": 3},
        "strides": {"type": "array", "items": _TRIPLE, "minItems": 3},
        "patch": _TRIPLE,
    }
)
_NAMED = {"name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"}, "title": _TEXT}
_CHANGED = {"overrides": {"type": "object"}}


def _kind(kind: str, required: dict[str, Any] | None = None) -> dict[str, Any]:
    rules = record_schema({**_NAMED, "kind": {"const": kind}, **(required or {})}, _CHANGED)
    if kind == SLICES:
        rules["required"].remove("kind")
    return rules


_PLANES = {"type": "array", "items": {"enum": list(PLANES)}, "minItems": 1, "uniqueItems": True}
_VARIANT = {
    "if": {"required": ["kind"]},
    "then": {
        "properties": {"kind": {"enum": [SLICES, ONE_PER_BONE, FUSED, HEAD_CROPS, VOLUMETRIC]}},
        "anyOf": [
            _kind(SLICES),
            _kind(ONE_PER_BONE),
            record_schema(
                {**_NAMED, "kind": {"const": FUSED}, "weights_of": _TEXT, "planes": _PLANES}
            ),
            _kind(HEAD_CROPS, {"half_width_mm": {"type": "number", "exclusiveMinimum": 0}}),
            _kind(VOLUMETRIC, {"network": _NETWORK_3D}),
        ],
    },
    "else": _kind(SLICES),
}
_TABLE = record_schema(
    {"title": _TEXT, "reference": _TEXT, "rows": {"type": "array", "items": _TEXT, "minItems": 1}},
    {"heads": {"type": "boolean"}, "pubis": {"type": "boolean"}},
)

_FOLDS = record_schema(
    {
        "count": {"type": "integer", "minimum": 2},
        "reference": _TEXT,
        "rows": {"type": "array", "items": _TEXT, "minItems": 2, "uniqueItems": True},
    }
)

PLAN_SCHEMA: dict[str, Any] = record_schema(
    {
        "page": _TEXT,
        "budget": _TEXT,
        "budgets": {"type": "object", "minProperties": 1, "additionalProperties": _BUDGET},
        "base": {"type": "object"},
        "variants": {"type": "array", "items": _VARIANT, "minItems": 1},
        "tables": {"type": "array", "items": _TABLE, "minItems": 1},
    },
    {"folds": _FOLDS},
)
