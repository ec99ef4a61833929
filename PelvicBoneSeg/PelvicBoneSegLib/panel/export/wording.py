"""What the user reads of an export."""

from __future__ import annotations

from collections.abc import Sequence

from slicer.i18n import tr as _

from ...segmentation.surface_files.check import SurfaceCheck

NAMES_SHOWN = 6
"""Our bones; other tools segment the whole body."""


def some_names(names: Sequence[str]) -> str:
    """List names, not more than fit."""
    more = len(names) - NAMES_SHOWN
    text = ", ".join(names[:NAMES_SHOWN])
    return _("{names} and {more} more").format(names=text, more=more) if more > 0 else text


def check_line(check: SurfaceCheck) -> str:
    """Say in a line what was found in a surface."""
    found = [_("{volume:.1f} ml").format(volume=check.volume_ml)]
    found.append(_("watertight") if check.is_watertight else _holes(check))
    found.append(_("outward") if check.is_outward else _("faces inward"))
    if not check.has_kept_volume and check.voxel_volume_ml is not None:
        found.append(_("its voxels have {volume:.1f} ml").format(volume=check.voxel_volume_ml))
    line = _("{name}: {findings}").format(name=check.name, findings=", ".join(found))
    return line if check.passed else f"⚠ {line}"


def advice(checks: Sequence[SurfaceCheck]) -> str:
    """Say what to do about surfaces that did not pass; nothing where all did."""
    if all(check.passed for check in checks):
        return ""
    if all(check.is_watertight and check.is_outward for check in checks):
        return _(
            "The files were kept. Where smoothing changed a bone's volume, export it with less "
            "smoothing."
        )
    return _(
        "The files were kept, but a printer may fill these surfaces wrongly. Make the bone's "
        "surface anew (under 3D & measure), or repair the file."
    )


def _holes(check: SurfaceCheck) -> str:
    parts = []
    if check.open_edges:
        parts.append(_("{count} open edges").format(count=check.open_edges))
    if check.tangled_edges:
        parts.append(_("{count} tangled edges").format(count=check.tangled_edges))
    return _("not watertight ({faults})").format(faults=", ".join(parts))
