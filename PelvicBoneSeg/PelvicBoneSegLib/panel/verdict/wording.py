"""What the user reads of a scan and of a verdict."""

from __future__ import annotations

import math

from slicer.i18n import tr as _

from ...segmentation.facts import Placement, ScanFacts
from ...segmentation.run_estimate import Estimate
from ...segmentation.suitability import Level, Verdict
from ..choices import DeviceChoice
from ..models.device import device_in_words

_LONG_S = 100


def mark(level: Level) -> str:
    """Return a sign that can be told from the others without its colour."""
    return {Level.GREEN: "●", Level.AMBER: "▲", Level.REFUSED: "■"}[level]


def headline(verdict: Verdict) -> str:
    """Return the verdict in a few words."""
    facts = verdict.facts
    if verdict.level is Level.GREEN and facts.modality is None and facts.weighting is None:
        return _("Suited by plane and size; contrast not known")
    return {
        Level.GREEN: _("Suited: the model was trained on such scans"),
        Level.AMBER: _("Doubtful: check the result with care"),
        Level.REFUSED: _("Cannot be segmented"),
    }[verdict.level]


def slices(facts: ScanFacts) -> str:
    """Return the plane of the slices, their number and distance."""
    axes = facts.axes
    if axes is None or facts.shape is None:
        return _unknown()
    plane = axes.acquisition_plane
    if plane is None:
        return _("nearly isotropic")
    name = {"axial": _("axial"), "coronal": _("coronal"), "sagittal": _("sagittal")}[plane]
    return _("{plane}, {count} slices {mm} mm apart").format(
        plane=name,
        count=facts.shape[axes.slice_axis(plane)],
        mm=f"{axes.stack_spacing(plane)[0]:.3g}",
    )


def voxels(facts: ScanFacts) -> str:
    """Return the size of the image and of its voxels."""
    if facts.shape is None:
        return _unknown()
    count = " × ".join(str(n) for n in facts.shape[::-1])
    if facts.spacing_mm is None:
        return count
    size = " × ".join(f"{mm:.3g}" for mm in facts.spacing_mm)
    return _("{count}, of {size} mm").format(count=count, size=size)


def extent(facts: ScanFacts) -> str:
    """Return the field of view."""
    extent_mm = facts.field_of_view_mm
    if extent_mm is None:
        return _unknown()
    width, depth, height = (f"{mm:.0f}" for mm in extent_mm)
    return _("{width} wide, {depth} deep, {height} high (mm)").format(
        width=width, depth=depth, height=height
    )


def place(facts: ScanFacts) -> str:
    """Return the handedness of the axes and what moves the scan."""
    transform = {
        Placement.NONE: _("no transform"),
        Placement.LINEAR: _("linear transform, taken into account"),
        Placement.WARPED: _("non-linear transform"),
    }[facts.placement]
    if facts.is_left_handed is None:
        return transform
    hand = _("left-handed") if facts.is_left_handed else _("right-handed")
    return _("{hand}, {transform}").format(hand=hand, transform=transform)


def contrast(facts: ScanFacts) -> str:
    """Return modality, sequence and field strength, as far as DICOM tells."""
    parts = [part for part in (facts.modality, facts.weighting) if part]
    if facts.field_strength_t is not None:
        parts.append(f"{facts.field_strength_t:g} T")
    if facts.series:
        parts.append(_("series '{name}'").format(name=facts.series))
    return ", ".join(parts) or _("not known: not loaded from DICOM")


def time_needed(expected: Estimate, device: DeviceChoice | None) -> str:
    """Return how long a run takes, and where."""
    time = _duration(expected.seconds)
    if device is None:
        return _("at most about {time}, less on a graphics card").format(time=time)
    where = device_in_words(device)
    if expected.is_limit:
        return _("at most about {time} on {device}").format(time=time, device=where)
    return _("about {time} on {device}").format(time=time, device=where)


def _duration(seconds: float) -> str:
    if seconds < _LONG_S:
        return _("{count} s").format(count=max(1, math.ceil(seconds)))
    return _("{count} min").format(count=math.ceil(seconds / 60))


def _unknown() -> str:
    return _("not known")
