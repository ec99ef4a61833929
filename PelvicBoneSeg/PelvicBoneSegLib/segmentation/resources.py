"""Where the files that come with the library lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def resource_dir() -> Path:
    """Return the Resources folder.

    An installed wheel carries it inside the package; Slicer and a checkout have it beside the
    package, in the module's folder.
    """
    inside = _PACKAGE / "Resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "Resources"
