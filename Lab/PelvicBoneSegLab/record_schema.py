"""A closed record as a JSON schema."""

from __future__ import annotations

from typing import Any


def record_schema(
    required: dict[str, Any], optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the schema of a mapping with these fields and no others.

    Parameters
    ----------
    required, optional
        Schemas of the fields, by name.
    """
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }
