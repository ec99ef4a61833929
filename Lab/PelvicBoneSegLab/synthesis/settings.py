"""What of the synthesis can be set, as a part of the training configuration's schema."""

from __future__ import annotations

from typing import Any

from PelvicBoneSegLib.segmentation.orientation import PLANES

_PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}
_ANGLE = {"type": "number", "minimum": 0, "maximum": 90}


def _range(**rules: float) -> dict[str, Any]:
    item = {"type": "number", **rules}
    return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


_SETTINGS: dict[str, Any] = {
    # Share of the slices by plane.
    "planes": {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": dict.fromkeys(PLANES, {"type": "number", "exclusiveMinimum": 0}),
    },
    # Share of the slices centred near a bone; the others lie anywhere in the body.
    "on_bone": _PROBABILITY,
    # Share of those near a bone that are near the pubis, where the map has it.
    "on_pubis": _PROBABILITY,
    # Largest rotation about the right-left axis, and about the two others.
    "tilt_deg": _ANGLE,
    "rotation_deg": _ANGLE,
    "scale": _range(exclusiveMinimum=0),
    "elastic_mm": _range(minimum=0),
    "slice_mm": _range(minimum=0),
    "pixel_mm": _range(exclusiveMinimum=0),
    "blur_mm": _range(exclusiveMinimum=0),
    # Share of the slices with a small field of view, and its rows and columns.
    "small_field": _PROBABILITY,
    "field_mm": _range(exclusiveMinimum=0),
    # Share of the slices whose contrast is no MR sequence's but fully random.
    "random_contrast": _PROBABILITY,
    # Standard deviation of the logarithm of the coil's field.
    "bias": _range(minimum=0),
    # Logarithm of the exponent.
    "gamma": _range(),
    # Standard deviation of the noise; the brightest tissue is about 1.
    "noise": _range(minimum=0),
}

SYNTHESIS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": list(_SETTINGS),
    "properties": _SETTINGS,
}
"""JSON schema of the ``synthesis`` section. Ranges are uniform, lower end first."""
