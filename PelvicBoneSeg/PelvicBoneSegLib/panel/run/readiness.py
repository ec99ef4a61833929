"""Whether a run can start, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

from ..choices import SideChoice


@dataclass(frozen=True)
class Readiness:
    """Whether *Segment* may be clicked, with the reason or the promise for its tooltip."""

    ready: bool
    tip: str


def readiness(parameters: Any | None) -> Readiness:
    """Judge the choices.

    Parameters
    ----------
    parameters
        The module's parameter node; None while there is no scene.
    """
    if parameters is None:
        return Readiness(False, _("There is no scene."))
    volume = parameters.inputVolume
    if volume is None:
        return Readiness(
            False,
            _("Choose a volume. To load one, use File › Add Data or the module Sample Data."),
        )
    name = volume.GetName()
    if volume.GetImageData() is None:
        return Readiness(
            False,
            _("The volume '{name}' holds no image. Load it again or choose another.").format(
                name=name
            ),
        )
    bone = parameters.bone.label()
    if parameters.bone.has_sides and parameters.side is not SideChoice.BOTH:
        bone = f"{bone}, {parameters.side.label().lower()},"
    return Readiness(True, _("Ready to segment: {bone} in '{name}'.").format(bone=bone, name=name))
