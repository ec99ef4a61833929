"""Codes of a segment in the form in which Slicer keeps them in its tag TerminologyEntry."""

from __future__ import annotations

from ..anatomy import (
    CATEGORY,
    LATERALITY,
    REGION_CONTEXT,
    TERMINOLOGY_CONTEXT,
    Code,
    SegmentDefinition,
)


def terminology_entry(definition: SegmentDefinition) -> str:
    """Serialise a segment's codes.

    The format is that of `vtkSlicerTerminologiesModuleLogic::SerializeTerminologyEntry`: context,
    category, type, type modifier, region context, region, region modifier.
    """
    side = LATERALITY.get(definition.side or "")
    fields = (
        TERMINOLOGY_CONTEXT,
        _triple(CATEGORY),
        _triple(definition.code),
        _triple(side),
        REGION_CONTEXT,
        _triple(None),
        _triple(None),
    )
    return "~".join(fields)


def _triple(code: Code | None) -> str:
    return f"{code.scheme}^{code.value}^{code.meaning}" if code else "^^"
