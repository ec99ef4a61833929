"""The sections of the page."""

from __future__ import annotations

SECTIONS = {
    "segment": "Segment",
    "edit": "Edit",
    "measure": "Measure",
    "download": "Download",
    "display": "View",
}
"""Their titles."""
