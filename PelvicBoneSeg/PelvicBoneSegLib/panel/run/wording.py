"""What the section *Segment* says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slicer.i18n import tr as _

from ..choices import DeviceChoice


def summary(result: Any, seconds: float) -> str:
    """Say what a run found, and how long it took."""
    found = [one for one in result.segments if one.voxels]
    if not found:
        return _("No bone was found. Nothing was changed.")
    bones = " · ".join(f"{one.definition.name} {one.volume_ml:.0f} ml" for one in found)
    return _("Done in {seconds:.1f} s.").format(seconds=seconds) + "\n" + bones


def running_on(device: DeviceChoice) -> str:
    """Say where a run computes."""
    return _("Running on: {device}").format(device=device.label())


def ran_on(device: DeviceChoice) -> str:
    """Say where a run computed."""
    return _("Ran on: {device}").format(device=device.label())


def rerun_question(names: Sequence[str]) -> str:
    """Ask what becomes of segments that were edited."""
    return _(
        "Edited since the last run: {names}. What is to become of the edits? "
        "Cancel leaves all as it is."
    ).format(names=", ".join(names))
