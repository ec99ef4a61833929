"""What the user reads in the section *3D*."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from slicer.i18n import tr as _

from ...scene.surface_settings import MAX_CHANGE
from .volumes import BoneVolumes


def volumes_text(bones: Iterable[BoneVolumes]) -> str:
    """Return a table in Qt's HTML: each bone as voxels, on thin slices and as surface."""
    bones = list(bones)
    if not bones:
        return ""
    titles = [_("Volume (ml)"), _("voxels")]
    has_thin = any(one.thin_ml is not None or one.outdated for one in bones)
    titles += [_("isotropic")] if has_thin else []
    titles += [_("surface")]
    rows = [_row([f"<i>{escape(title)}</i>" for title in titles])]
    for one in bones:
        cells = [escape(one.name), f"{one.voxels_ml:.1f}"]
        cells += [_thin_cell(one)] if has_thin else []
        cells.append(_changed(one.surface_ml, one.surface_change))
        rows.append(_row(cells))
    return f"<table cellspacing='0' cellpadding='2' width='100%'>{''.join(rows)}</table>"


def volume_warning(bones: Iterable[BoneVolumes]) -> str:
    """Return a warning where smoothing takes too much off a bone, else an empty text."""
    changed = [one for one in bones if abs(one.surface_change) > MAX_CHANGE]
    if not changed:
        return ""
    if any(one.thin_ml is None for one in changed):
        text = _(
            "Smoothing changes the volume by more than {percent:g} %: {names}. Choose less of it, "
            "or make the segmentation isotropic."
        )
    else:
        text = _(
            "Smoothing changes the volume by more than {percent:g} %: {names}. Choose less of it."
        )
    return text.format(percent=100 * MAX_CHANGE, names=", ".join(one.name for one in changed))


def outdated_text(isotropic_name: str, bones: Iterable[str]) -> str:
    """Return what to do where bones changed since they were made isotropic; else an empty text."""
    names = ", ".join(bones)
    if not names:
        return ""
    return _(
        "⚠ '{name}' is outdated: {bones} changed since. Until you make it again, the thick "
        "slices are shown in 3D."
    ).format(name=isotropic_name, bones=names)


def _thin_cell(bone: BoneVolumes) -> str:
    if bone.outdated:
        return f"<b>{escape(_('⚠ outdated: make it again'))}</b>"
    if bone.thin_ml is None:
        return ""
    return _changed(bone.thin_ml, bone.thin_ml / bone.voxels_ml - 1)


def _changed(value: float, change: float) -> str:
    # Adding 0 turns -0.0 into 0.0.
    text = f"{value:.1f} ({round(100 * change, 1) + 0:+.1f} %)"
    text = f"<b>⚠ {text}</b>" if abs(change) > MAX_CHANGE else text
    return f"<span style='white-space:nowrap'>{text}</span>"


def _row(cells: list[str]) -> str:
    first, *rest = cells
    return f"<tr><td>{first}</td>{''.join(f'<td align=right>{one}</td>' for one in rest)}</tr>"
